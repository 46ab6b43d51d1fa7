// Events -> the stream for a client of this dialect: a table of one small function per kind of event over a plain state.

import type { ParsedRequest } from "#dialects/parsed-request.ts";
import type { StreamEncoder } from "#dialects/streams/stream-codec.ts";
import { ownFields, present, writeJson } from "#dialects/fields/extras.ts";
import type { ChatEvent, Citation, FinishReason, Part, Usage } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeCitations } from "#dialects/gemini/citations.ts";
import { encodeAnswerParts, timeOf } from "./encode-result.ts";
import { encodeError, encodeVendorError, writeFrame } from "#dialects/gemini/errors.ts";
import { encodeFinish } from "#dialects/gemini/finish.ts";
import { HeldCalls } from "./held-calls.ts";
import { encodeLogprobs } from "#dialects/gemini/logprobs.ts";
import { dialect } from "#dialects/gemini/name.ts";
import { sealOf } from "#dialects/gemini/seal.ts";
import { wantsEvents } from "#dialects/gemini/straight/request.ts";
import { ArrayWriter } from "#dialects/gemini/straight/stream.ts";
import { encodeUsage } from "#dialects/gemini/usage.ts";

interface ChoiceState {
  readonly calls: HeldCalls;
  /** Until its places are told in a citation's. */
  text: string;
  readonly citations: Citation[];
  finish: FinishReason | null;
}

interface StreamState {
  /** Null where the client wants events. */
  readonly array: ArrayWriter | null;
  /** What every event ends with. */
  head: JsonObject;
  readonly choices: Map<number, ChoiceState>;
  usage: Usage | null;
  serviceTier: string | undefined;
  /** Of the whole answer, told with the next event. */
  answerFields: JsonObject;
}

type EventOf<Kind> = Extract<ChatEvent, { readonly kind: Kind }>;
type Encoders = { readonly [Kind in ChatEvent["kind"]]: (event: EventOf<Kind>, state: StreamState) => string };

export function createStreamEncoder(request: Pick<ParsedRequest, "query">): StreamEncoder {
  const array = wantsEvents(request) ? null : new ArrayWriter();
  const state: StreamState = {
    array,
    head: {},
    choices: new Map(),
    usage: null,
    serviceTier: undefined,
    answerFields: {},
  };
  const encode = (event: ChatEvent): string => encodeEvent(event, state);
  return array === null
    ? { contentType: "text/event-stream", encode }
    : {
        contentType: "application/json",
        isDocument: true,
        encode,
        encodeFailure: (error) => writeLast(encodeError(error), state),
      };
}

function encodeEvent<Kind extends ChatEvent["kind"]>(event: EventOf<Kind>, state: StreamState): string {
  return encoders[event.kind](event, state);
}

/** Longer texts are told sources of without their places. */
const longestCitedText = 1_000_000;

const encoders: Encoders = {
  start({ id, model, createdSeconds }, state) {
    state.head = {
      modelVersion: model,
      ...present({ responseId: id === "" ? undefined : id, createTime: timeOf(createdSeconds) }),
    };
    return "";
  },
  text({ index, text }, state) {
    const choice = choiceAt(index, state);
    if (choice.text.length <= longestCitedText) choice.text += text;
    return writePart(index, { kind: "text", text }, state);
  },
  reasoning: ({ index, text }, state) => writePart(index, { kind: "reasoning", text }, state),
  // A seal comes behind what it seals, in a part without words.
  reasoning_signature: ({ index, signature }, state) => writeSealPart(index, signature, state),
  reasoning_encrypted: ({ index, encrypted }, state) => writeSealPart(index, encrypted, state),
  refusal: ({ index, text }, state) => writePart(index, { kind: "text", text }, state),
  citation({ index, citation }, state) {
    choiceAt(index, state).citations.push(citation);
    return "";
  },
  media: ({ index, part }, state) => writePart(index, part, state),
  tool_call(event, state) {
    choiceAt(event.index, state).calls.add(event);
    return "";
  },
  tool_arguments(event, state) {
    choiceAt(event.index, state).calls.add(event);
    return "";
  },
  logprobs: ({ index, logprobs }, state) => writeCandidate({ index, ...encodeLogprobs(logprobs) }, state),
  finish({ index, finish }, state) {
    choiceAt(index, state).finish = finish;
    return writeParts(index, choiceAt(index, state).calls.takeAll(), state);
  },
  usage({ usage }, state) {
    state.usage = usage;
    return "";
  },
  service_tier({ serviceTier }, state) {
    state.serviceTier = serviceTier;
    return "";
  },
  extras({ index, extras }, state) {
    const { parts, ...fields } = ownFields(extras, dialect, new Set());
    if (index === undefined) {
      state.answerFields = { ...state.answerFields, ...fields };
      return "";
    }
    if (extras.dialect !== dialect) return "";
    const content = Array.isArray(parts) ? { content: { parts, role: "model" } } : {};
    return writeCandidate({ ...content, index, ...fields }, state);
  },
  error: ({ message, code }, state) => writeLast(encodeVendorError(message, code), state),
  end: (_event, state) => writeEnd(state),
};

function choiceAt(index: number, { choices }: StreamState): ChoiceState {
  const choice = choices.get(index) ?? { calls: new HeldCalls(), text: "", citations: [], finish: null };
  choices.set(index, choice);
  return choice;
}

function writePart(index: number, part: Part, state: StreamState): string {
  return writeParts(index, choiceAt(index, state).calls.takeComplete(), state) + writeParts(index, [part], state);
}

function writeSealPart(index: number, signature: EventOf<"reasoning_signature">["signature"], state: StreamState) {
  return writePart(index, { kind: "reasoning", text: "", signature, extras: sealOf("empty") }, state);
}

function writeParts(index: number, content: readonly Part[], state: StreamState): string {
  const parts = encodeAnswerParts(content);
  return parts.length === 0 ? "" : writeCandidate({ content: { parts, role: "model" }, index }, state);
}

function writeCandidate(candidate: JsonObject, state: StreamState): string {
  return writeAnswer({ candidates: [candidate] }, state);
}

function writeAnswer(answer: JsonObject, state: StreamState): string {
  const fields = state.answerFields;
  state.answerFields = {};
  return write(writeJson({ ...answer, ...fields, ...state.head }, "provider_error"), state);
}

function write(json: string, { array }: StreamState): string {
  return array === null ? writeFrame(json) : array.add(json);
}

/** All calls that are left, why each answer ended, and what it cost. */
function writeEnd(state: StreamState): string {
  if (state.choices.size === 0) choiceAt(0, state);
  const choices = [...state.choices].toSorted(([a], [b]) => a - b);
  const calls = choices.map(([index, choice]) => writeParts(index, choice.calls.takeAll(), state)).join("");
  const candidates = choices.map(([index, { text, citations, finish }]) => ({
    content: { parts: [{ text: "" }], role: "model" },
    finishReason: encodeFinish(finish ?? "stop"),
    index,
    ...encodeCitations(citations, text),
  }));
  const tier = state.serviceTier === undefined ? {} : { serviceTier: state.serviceTier };
  const usage = state.usage === null ? {} : { usageMetadata: { ...encodeUsage(state.usage), ...tier } };
  const last = writeAnswer({ candidates, ...usage }, state);
  return calls + last + endArray(state);
}

function writeLast(json: string, state: StreamState): string {
  return write(json, state) + endArray(state);
}

function endArray({ array }: StreamState): string {
  return array?.end()?.toString("utf8") ?? "";
}
