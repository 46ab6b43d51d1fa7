import { useState } from "react";
import { Button } from "#parts/button.tsx";
import { Field, inputClass } from "#parts/field.tsx";
import { CodeBlock } from "#parts/panel.tsx";
import { waitsForResults } from "./reply.ts";
import type { Reply, ToolCall } from "./reply.ts";

interface ToolCallsProps {
  readonly reply: Reply;
  readonly onResults: (results: readonly string[]) => void;
}

/** What the model asks of its tools, and what they say: typed by hand, since none is called from here. */
export function ToolCalls({ reply, onResults }: ToolCallsProps) {
  const [texts, setTexts] = useState<readonly string[]>([]);
  if (reply.toolCalls.length === 0) return null;
  const typed = reply.toolCalls.map((_, index) => texts[index] ?? "");
  const isWaiting = waitsForResults(reply);
  return (
    <form
      className="grid grid-cols-[minmax(0,1fr)] gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        onResults(typed);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        if (isWaiting) onResults(typed);
      }}
    >
      {reply.toolCalls.map((call, index) => (
        <div key={index} className="grid grid-cols-[minmax(0,1fr)] gap-2">
          <p className="text-xs text-muted">
            Calls <b className="font-mono font-medium wrap-anywhere text-text">{call.name}</b>
          </p>
          <CodeBlock code={indented(call.arguments)} label={`Arguments of ${call.name}`} />
          {isWaiting && (
            <ResultField
              call={call}
              value={typed[index] ?? ""}
              onChange={(text) => setTexts(typed.with(index, text))}
            />
          )}
          {reply.results !== null && (
            <>
              <p className="text-xs text-muted">Result</p>
              <CodeBlock code={reply.results[index] ?? ""} label={`Result of ${call.name}`} />
            </>
          )}
        </div>
      ))}
      {isWaiting && (
        <div>
          <Button type="submit" look="primary">
            Send {reply.toolCalls.length === 1 ? "result" : "results"}
          </Button>
        </div>
      )}
    </form>
  );
}

interface ResultFieldProps {
  readonly call: ToolCall;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

function ResultField({ call: { name }, value, onChange }: ResultFieldProps) {
  return (
    <Field label={`Result of ${name}`}>
      {(control) => (
        <textarea
          {...control}
          rows={2}
          placeholder="What the tool says, as text or JSON"
          className={`${inputClass} field-sizing-content h-auto min-h-[48px] resize-none py-1.5 font-mono text-xs`}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

/** Undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function indented(text: string): string {
  const value = parseJson(text);
  return value === undefined ? text : JSON.stringify(value, null, 2);
}
