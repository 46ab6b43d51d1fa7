// What guardrails would do with a text, without making a request: by what the server holds requests and answers to.

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import { Button } from "#parts/button.tsx";
import { choiceClass, Field, inputClass } from "#parts/field.tsx";
import { Panel } from "#parts/panel.tsx";
import { wordsOf } from "#parts/states.tsx";
import { TrialOutcome } from "./trial-outcome.tsx";
import type { Tried } from "./trial-outcome.tsx";

type Stage = Tried["stage"];

/** `ids`: of these; null: of all that are switched on. */
export function DryRunPanel({ ids }: { readonly ids: readonly string[] | null }) {
  const { client } = useApi();
  const [text, setText] = useState("");
  const [stage, setStage] = useState<Stage>("input");
  const [ask, setAsk] = useState(false);
  const mayAsk = useCaller().mayForAll("guardrails.update");
  const trial = useMutation({
    mutationFn: async () => {
      const body = { text, stage, ask: ask && mayAsk, guardrail_ids: ids === null ? null : [...ids] };
      return { tried: { text, stage }, trial: await client.guardrails.try({ body }) };
    },
  });
  return (
    <Panel title="Dry run" note={ask ? "no vendor is asked" : "nobody is asked"} className="max-w-3xl">
      <form
        className="grid gap-3.5 px-4 py-3"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (text !== "") trial.mutate();
        }}
      >
        <TextField value={text} onChange={setText} ofAll={ids === null} />
        <div className="flex flex-wrap items-center gap-2">
          <StageChoice value={stage} onChange={setStage} />
          {mayAsk && (
            <label className="flex items-center gap-1.5 text-muted">
              <input type="checkbox" checked={ask} onChange={({ target }) => setAsk(target.checked)} />
              Ask webhooks and moderation endpoints
            </label>
          )}
          <Button type="submit" disabled={text === ""} isBusy={trial.isPending}>
            Try it
          </Button>
        </div>
        {trial.error !== null && (
          <p role="alert" className="rounded-sm bg-bad-soft px-3 py-2 wrap-anywhere text-bad">
            {wordsOf(trial.error)}
          </p>
        )}
      </form>
      <div aria-live="polite">{trial.data !== undefined && <TrialOutcome {...trial.data} />}</div>
    </Panel>
  );
}

interface TypedProps<Value> {
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

function TextField({ value, onChange, ofAll }: TypedProps<string> & { readonly ofAll: boolean }) {
  const help = `It is held to ${ofAll ? "all that are switched on" : "this one as it is saved"}, and kept nowhere.`;
  return (
    <Field label="Text" help={help}>
      {(control) => (
        <textarea
          {...control}
          rows={3}
          className={`${inputClass} h-auto py-1.5`}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}

function StageChoice({ value, onChange }: TypedProps<Stage>) {
  return (
    <select
      aria-label="As a text of"
      className={`${choiceClass} h-(--control)`}
      value={value}
      onChange={({ target }) => onChange(target.value === "output" ? "output" : "input")}
    >
      <option value="input">as a request</option>
      <option value="output">as an answer</option>
    </select>
  );
}
