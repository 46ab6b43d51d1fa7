// What one event of a stream adds to an answer -> events of the hub: a table of one small function per kind of part.

import type { VendorError } from "#dialects/errors/vendor-error.ts";
import type { ChatEvent, FinishReason, Part } from "#hub.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { failureOfCandidate } from "#dialects/gemini/answer-failure.ts";
import { decodeCitations } from "#dialects/gemini/citations.ts";
import { decodePart } from "./decode-content.ts";
import { decodeFinish, isFailedFinish } from "#dialects/gemini/finish.ts";
import { decodeLogprobs } from "#dialects/gemini/logprobs.ts";
import { dialect } from "#dialects/gemini/name.ts";
import { PartialArguments } from "./partial-call.ts";
import { decodeSeal } from "#dialects/gemini/seal.ts";
import { callPrefix, CallIds } from "#dialects/gemini/tool-calls.ts";

/** One of the answers. */
export interface CandidateState {
  readonly index: number;
  readonly ids: CallIds;
  calls: number;
  /** A call whose arguments are not complete. */
  partial: { readonly call: number; readonly values: PartialArguments } | null;
  /** Why it ended, which some models say in every event, so that the last one holds. */
  finishReason: unknown;
  /** The vendor's words for that. */
  finishMessage: unknown;
  /** Something of it but thoughts was told. */
  hasText: boolean;
  /** The last word about its sources. */
  sources: JsonObject;
  /** Bytes and characters of its text are counted alike. */
  isAscii: boolean;
}

export function beginCandidate(index: number, responseId: unknown): CandidateState {
  const ids = new CallIds(callPrefix(responseId) + (index === 0 ? "" : `${index}_`));
  return {
    index,
    ids,
    calls: 0,
    partial: null,
    finishReason: null,
    finishMessage: undefined,
    hasText: false,
    sources: {},
    isAscii: true,
  };
}

type Events = ChatEvent[];

export function readCandidate(candidate: JsonObject, state: CandidateState, events: Events): void {
  const { content, finishReason, index: _index, logprobsResult, ...rest } = candidate;
  const parts = memberOf(content, "parts");
  for (const part of Array.isArray(parts) ? parts : []) readPart(part, state, events);
  const logprobs = decodeLogprobs(logprobsResult);
  if (logprobs !== undefined) events.push({ kind: "logprobs", index: state.index, logprobs });
  if (decodeFinish(finishReason, false) !== null) {
    state.finishReason = finishReason;
    state.finishMessage = candidate["finishMessage"];
  }
  const { groundingMetadata, citationMetadata, ...others } = rest;
  if (isObject(groundingMetadata) && Object.keys(groundingMetadata).length > 0)
    state.sources = { ...state.sources, groundingMetadata };
  if (isObject(citationMetadata)) state.sources = { ...state.sources, citationMetadata };
  tellRest(others, state.index, events);
}

export function tellRest(fields: JsonObject, index: number | undefined, events: Events): void {
  const news = Object.entries(fields).filter(([, value]) => value !== null);
  if (news.length === 0) return;
  const extras = { dialect, fields: Object.fromEntries(news) };
  events.push({ kind: "extras", ...(index !== undefined && { index }), extras });
}

function readPart(value: unknown, state: CandidateState, events: Events): void {
  const text = onlyTextOf(value);
  if (text !== undefined) {
    endPartial(state, events);
    return tellers.text({ kind: "text", text }, state, events);
  }
  const call = memberOf(value, "functionCall");
  if (isObject(call) && isPiece(call, state))
    return readCallPiece(call, memberOf(value, "thoughtSignature"), state, events);
  endPartial(state, events);
  for (const part of decodePart(value, state.ids)) tellPart(part, state, events);
}

/** What nearly all parts of a stream are: words, and nothing beside them. */
function onlyTextOf(value: unknown): string | undefined {
  if (!isObject(value) || typeof value["text"] !== "string") return undefined;
  for (const name in value) if (name !== "text") return undefined;
  return value["text"];
}

