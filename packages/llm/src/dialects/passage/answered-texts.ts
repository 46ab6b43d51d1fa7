// What a model has answered, as texts: for whoever holds answers to what they were to be.

import type { Dialect } from "#dialects/dialect.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import type { AnswerFormat, ChatResult, Choice } from "#hub.ts";
import { ToldEvents } from "#dialects/streams/told-events.ts";
import { countOf, memberOf, parseJson, wordOf } from "#wire/json.ts";
import { eventsOf, isStreamed } from "./conversation.ts";
import type { ToldAnswer } from "./conversation.ts";
import { GatheredAnswer } from "./gathered-answer.ts";

/** One of the answers that were asked for. */
export interface AnsweredText {
  /** Without thoughts. */
  readonly text: string;
  /** A turn of which its text is not the answer: tools are called in it, or it refuses. */
  readonly isOther: boolean;
  /** Nothing has ended it: it goes on in the background. */
  readonly isOpen: boolean;
}

/** Null where it is no whole answer of a chat. */
export function answeredIn(dialect: Dialect, told: ToldAnswer): readonly AnsweredText[] | null {
  const result = isStreamed(dialect, told)
    ? gathered(dialect, eventsOf(dialect, told))
    : dialect.upstream.decodeResult(told.body, "answer");
  return result === null ? null : result.choices.map(toAnswered);
}

function gathered({ upstream }: Dialect, events: Buffer): ChatResult | null {
  const decoder = upstream.createStreamDecoder("answer");
  const answer = new GatheredAnswer();
  for (const event of [...decoder.push(events), ...decoder.flush()]) {
    if (event.kind === "error") return null;
    if (event.kind !== "end") answer.take(event);
  }
  return decoder.isWhole ? answer.whole() : null;
}

function toAnswered({ content, finish }: Choice): AnsweredText {
  return {
    text: content.map((part) => (part.kind === "text" ? part.text : "")).join(""),
    isOther: content.some(({ kind }) => kind === "tool_call" || kind === "refusal") || finish === "refusal",
    isOpen: finish === null && content.length === 0,
  };
}

/** The same of legacy completions, whole or in events. */
export function completedIn({ body, contentType }: ToldAnswer): readonly AnsweredText[] | null {
  const isStream = contentType.toLowerCase().startsWith("text/event-stream");
  const events = new ToldEvents(contentType);
  const told = isStream ? [...events.push(body), ...events.flush()] : [parseJson(body.toString("utf8"))];
  const texts = new Map<number, string>();
  for (const event of told) {
    const choices = memberOf(event, "choices");
    for (const choice of Array.isArray(choices) ? choices : []) {
      const [index, text] = [countOf(memberOf(choice, "index")), wordOf(memberOf(choice, "text"))];
      texts.set(index, (texts.get(index) ?? "") + text);
    }
  }
  return texts.size === 0 ? null : [...texts.values()].map((text) => ({ text, isOther: false, isOpen: false }));
}

/** The form in which a chat wants its answer; null where it says nothing of it. Throws GhostError `invalid_request_error`. */
export function formatOf({ client }: Dialect, request: ParsedRequest): AnswerFormat | null {
  return client.decodeRequest(request).format ?? null;
}
