import { useRef } from "react";
import type { ComponentProps } from "react";
import { Button } from "#parts/button.tsx";
import { Field, inputClass } from "#parts/field.tsx";
import { CodeBlock, Panel } from "#parts/panel.tsx";
import type { Source } from "./run-import.ts";

interface SourceFormProps {
  readonly source: Source;
  readonly onChange: (change: Partial<Source>) => void;
  readonly onTry: () => void;
  readonly isBusy: boolean;
  /** What is wrong with it, and where. */
  readonly error: string | undefined;
}

const areaClass = `${inputClass} h-auto py-1.5 font-mono text-xs leading-relaxed`;

const words = {
  LiteLLM: {
    label: "config.yaml",
    help: "Models, routing and settings. Nothing is written by a dry run.",
    variables: "For os.environ/NAME in the file: NAME=value lines.",
  },
  Portkey: {
    label: "Configs",
    help: "One config, a list of them, or an export, as JSON or YAML. Nothing is written by a dry run.",
    variables: "PORTKEY_SLUG_API_KEY=value lines, for keys that are kept at Portkey.",
  },
  "one-api": { label: "", help: "", variables: "" },
} as const;

export function SourceForm({ source, onChange, onTry, isBusy, error }: SourceFormProps) {
  const { gateway, text, variables } = source;
  const { label, help, variables: ofVariables } = words[gateway];
  return (
    <Panel
      title={`What ${gateway} has`}
      note="it is read in this page, and stays in its memory"
      actions={<FileButton onChange={onChange} />}
    >
      <form
        className="grid gap-4 px-4 py-3"
        onSubmit={(event) => {
          event.preventDefault();
          onTry();
        }}
      >
        <Field label={label} help={help} error={error}>
          {(control) => <Area {...control} rows={12} value={text} onText={(next) => onChange({ text: next })} />}
        </Field>
        <Field label="Variables" isOptional help={ofVariables}>
          {(control) => (
            <Area {...control} rows={3} value={variables} onText={(next) => onChange({ variables: next })} />
          )}
        </Field>
        {gateway === "Portkey" && <PortkeyFields source={source} onChange={onChange} />}
        {gateway === "LiteLLM" && <OfDatabase />}
        <div className="flex justify-end">
          <Button type="submit" look="primary" isBusy={isBusy} disabled={text.trim() === ""}>
            Try it, and write nothing
          </Button>
        </div>
      </form>
    </Panel>
  );
}

interface AreaProps extends Omit<ComponentProps<"textarea">, "onChange"> {
  readonly onText: (text: string) => void;
}

function Area({ onText, ...rest }: AreaProps) {
  return (
    <textarea
      spellCheck={false}
      autoComplete="off"
      className={areaClass}
      onChange={(event) => onText(event.target.value)}
      {...rest}
    />
  );
}

function FileButton({ onChange }: Pick<SourceFormProps, "onChange">) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        aria-label="File"
        accept=".yaml,.yml,.json,.txt"
        className="hidden"
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file !== undefined) void file.text().then((text) => onChange({ text }));
          target.value = "";
        }}
      />
      <Button onClick={() => input.current?.click()}>Choose a file</Button>
    </>
  );
}

function PortkeyFields({ source, onChange }: Pick<SourceFormProps, "source" | "onChange">) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field label="Alias" help="Of a config that has no name.">
        {(control) => (
          <input
            {...control}
            className={inputClass}
            value={source.name}
            onChange={(event) => onChange({ name: event.target.value })}
          />
        )}
      </Field>
      <Field label="Model" isOptional help="What targets that name none are asked for.">
        {(control) => (
          <input
            {...control}
            className={inputClass}
            value={source.model}
            onChange={(event) => onChange({ model: event.target.value })}
          />
        )}
      </Field>
    </div>
  );
}

function OfDatabase() {
  return (
    <div className="grid gap-2 text-muted">
      <p>
        Keys, users, teams, budgets and what was spent are in its PostgreSQL, which a browser cannot reach. The command
        line moves them with the file; keys go on working.
      </p>
      <CodeBlock label="Command" code="ghostllm import litellm config.yaml --database postgres://USER@HOST/litellm" />
    </div>
  );
}
