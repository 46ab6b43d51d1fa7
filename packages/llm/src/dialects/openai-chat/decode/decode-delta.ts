// What one chunk adds to one choice -> events: a table of one small function per field of a delta.

import type { ChatEvent } from "#hub.ts";
import { countOf, isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { failureOfChoice } from "#dialects/openai-chat/answer-failure.ts";
import { decodeCitation } from "#dialects/openai-chat/citations.ts";
import { decodePart } from "./decode-content.ts";
import { callIdPrefix } from "./decode-result.ts";
import { decodeFinish, isFailedFinish } from "#dialects/openai-chat/finish.ts";
import { decodeLogprobs } from "#dialects/openai-chat/logprobs.ts";
import { dialect } from "#dialects/openai-chat/name.ts";
import { decodeDetail, textFields } from "#dialects/openai-chat/reasoning.ts";
import { readCallPiece, ToolCallStream } from "./tool-call-stream.ts";

export interface ChoiceState {
  readonly index: number;
  readonly calls: ToolCallStream;
  isFinished: boolean;
  /** Thoughts come in a field of their own, of which the details are a copy. */
  hasReasoningField: boolean;
}

interface ChoiceContext {
  readonly answerId: string;
  readonly choices: Map<number, ChoiceState>;
  readonly events: ChatEvent[];
}

interface DeltaContext {
  readonly choice: ChoiceState;
  readonly delta: JsonObject;
  readonly events: ChatEvent[];
}

export function decodeChoiceChunk(chunk: JsonObject, position: number, context: ChoiceContext): void {
  const { events } = context;
  const choice = openChoice(countOf(chunk["index"] ?? position), context);
  const { index } = choice;
  const delta = readDelta(chunk);
  const told = { choice, delta, events };
  for (const [field, decode] of deltaDecoders) if (Object.hasOwn(delta, field)) decode(delta[field], told);
  const logprobs = decodeLogprobs(chunk["logprobs"]);
  if (logprobs !== undefined) events.push({ kind: "logprobs", index, logprobs });
  tellRest(chunk, delta, index, events);
  finishChoice(chunk, choice, events);
}

function openChoice(index: number, { choices, answerId }: ChoiceContext): ChoiceState {
  const known = choices.get(index);
  if (known !== undefined) return known;
  const prefix = callIdPrefix(answerId, index);
  const calls = new ToolCallStream(index, (call) => `${prefix}_${call}`);
  const choice = { index, calls, isFinished: false, hasReasoningField: false };
  choices.set(index, choice);
  return choice;
}

/** Perplexity tells all of the message so far beside the delta. A vendor that does not stream sends the message alone. */
function readDelta(chunk: JsonObject): JsonObject {
  const delta = chunk["delta"] ?? chunk["message"];
  return isObject(delta) ? delta : {};
}

/** Some vendors repeat the reason in chunks that follow. One that says that the answer failed ends all of it. */
function finishChoice(chunk: JsonObject, choice: ChoiceState, events: ChatEvent[]): void {
  const reason = chunk["finish_reason"];
  if (typeof reason !== "string" || reason === "" || choice.isFinished) return;
  choice.isFinished = true;
  if (isFailedFinish(reason)) return tellFailure(chunk, events);
  const finish = decodeFinish(reason, choice.calls.hasCalls);
  events.push(...choice.calls.flush(), { kind: "finish", index: choice.index, finish });
}

function tellFailure(chunk: JsonObject, events: ChatEvent[]): void {
  const { message, words, status } = failureOfChoice(chunk);
  const code = status === undefined ? words[0] : String(status);
  events.push({ kind: "error", message: message ?? "", ...(code !== undefined && { code }) });
}

/** At the end of a stream: calls that no reason to finish has closed. */
export function flushChoices(choices: ReadonlyMap<number, ChoiceState>, events: ChatEvent[]): void {
  for (const { calls } of choices.values()) events.push(...calls.flush());
}

type DeltaDecoder = (value: unknown, context: DeltaContext) => void;

/** In this order, whatever the order of the fields. */
const deltaDecoders: readonly (readonly [field: string, decode: DeltaDecoder])[] = [
  ["reasoning_content", (value, context) => decodeReasoningText("reasoning_content", value, context)],
  ["reasoning", (value, context) => decodeReasoningText("reasoning", value, context)],
  ["reasoning_details", decodeDetails],
  ["content", decodeContent],
  ["refusal", decodeRefusal],
  ["annotations", decodeAnnotations],
  ["images", decodeImages],
  ["tool_calls", decodeToolCalls],
  ["function_call", decodeFunctionCall],
];

/** Some vendors write the same text under both names: the first that has any counts. */
function decodeReasoningText(field: string, text: unknown, { choice, delta, events }: DeltaContext): void {
  if (field !== reasoningFieldOf(delta) || typeof text !== "string") return;
  choice.hasReasoningField = true;
  events.push({ kind: "reasoning", index: choice.index, text });
}

function reasoningFieldOf(delta: JsonObject): string | undefined {
  return textFields.find((field) => typeof delta[field] === "string" && delta[field] !== "");
}

function decodeDetails(details: unknown, { choice, events }: DeltaContext): void {
  const { index, hasReasoningField: isTold } = choice;
  for (const detail of Array.isArray(details) ? details : []) {
    const part = decodeDetail(readSignatureOnly(detail));
    if (part === undefined) continue;
    const { text, signature, encrypted, extras } = part;
    const kept = extras && { extras };
    if (text !== "" && !isTold) events.push({ kind: "reasoning", index, text });
    if (encrypted !== undefined) events.push({ kind: "reasoning_encrypted", index, encrypted, ...kept });
    if (signature !== undefined) events.push({ kind: "reasoning_signature", index, signature, ...kept });
  }
}

/** The detail that brings the signature may come without a text. */
function readSignatureOnly(detail: unknown): unknown {
  const isTextless = memberOf(detail, "type") === "reasoning.text" && typeof memberOf(detail, "text") !== "string";
  return isTextless && isObject(detail) ? { ...detail, text: "" } : detail;
}

/** A text, or with Mistral a list of parts, of which some are thoughts. */
function decodeContent(content: unknown, { choice, events }: DeltaContext): void {
  const { index } = choice;
  if (typeof content === "string" && content !== "") events.push({ kind: "text", index, text: content });
  if (!Array.isArray(content)) return;
  for (const value of content) {
    const part = decodePart(value);
    if (part.kind === "text" || part.kind === "reasoning") events.push({ kind: part.kind, index, text: part.text });
    else if (part.kind === "image") events.push({ kind: "media", index, part });
    else events.push({ kind: "extras", index, extras: { dialect, fields: { message: { content: [value] } } } });
  }
}

function decodeRefusal(text: unknown, { choice, events }: DeltaContext): void {
  if (typeof text === "string" && text !== "") events.push({ kind: "refusal", index: choice.index, text });
}

function decodeAnnotations(annotations: unknown, { choice, events }: DeltaContext): void {
  for (const annotation of Array.isArray(annotations) ? annotations : []) {
    const citation = decodeCitation(annotation);
    if (citation !== undefined) events.push({ kind: "citation", index: choice.index, citation });
  }
}

function decodeImages(images: unknown, { choice, events }: DeltaContext): void {
  for (const image of Array.isArray(images) ? images : []) {
    const part = decodePart(image);
    if (part.kind === "image") events.push({ kind: "media", index: choice.index, part });
  }
}

function decodeToolCalls(pieces: unknown, { choice, events }: DeltaContext): void {
  for (const piece of Array.isArray(pieces) ? pieces : []) {
    if (isObject(piece)) events.push(...choice.calls.push(readCallPiece(piece)));
  }
}

/** Snowflake writes an empty one into every delta. */
function decodeFunctionCall(call: unknown, { choice, events }: DeltaContext): void {
  const piece = readCallPiece({ function: call });
  if (piece.name !== "" || piece.argumentsText !== "") events.push(...choice.calls.push(piece));
}

/** `text` repeats the delta's content, and `message` the whole of it. */
const handledFields = new Set(["index", "delta", "message", "text", "logprobs", "finish_reason"]);
const handledDeltaFields = new Set([...deltaDecoders.map(([field]) => field), "role", "token_id"]);

function tellRest(chunk: JsonObject, delta: JsonObject, index: number, events: ChatEvent[]): void {
  const fields = restOf(chunk, handledFields);
  const message = restOf(delta, handledDeltaFields);
  if (fields.length === 0 && message.length === 0) return;
  const inner = message.length > 0 && { message: Object.fromEntries(message) };
  events.push({ kind: "extras", index, extras: { dialect, fields: { ...Object.fromEntries(fields), ...inner } } });
}

function restOf(object: JsonObject, handled: ReadonlySet<string>): readonly [string, unknown][] {
  const rest: [string, unknown][] = [];
  for (const field of Object.keys(object)) {
    if (object[field] !== null && !handled.has(field)) rest.push([field, object[field]]);
  }
  return rest;
}
