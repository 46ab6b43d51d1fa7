// What a request said and was answered, where its key has that stored: shown to whoever asks for it, since every reading is written down.

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ReactNode } from "react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { RequestContent, RequestDetail } from "#api/request-queries.ts";
import { formatBytes } from "#format/bytes.ts";
import { plural } from "#format/number.ts";
import { formatMoment } from "#format/time.ts";
import { Button } from "#parts/button.tsx";
import { CodeBlock, Panel } from "#parts/panel.tsx";
import { Loaded } from "#parts/states.tsx";
import { indented, messagesOf } from "./messages.ts";
import type { Message } from "./messages.ts";
import { Replay } from "./replay.tsx";

type StoredText = NonNullable<RequestContent["request"]>;

const absences: Readonly<Record<string, string>> = {
  dropped: "They were to be stored, but there was no room for them: more came than could be written down.",
  gone: "They were kept, and are not there: erased, older than they are kept, or lost with the process that had them.",
  not_stored: "They are not stored: the policy of the key did not ask for it.",
};

const title = "Prompt and answer";

export function ContentPanel({ detail: { record, content } }: { readonly detail: RequestDetail }) {
  const { mayWith } = useCaller();
  const [isAsked, setAsked] = useState(false);
  const absence = content === "stored" ? null : (absences[content] ?? content);
  const isAllowed = mayWith("prompts.read", record);
  if (absence !== null || !isAllowed)
    return (
      <Panel title={title}>
        <p className="px-4 py-3 text-muted">
          {absence ?? "They are stored. Your role does not allow you to read them."}
        </p>
      </Panel>
    );
  if (isAsked) return <ReadContent record={record} />;
  return (
    <Panel title={title}>
      <div className="flex flex-wrap items-center gap-3 px-4 py-3">
        <Button onClick={() => setAsked(true)}>Show them</Button>
        <p className="text-muted">That you have read them is written into the audit log.</p>
      </div>
    </Panel>
  );
}

type Recorded = Pick<RequestDetail, "record">;

function ReadContent({ record }: Recorded) {
  const { queries } = useApi();
  const content = useQuery(queries.requestContent(record.id));
  const until = content.data?.stored_until ?? null;
  return (
    <Panel title={title} {...(until !== null && { note: `stored until ${formatMoment(until)}` })}>
      <Loaded query={content}>{(one) => <Shown record={record} content={one} />}</Loaded>
    </Panel>
  );
}

function Shown({ record, content }: Recorded & { readonly content: RequestContent }) {
  const { state, request, answer, answer_text: text } = content;
  if (state !== "stored") return <p className="px-4 py-3 text-muted">{absences[state] ?? state}</p>;
  const messages = messagesOf(request?.body ?? "");
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] divide-y divide-line">
      <Part
        name="Request"
        stored={request}
        none="It had no body."
        words={messages !== null && <Messages messages={messages} />}
      />
      <Part
        name="Answer"
        stored={answer}
        none="Nothing was answered, or the policy of the key stores requests alone."
        words={text !== null && <Words text={text} />}
      />
      <Replay record={record} stored={request} />
    </div>
  );
}

interface PartProps {
  readonly name: string;
  readonly stored: StoredText | null;
  /** Where there is nothing. */
  readonly none: string;
  /** What people read of it; false where nothing is found. */
  readonly words: ReactNode;
}

function Part({ name, stored, none, words }: PartProps) {
  const [isRaw, setRaw] = useState(words === false);
  const body = stored?.body ?? null;
  const absence = stored === null ? none : body === null ? "It is no text: its size alone is stored." : null;
  return (
    <section aria-label={`Stored ${name.toLowerCase()}`} className="grid grid-cols-[minmax(0,1fr)] gap-2.5 px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
        <h3 className="font-medium">{name}</h3>
        {stored !== null && <span className="text-faint">{notesOf(stored)}</span>}
        <span className="flex-1" />
        {absence === null && words !== false && (
          <Button look="quiet" aria-pressed={isRaw} onClick={() => setRaw(!isRaw)}>
            As it was sent
          </Button>
        )}
      </div>
      {absence !== null && <p className="text-muted">{absence}</p>}
      {absence === null && !isRaw && words}
      {body !== null && isRaw && <CodeBlock label={`${name} as it was sent`} code={indented(body)} />}
    </section>
  );
}

function notesOf({ content_type: type, bytes, is_cut: isCut, left_out: leftOut }: StoredText): string {
  return [
    type.split(";")[0] ?? type,
    formatBytes(bytes),
    ...(isCut ? ["cut: the rest is not stored"] : []),
    ...(leftOut > 0 ? [`${plural(leftOut, "picture or file", "pictures or files")} left out`] : []),
  ].join(" · ");
}

function Messages({ messages }: { readonly messages: readonly Message[] }) {
  return (
    <ol className="grid grid-cols-[minmax(0,1fr)] gap-2.5">
      {messages.map(({ speaker, text }, index) => (
        <li key={index} className="grid grid-cols-[minmax(0,1fr)] gap-0.5">
          <span className="text-xs text-muted">{speaker}</span>
          <Words text={text} />
        </li>
      ))}
    </ol>
  );
}

/** Nothing that a model or a person wrote becomes part of the page. */
function Words({ text }: { readonly text: string }) {
  return <p className="leading-relaxed wrap-anywhere whitespace-pre-wrap">{text}</p>;
}
