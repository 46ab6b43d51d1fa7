// Events -> lines for a client of this dialect: a table of one small function per kind of event over a plain state.

import type { ElapsedMs } from "#dialects/dialect.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import type { StreamEncoder } from "#dialects/streams/stream-codec.ts";
import { ownFields, writeJson } from "#dialects/fields/extras.ts";
import type { ChatEvent, FinishReason, Seal, ToolCallPart, Usage } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeCreatedAt } from "#dialects/ollama/created-at.ts";
import { encodeDurations } from "#dialects/ollama/durations.ts";
import { encodeAnswerCall, toResponse } from "./encode-result.ts";
import { encodeFinish } from "#dialects/ollama/finish.ts";
import { encodeLogprobs } from "#dialects/ollama/logprobs.ts";
import { encodeMedia } from "#dialects/ollama/media.ts";
import { dialect } from "#dialects/ollama/name.ts";
import { encodeUsage } from "#dialects/ollama/usage.ts";

interface HeldCall {
  readonly id: string;
  readonly name: string;
  readonly signature?: Seal;
  argumentsText: string;
}

interface StreamState {
  readonly isGenerate: boolean;
  /** What every line begins with. */
  head: JsonObject;
  /** Calls come whole here, others tell them in pieces. */
  readonly calls: Map<number, HeldCall>;
  toldCalls: number;
  usage: Usage | null;
  finish: FinishReason;
  /** Of the whole answer, told at its end. */
  answerFields: JsonObject;
  readonly elapsedMs: ElapsedMs | undefined;
  firstWordMs: number | null;
}

type EventOf<Kind> = Extract<ChatEvent, { readonly kind: Kind }>;
type Encoders = { readonly [Kind in ChatEvent["kind"]]: (event: EventOf<Kind>, state: StreamState) => string };

export function createStreamEncoder(
  { operation }: Pick<ParsedRequest, "operation">,
  elapsedMs?: ElapsedMs,
): StreamEncoder {
  const state: StreamState = {
    isGenerate: operation === "generate",
    head: { model: "", created_at: encodeCreatedAt(0) },
    calls: new Map(),
    toldCalls: 0,
    usage: null,
    finish: "stop",
    answerFields: {},
    elapsedMs,
    firstWordMs: null,
  };
  return { contentType: "application/x-ndjson", encode: (event) => encodeFirstChoice(event, state) };
}

/** Of several choices the dialect knows the first. */
function encodeFirstChoice(event: ChatEvent, state: StreamState): string {
  if ("index" in event && event.index !== undefined && event.index !== 0) return "";
  return encodeEvent(event, state);
}

function encodeEvent<Kind extends ChatEvent["kind"]>(event: EventOf<Kind>, state: StreamState): string {
  return encoders[event.kind](event, state);
}

const encoders: Encoders = {
  start({ model, createdSeconds }, state) {
    state.head = { model, created_at: encodeCreatedAt(createdSeconds) };
    return "";
  },
  text: ({ text }, state) => writeMessage({ content: text }, state),
  reasoning: ({ text }, state) => writeMessage({ content: "", thinking: text }, state),
  // The dialect has no place for them.
  reasoning_signature: () => "",
  reasoning_encrypted: () => "",
  refusal: ({ text }, state) => writeMessage({ content: text }, state),
  citation: () => "",
  media({ part }, state) {
    const image = part.kind === "image" ? encodeMedia(part, new Set()) : undefined;
    return image === undefined || state.isGenerate ? "" : writeMessage({ content: "", images: [image] }, state);
  },
  tool_call({ call, id, name, signature }, { calls }) {
    calls.set(call, { id, name, argumentsText: "", ...(signature !== undefined && { signature }) });
    return "";
  },
  tool_arguments({ call, text }, { calls }) {
    const held = calls.get(call);
    if (held !== undefined) held.argumentsText += text;
    return "";
  },
  logprobs({ logprobs }, state) {
    const list = encodeLogprobs(logprobs);
    return list === undefined ? "" : writeMessage({ content: "" }, state, { logprobs: list });
  },
  finish({ finish }, state) {
    state.finish = finish;
    return writeCalls(state);
  },
  usage({ usage }, state) {
    state.usage = usage;
    return "";
  },
  service_tier: () => "",
  extras({ index, extras }, state) {
    if (index === undefined) state.answerFields = { ...state.answerFields, ...ownFields(extras, dialect, new Set()) };
    return "";
  },
  error: ({ message }) => writeLine({ error: message }),
  end: (_event, state) => writeCalls(state) + writeEnd(state),
};

function writeMessage(message: JsonObject, state: StreamState, fields: JsonObject = {}): string {
  state.firstWordMs ??= state.elapsedMs?.() ?? null;
  return writeLine({ ...state.head, ...placeMessage(message, state), done: false, ...fields });
}

function placeMessage(message: JsonObject, { isGenerate }: StreamState): JsonObject {
  return isGenerate ? toResponse(message) : { message: { role: "assistant", ...message } };
}

function writeCalls(state: StreamState): string {
  const held = [...state.calls.values()];
  state.calls.clear();
  // `/api/generate` knows no tools.
  if (state.isGenerate) return "";
  return held.map((call) => writeCall({ kind: "tool_call", ...call }, state)).join("");
}

function writeCall(part: ToolCallPart, state: StreamState): string {
  state.toldCalls += 1;
  return writeMessage({ content: "", tool_calls: [encodeAnswerCall(part, state.toldCalls - 1)] }, state);
}

function writeEnd(state: StreamState): string {
  const { head, finish, usage, answerFields, elapsedMs, firstWordMs } = state;
  const measured = encodeDurations(elapsedMs, firstWordMs);
  const told = { done: true, done_reason: encodeFinish(finish), ...measured, ...encodeUsage(usage), ...answerFields };
  return writeLine({ ...head, ...placeMessage({ content: "" }, state), ...told });
}

function writeLine(value: JsonObject): string {
  return `${writeJson(value, "provider_error")}\n`;
}
