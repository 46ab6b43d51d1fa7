// What a request would come to, without making it: its way, its price and whether a kept answer would be told.

import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useApi } from "#api/api.tsx";
import { prompt as usualPrompt } from "#connect/client.ts";
import { estimateChat } from "#connect/gateway.ts";
import type { Estimate } from "#connect/gateway.ts";
import { KeyField } from "#connect/key-field.tsx";
import { formatMoney } from "#format/money.ts";
import { formatCount } from "#format/number.ts";
import { Button, buttonClass } from "#parts/button.tsx";
import { Field, inputClass } from "#parts/field.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { wordsOf } from "#parts/states.tsx";

/** `name` of the alias: with a star it stands for many, of which one is to be asked for. */
export function DryRunPanel({ name }: { readonly name: string }) {
  const isPattern = name.includes("*");
  const [model, setModel] = useState(isPattern ? "" : name);
  const { serverUrl: url } = useApi();
  const [key, setKey] = useState("");
  const [prompt, setPrompt] = useState(usualPrompt);
  const estimate = useMutation({ mutationFn: () => estimateChat({ url, key, model, prompt }) });
  const isComplete = key !== "" && model !== "";
  return (
    <Panel title="Dry run" note="no vendor is asked">
      <form
        className="grid gap-3.5 px-4 py-3"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (isComplete) estimate.mutate();
        }}
      >
        <KeyField value={key} onChange={setKey} create={<CreateKey />} />
        {isPattern && <AskedField pattern={name} value={model} onChange={setModel} />}
        <PromptField value={prompt} onChange={setPrompt} />
        <div>
          <Button type="submit" disabled={!isComplete} isBusy={estimate.isPending}>
            Estimate
          </Button>
        </div>
        {estimate.error !== null && (
          <p role="alert" className="rounded-sm bg-bad-soft px-3 py-2 wrap-anywhere text-bad">
            {wordsOf(estimate.error)}
          </p>
        )}
      </form>
      <div aria-live="polite">{estimate.data !== undefined && <Outcome estimate={estimate.data} />}</div>
    </Panel>
  );
}

interface TypedProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function AskedField({ pattern, value, onChange }: TypedProps & { readonly pattern: string }) {
  return (
    <Field label="Model" help={`A name that ${pattern} answers to.`}>
      {(control) => (
        <input
          {...control}
          autoComplete="off"
          className={`${inputClass} font-mono text-xs`}
          value={value}
          onChange={({ target }) => onChange(target.value.trim())}
        />
      )}
    </Field>
  );
}

function PromptField({ value, onChange }: TypedProps) {
  return (
    <Field label="Prompt">
      {(control) => (
        <textarea
          {...control}
          rows={2}
          className={`${inputClass} h-auto py-1.5`}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}

function CreateKey() {
  return (
    <Link to="/keys" search={{ new: "key" }} className={buttonClass()}>
      Create a key
    </Link>
  );
}

function Outcome({ estimate }: { readonly estimate: Estimate }) {
  const { targets, refusal, promptTokens, prompt, most, cache } = estimate;
  const way = targets.map(({ name, state, place }) => `${place === null ? "–" : `${place}.`} ${name}, ${state}`);
  return (
    <div className="border-t border-line">
      <Facts
        facts={[
          ["It would be", refusal === null ? "admitted" : <span className="text-bad">refused: {refusal}</span>],
          ["Way", <span className="font-mono text-xs whitespace-pre-line">{way.join("\n") || "none"}</span>],
          ["Prompt", promptTokens === null ? "—" : `about ${formatCount(promptTokens)} tokens`],
          ["Price", priceWords(prompt, most)],
          ...(cache === null ? [] : [["Kept answer", cache] as const]),
        ]}
      />
    </div>
  );
}

function priceWords(prompt: string | null, most: string | null): string {
  if (prompt === null && most === null) return "not known";
  const parts = [
    ...(prompt === null ? [] : [`${formatMoney(prompt)} for the prompt`]),
    ...(most === null ? [] : [`${formatMoney(most)} at the most`]),
  ];
  return parts.join(", ");
}
