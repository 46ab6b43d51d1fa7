// A vendor's stream of chunks -> events, frame by frame. decode-delta.ts reads what a chunk adds to an answer.

import { FrameDecoder, failStream } from "#dialects/streams/frame-decoder.ts";
import type { DecoderState } from "#dialects/streams/frame-decoder.ts";
import { readErrorValue } from "#dialects/errors/read-error.ts";
import { ExactMembers, parseExactly } from "#wire/exact-json.ts";
import { countOf, isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { failureOfChunk } from "#dialects/openai-chat/answer-failure.ts";
import { decodeChoiceChunk, flushChoices } from "./decode-delta.ts";
import type { ChoiceState } from "./decode-delta.ts";
import { choicesOf } from "./finished-choices.ts";
import { dialect } from "#dialects/openai-chat/name.ts";
import { StreamUsage } from "./stream-usage.ts";
import { readUsageOf } from "#dialects/openai-chat/usage.ts";

interface StreamState extends DecoderState {
  readonly fallbackId: string;
  isStarted: boolean;
  /** Usage came in a chunk of its own, as it does behind an answer. */
  hasUsageChunk: boolean;
  readonly choices: Map<number, ChoiceState>;
  /** What was told of the whole answer. Most vendors repeat it in every chunk. */
  readonly told: Map<string, unknown>;
  readonly usage: StreamUsage;
}

export function createStreamDecoder(fallbackId = ""): FrameDecoder<StreamState> {
  const flags = { fallbackId, isStarted: false, isOver: false, hasUsageChunk: false };
  const state = { ...flags, choices: new Map(), told: new Map(), usage: new StreamUsage(), events: [] };
  return new FrameDecoder(state, { readData, isWhole, end });
}

function readData(data: string, state: StreamState, isNamedError: boolean): void {
  if (data === "[DONE]") end(state);
  else readChunk(data, state, isNamedError);
}

function end(state: StreamState): void {
  flushChoices(state.choices, state.events);
  state.events.push({ kind: "end" });
  state.isOver = true;
}

/** Not every vendor writes an end mark. Without it, every choice must have told why it ended, or what it cost. */
function isWhole(state: StreamState): boolean {
  const choices = [...state.choices.values()];
  const isPriced = state.hasUsageChunk && choices.length === 1;
  return choices.length > 0 && (isPriced || choices.every(({ isFinished }) => isFinished));
}

const exact = new ExactMembers({ texts: ["arguments"] });

function readChunk(data: string, state: StreamState, isNamedError: boolean): void {
  const chunk = parseExactly(data, exact);
  if (!isObject(chunk)) return failStream(state, "The vendor sent a chunk that is no JSON object.");
  const error = isNamedError ? readErrorValue(chunk) : failureOfChunk(chunk);
  if (error !== null) return failStream(state, error.message ?? "error within the stream", error.words[0]);
  for (const [field, read] of chunkReaders) if (!state.isOver) read(chunk[field], chunk, state);
  if (!state.isOver) tellRest(chunk, state);
}

type ChunkReader = (value: unknown, chunk: JsonObject, state: StreamState) => void;

/** In this order, whatever the order of the fields. */
const chunkReaders: readonly (readonly [field: string, read: ChunkReader])[] = [
  ["id", readStart],
  ["service_tier", readServiceTier],
  ["choices", readChoices],
  ["usage", readUsage],
];

/** Azure begins with a chunk that has no choices and no id. */
function readStart(id: unknown, { choices, model, created }: JsonObject, state: StreamState): void {
  const isStart = (typeof id === "string" && id !== "") || (Array.isArray(choices) && choices.length > 0);
  if (state.isStarted || !isStart) return;
  state.isStarted = true;
  const told = { id: typeof id === "string" ? id : "", model: typeof model === "string" ? model : "" };
  state.events.push({ kind: "start", ...told, createdSeconds: countOf(created) });
}

function readServiceTier(serviceTier: unknown, _chunk: JsonObject, state: StreamState): void {
  if (typeof serviceTier !== "string" || serviceTier === "" || state.told.get("service_tier") === serviceTier) return;
  state.told.set("service_tier", serviceTier);
  state.events.push({ kind: "service_tier", serviceTier });
}

function readChoices(choices: unknown, { id }: JsonObject, state: StreamState): void {
  if (!Array.isArray(choices)) return;
  choices.filter(isObject).forEach((choice, position) => {
    const answerId = typeof id === "string" && id !== "" ? id : state.fallbackId;
    decodeChoiceChunk(choice, position, { answerId, choices: state.choices, events: state.events });
  });
  state.isOver = state.events.some(({ kind }) => kind === "error");
}

/** Several usages may be of one answer or of several: each event tells what is known by then. */
function readUsage(_usage: unknown, chunk: JsonObject, state: StreamState): void {
  const { usage, told, events } = state;
  const read = readUsageOf(chunk);
  if (read === null) return;
  state.hasUsageChunk ||= choicesOf(chunk).length === 0;
  usage.tier = told.get("service_tier");
  usage.add(read, chunk);
  if (usage.total !== null) events.push({ kind: "usage", usage: usage.total });
}

/** Understood, or of no worth: OpenAI and Mistral add letters by chance, so that the length of a chunk tells nothing. */
const handledFields = new Set([
  ...chunkReaders.map(([field]) => field),
  "object",
  "created",
  "model",
  "obfuscation",
  "p",
]);

function tellRest(chunk: JsonObject, { told, events }: StreamState): void {
  const news: [string, unknown][] = [];
  for (const field of Object.keys(chunk)) {
    const value = chunk[field];
    if (value !== null && !handledFields.has(field) && told.get(field) !== value) news.push([field, value]);
  }
  if (news.length === 0) return;
  for (const [field, value] of news) if (typeof value !== "object") told.set(field, value);
  events.push({ kind: "extras", extras: { dialect, fields: Object.fromEntries(news) } });
}
