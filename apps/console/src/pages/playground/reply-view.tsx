import { RotateCcw } from "lucide-react";
import { IconButton } from "#parts/button.tsx";
import { CopyButton } from "#parts/copy.tsx";
import { CodeBlock } from "#parts/panel.tsx";
import { Status } from "#parts/status.tsx";
import type { Tone } from "#parts/status.tsx";
import { AnswerText } from "./answer-text.tsx";
import { ReplyFigures } from "./reply-figures.tsx";
import { waitsForResults } from "./reply.ts";
import type { Reply } from "./reply.ts";
import { indented, parseJson, ToolCalls } from "./tool-calls.tsx";

interface ReplyViewProps {
  readonly reply: Reply;
  readonly onResults: (results: readonly string[]) => void;
  /** Null where something has followed already. */
  readonly onAgain: (() => void) | null;
}

export function ReplyView({ reply, onResults, onAgain }: ReplyViewProps) {
  const { model, text, reasoning, pictures, failure, leftOut, state } = reply;
  const actions = (
    <>
      {text !== "" && state !== "running" && <CopyButton text={text} label="Copy the answer" />}
      {onAgain !== null && state !== "running" && (
        <IconButton label="Ask again" icon={<RotateCcw />} onClick={onAgain} />
      )}
    </>
  );
  return (
    <article aria-label={`Answer of ${model}`} className="min-w-0 self-start rounded-md border border-line bg-surface">
      <header className="flex min-h-[41px] items-center gap-2.5 border-b border-line py-1 pr-2 pl-4">
        <ReplyHead reply={reply} />
        <span className="flex-1" />
        {actions}
      </header>
      <div className="grid min-h-10 grid-cols-[minmax(0,1fr)] gap-3 px-4 py-3">
        {reasoning !== "" && <Reasoning text={reasoning} />}
        {text !== "" && <Answer text={text} state={state} />}
        {pictures.map((url, index) => (
          <img key={index} src={url} alt={`Image ${index + 1} by the model`} className="max-h-96 rounded-sm" />
        ))}
        <ToolCalls reply={reply} onResults={onResults} />
        {failure !== null && (
          <p role="alert" className="rounded-sm bg-bad-soft px-3 py-2 wrap-anywhere text-bad">
            {failure.message}
            {failure.code !== "" && <span className="ml-1.5 font-mono text-xs">{failure.code}</span>}
          </p>
        )}
        {leftOut !== null && <p className="text-xs text-warn">Not for this model, and left out: {leftOut}</p>}
      </div>
      {state !== "running" && <ReplyFigures reply={reply} />}
    </article>
  );
}

const states: Readonly<Record<Reply["state"], readonly [Tone, string]>> = {
  running: ["info", "answering"],
  done: ["good", "answered"],
  stopped: ["warn", "stopped"],
  failed: ["bad", "failed"],
};

function ReplyHead({ reply }: { readonly reply: Reply }) {
  const [tone, words] = waitsForResults(reply) ? (["info", "waits for its tools"] as const) : states[reply.state];
  return (
    <>
      <h3 className="min-w-0 truncate font-mono text-xs font-medium">{reply.model}</h3>
      <span className="text-xs whitespace-nowrap text-muted">
        <Status tone={tone}>{words}</Status>
      </span>
    </>
  );
}

function Reasoning({ text }: { readonly text: string }) {
  return (
    <details className="text-muted">
      <summary className="text-xs">Reasoning</summary>
      <p className="mt-1.5 border-l-2 border-line pl-3 wrap-anywhere whitespace-pre-wrap">{text}</p>
    </details>
  );
}

function Answer({ text, state }: Pick<Reply, "text" | "state">) {
  return isJson(text, state) ? <CodeBlock code={indented(text)} label="Answer as JSON" /> : <AnswerText text={text} />;
}

/** As where a schema was given: an object or a list, and nothing else. */
function isJson(text: string, state: Reply["state"]): boolean {
  return state === "done" && /^\s*[{[]/.test(text) && parseJson(text) !== undefined;
}
