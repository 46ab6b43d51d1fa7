// Events -> chunks for a client of this dialect: a table of one small function per kind of event over a plain state.

import type { StreamEncoder } from "#dialects/streams/stream-codec.ts";
import { ownFields, writeJson } from "#dialects/fields/extras.ts";
import type { ChatEvent, Usage } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeCitation } from "#dialects/openai-chat/citations.ts";
import { encodeImage } from "./encode-result.ts";
import { encodeUsage } from "./encode-usage.ts";
import { writeErrorEvent } from "#dialects/openai-chat/errors.ts";
import { encodeFinish } from "#dialects/openai-chat/finish.ts";
import { encodeLogprobs } from "#dialects/openai-chat/logprobs.ts";
import { dialect } from "#dialects/openai-chat/name.ts";
import { encodeDetail } from "#dialects/openai-chat/reasoning.ts";
import { encodeServiceTier } from "#dialects/openai/openai-service-tier.ts";
import { encodeSignature } from "#dialects/openai-chat/tool-calls.ts";

interface StreamState {
  readonly tellsUsage: boolean;
  /** What every chunk begins with. */
  head: JsonObject;
  /** The same as text, with the name of what comes behind it. */
  headText: string;
  /** Told with the next chunk. */
  answerFields: JsonObject;
  /** Choices whose role was told. */
  readonly begun: Set<number>;
  /** By choice: what was thought since the last signature. */
  readonly thoughts: Map<number, string>;
  usage: Usage | null;
}

type EventOf<Kind> = Extract<ChatEvent, { readonly kind: Kind }>;
type Encoders = { readonly [Kind in ChatEvent["kind"]]: (event: EventOf<Kind>, state: StreamState) => string };

export function createStreamEncoder({ wantsStreamUsage }: { readonly wantsStreamUsage: boolean }): StreamEncoder {
  const head = headOf({ id: "", createdSeconds: 0, model: "" });
  const state: StreamState = {
    tellsUsage: wantsStreamUsage,
    head,
    headText: headTextOf(head),
    answerFields: noFields,
    begun: new Set(),
    thoughts: new Map(),
    usage: null,
  };
  return { contentType: "text/event-stream", encode: (event) => encodeEvent(event, state) };
}

function encodeEvent<Kind extends ChatEvent["kind"]>(event: EventOf<Kind>, state: StreamState): string {
  return encoders[event.kind](event, state);
}

const encoders: Encoders = {
  start(event, state) {
    setHead(state, headOf(event));
    state.begun.add(0);
    return writeDelta(0, { role: "assistant", content: "" }, state);
  },
  text: ({ index, text }, state) => writeDelta(index, { content: text }, state),
  reasoning({ index, text }, state) {
    state.thoughts.set(index, (state.thoughts.get(index) ?? "") + text);
    return writeDelta(index, { reasoning_content: text }, state);
  },
  // With the text that it seals, since clients give back the details alone, or each as an entry of its own.
  reasoning_signature({ index, ...told }, state) {
    const text = state.thoughts.get(index) ?? "";
    state.thoughts.delete(index);
    return writeDelta(index, { reasoning_details: [encodeDetail({ ...told, kind: "reasoning", text })] }, state);
  },
  reasoning_encrypted({ index, ...told }, state) {
    return writeDelta(index, { reasoning_details: [encodeDetail({ ...told, kind: "reasoning", text: "" })] }, state);
  },
  refusal: ({ index, text }, state) => writeDelta(index, { refusal: text }, state),
  citation: ({ index, citation }, state) => writeDelta(index, { annotations: [encodeCitation(citation)] }, state),
  media({ index, part }, state) {
    return part.kind === "image" ? writeDelta(index, { images: [encodeImage(part)] }, state) : "";
  },
  tool_call({ index, call, id, name, signature }, state) {
    const told = {
      index: call,
      id,
      type: "function",
      function: { name, arguments: "" },
      ...encodeSignature(signature),
    };
    return writeDelta(index, { tool_calls: [told] }, state);
  },
  tool_arguments({ index, call, text }, state) {
    return writeDelta(index, { tool_calls: [{ index: call, function: { arguments: text } }] }, state);
  },
  logprobs: ({ index, logprobs }, state) =>
    writeChoice({ index, delta: {}, logprobs: encodeLogprobs(logprobs), finish_reason: null }, state),
  finish({ index, finish }, state) {
    return writeChoice({ index, delta: {}, logprobs: null, finish_reason: encodeFinish(finish) }, state);
  },
  usage({ usage }, state) {
    state.usage = usage;
    return "";
  },
  service_tier({ serviceTier }, state) {
    const tier = encodeServiceTier(serviceTier);
    if (tier !== undefined) setHead(state, { ...state.head, service_tier: tier });
    return "";
  },
  extras({ index, extras }, state) {
    const { message, ...fields } = ownFields(extras, dialect, new Set());
    if (index === undefined)
      state.answerFields = { ...state.answerFields, ...fields, ...(message !== undefined && { message }) };
    else if (extras.dialect === dialect) return writeExtras(index, isObject(message) ? message : {}, fields, state);
    return "";
  },
  error({ message, code }) {
    const error = { message, type: "api_error", param: null, code: code ?? null };
    return writeErrorEvent(writeJson({ error }, "provider_error"));
  },
  end: (_event, state) => writeEnd(state),
};

function headOf({ id, createdSeconds, model }: Omit<EventOf<"start">, "kind">): JsonObject {
  return { id, object: "chat.completion.chunk", created: createdSeconds, model };
}

const noFields: JsonObject = {};

function setHead(state: StreamState, head: JsonObject): void {
  state.head = head;
  state.headText = headTextOf(head);
}

function headTextOf(head: JsonObject): string {
  return `${JSON.stringify(head).slice(0, -1)},"choices":`;
}

function writeDelta(index: number, delta: JsonObject, state: StreamState): string {
  return writeChoice({ index, delta, logprobs: null, finish_reason: null }, state);
}

function writeExtras(index: number, delta: JsonObject, fields: JsonObject, state: StreamState): string {
  return writeChoice({ index, delta, logprobs: null, finish_reason: null, ...fields }, state);
}

/** The first delta of a choice tells its role. */
function writeChoice(
  choice: JsonObject & { readonly index: number; readonly delta: JsonObject },
  state: StreamState,
): string {
  if (state.begun.has(choice.index)) return writeChunk([choice], state);
  state.begun.add(choice.index);
  return writeChunk([{ ...choice, delta: { role: "assistant", ...choice.delta } }], state);
}

/** A client that asked for usage is told null until the last chunk, as OpenAI does it. */
function writeChunk(choices: readonly JsonObject[], state: StreamState, usage: JsonObject | null = null): string {
  const { head, headText, answerFields: fields, tellsUsage } = state;
  state.answerFields = noFields;
  if (fields !== noFields) return frame({ ...head, choices, ...(tellsUsage && { usage }), ...fields });
  const ending = tellsUsage ? `,"usage":${JSON.stringify(usage)}}` : "}";
  return `data: ${headText}${writeJson(choices, "provider_error")}${ending}\n\n`;
}

function writeEnd(state: StreamState): string {
  const tellsUsage = state.tellsUsage && state.usage !== null;
  const isNews = tellsUsage || Object.keys(state.answerFields).length > 0;
  const usage = state.usage === null ? null : encodeUsage(state.usage);
  return `${isNews ? writeChunk([], state, usage) : ""}data: [DONE]\n\n`;
}

function frame(value: JsonObject): string {
  return `data: ${writeJson(value, "provider_error")}\n\n`;
}