function tellPart<Kind extends Part["kind"]>(
  part: Extract<Part, { readonly kind: Kind }>,
  state: CandidateState,
  events: Events,
): void {
  tellers[part.kind](part, state, events);
}

type Tellers = {
  readonly [Kind in Part["kind"]]: (
    part: Extract<Part, { readonly kind: Kind }>,
    state: CandidateState,
    events: Events,
  ) => void;
};

const tellers: Tellers = {
  text({ text }, state, events) {
    if (text === "") return;
    state.hasText = true;
    // eslint-disable-next-line no-control-regex
    state.isAscii &&= /^[\0-\x7f]*$/.test(text);
    events.push({ kind: "text", index: state.index, text });
  },
  reasoning({ text, signature }, { index }, events) {
    if (text !== "") events.push({ kind: "reasoning", index, text });
    if (signature !== undefined) events.push({ kind: "reasoning_signature", index, signature });
  },
  tool_call({ id, name, argumentsText, signature }, state, events) {
    const { index, calls: call } = state;
    state.calls += 1;
    events.push({ kind: "tool_call", index, call, id, name, ...(signature && { signature }) });
    events.push({ kind: "tool_arguments", index, call, text: argumentsText });
  },
  image: tellMedia,
  audio: tellMedia,
  document: tellMedia,
  refusal: () => undefined,
  // Models do not answer with results.
  tool_result: () => undefined,
  opaque: ({ value }, { index }, events) => tellRest({ parts: [value] }, index, events),
};

function tellMedia(
  part: Extract<Part, { readonly kind: "image" | "audio" | "document" }>,
  state: CandidateState,
  events: Events,
): void {
  state.hasText = true;
  events.push({ kind: "media", index: state.index, part });
}

/** A call that goes on, or a piece of the one before. */
function isPiece(call: JsonObject, { partial }: CandidateState): boolean {
  return call["willContinue"] === true || call["partialArgs"] !== undefined || (partial !== null && !call["name"]);
}

function readCallPiece(call: JsonObject, signature: unknown, state: CandidateState, events: Events): void {
  const { name, id } = call;
  if (typeof name === "string" && name !== "") {
    endPartial(state, events);
    beginPartial(name, typeof id === "string" && id !== "" ? id : undefined, signature, state, events);
  }
  state.partial?.values.add(call["partialArgs"]);
  if (call["willContinue"] !== true) endPartial(state, events);
}

function beginPartial(
  name: string,
  given: string | undefined,
  signature: unknown,
  state: CandidateState,
  events: Events,
): void {
  const { index, calls: call, ids } = state;
  state.calls += 1;
  state.partial = { call, values: new PartialArguments() };
  const seal = typeof signature === "string" && signature !== "" ? { signature: decodeSeal(signature) } : {};
  events.push({ kind: "tool_call", index, call, id: ids.call(name, given), name, ...seal });
}

function endPartial(state: CandidateState, events: Events): void {
  const { partial, index } = state;
  if (partial === null) return;
  state.partial = null;
  events.push({ kind: "tool_arguments", index, call: partial.call, text: partial.values.text() });
}

/** Null for an answer that did not fail. */
export function failureOf({ finishReason, finishMessage, calls, hasText }: CandidateState): VendorError | null {
  const hasFailed = isFailedFinish(finishReason, { hasCalls: calls > 0, hasText });
  return hasFailed ? failureOfCandidate({ finishReason, finishMessage }) : null;
}

/** At the end of the stream: what was held, and why the answer ended. */
export function endCandidate(state: CandidateState, events: Events): void {
  const { index, sources, isAscii, calls } = state;
  endPartial(state, events);
  for (const citation of decodeCitations(sources, (at) => (isAscii ? at : undefined)))
    events.push({ kind: "citation", index, citation });
  tellRest(sources, index, events);
  const finish: FinishReason | null = decodeFinish(state.finishReason, calls > 0);
  if (finish !== null) events.push({ kind: "finish", index, finish });
}
