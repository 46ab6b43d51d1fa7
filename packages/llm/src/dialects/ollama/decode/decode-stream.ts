// A vendor's stream of lines -> events: a table of one small function per field of a line over a plain state.

import type { StreamDecoder } from "#dialects/streams/stream-codec.ts";
import {
  breakOff,
  failStream,
  maxEventBytes,
  maxEventValues,
  takeEvents,
  tooLarge,
} from "#dialects/streams/frame-decoder.ts";
import type { DecoderState } from "#dialects/streams/frame-decoder.ts";
import type { ChatEvent } from "#hub.ts";
import { ExactMembers, parseExactly } from "#wire/exact-json.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { eachLine, LineCutter } from "#wire/lines.ts";
import { readError } from "#dialects/ollama/errors.ts";
import { decodeCreatedAt, makeCallId } from "#dialects/ollama/created-at.ts";
import { messageOf } from "#dialects/ollama/answer-message.ts";
import { decodeFinish } from "#dialects/ollama/finish.ts";
import { decodeLogprobs } from "#dialects/ollama/logprobs.ts";
import { decodeImage } from "#dialects/ollama/media.ts";
import { dialect } from "#dialects/ollama/name.ts";
import { decodeToolCall } from "#dialects/ollama/tool-calls.ts";
import { readUsage } from "#dialects/ollama/usage.ts";

interface StreamState extends DecoderState {
  isStarted: boolean;
  readonly fallbackId: string;
  /** When the answer began, which names its calls. */
  createdAt: unknown;
  calls: number;
}

export class LineStreamDecoder implements StreamDecoder {
  readonly #cutter = new LineCutter(maxEventBytes, maxEventValues);
  readonly #state: StreamState;

  constructor(fallbackId = "") {
    this.#state = { fallbackId, isStarted: false, isOver: false, createdAt: undefined, calls: 0, events: [] };
  }

  push(chunk: Buffer): readonly ChatEvent[] {
    const lines = this.#cutter.push(chunk);
    if (lines === null || this.#state.isOver) return [];
    if (this.#cutter.isWithinLine) failStream(this.#state, tooLarge);
    else readLines(lines, this.#state);
    return takeEvents(this.#state);
  }

  /** Only the last line tells that an answer has ended. */
  get isWhole(): boolean {
    return this.#state.isOver;
  }

  flush(isCut = false): readonly ChatEvent[] {
    const rest = this.#cutter.flush();
    if (rest !== null && !isCut) readLines(rest, this.#state);
    if (!this.#state.isOver) breakOff(this.#state);
    return takeEvents(this.#state);
  }
}

function readLines(lines: Buffer, state: StreamState): void {
  for (const line of eachLine(lines)) {
    if (state.isOver) return;
    const text = line.toString("utf8").trim();
    if (text !== "") readLine(text, state);
  }
}

const exact = new ExactMembers({ texts: ["arguments"] });

function readLine(text: string, state: StreamState): void {
  const line = parseExactly(text, exact);
  if (!isObject(line)) return failStream(state, "The vendor sent a line that is no JSON object.");
  if (line["error"]) return failStream(state, readError(text).message ?? "error within the stream");
  readStart(line, state);
  const message = messageOf(line) ?? {};
  for (const [field, read] of fieldReaders) read(message[field], state);
  const logprobs = decodeLogprobs(line["logprobs"]);
  if (logprobs !== undefined) state.events.push({ kind: "logprobs", index: 0, logprobs });
  if (line["done"] === true) readEnd(line, state);
}

function readStart({ model, created_at: createdAt }: JsonObject, state: StreamState): void {
  if (state.isStarted) return;
  state.isStarted = true;
  state.createdAt = createdAt;
  const told = { id: "", model: typeof model === "string" ? model : "" };
  state.events.push({ kind: "start", ...told, createdSeconds: decodeCreatedAt(createdAt) });
}

type FieldDecoder = (value: unknown, state: StreamState) => void;

/** In this order, whatever the order of the fields. */
const fieldReaders: readonly (readonly [field: string, read: FieldDecoder])[] = [
  ["thinking", (text, { events }) => tellText("reasoning", text, events)],
  ["content", (text, { events }) => tellText("text", text, events)],
  ["images", readImages],
  ["tool_calls", readToolCalls],
];

function tellText(kind: "text" | "reasoning", text: unknown, events: ChatEvent[]): void {
  if (typeof text === "string" && text !== "") events.push({ kind, index: 0, text });
}

function readImages(images: unknown, { events }: StreamState): void {
  for (const image of Array.isArray(images) ? images : []) {
    if (typeof image === "string") events.push({ kind: "media", index: 0, part: decodeImage(image) });
  }
}

/** Calls come whole. */
function readToolCalls(calls: unknown, state: StreamState): void {
  for (const value of Array.isArray(calls) ? calls : []) {
    const part = decodeToolCall(value, () => makeCallId(state.createdAt, state.calls, state.fallbackId));
    if (part.kind === "opaque") continue;
    const { id, name, argumentsText, signature } = part;
    const told = { index: 0, call: state.calls };
    state.calls += 1;
    state.events.push({ kind: "tool_call", ...told, id, name, ...(signature !== undefined && { signature }) });
    if (argumentsText !== "") state.events.push({ kind: "tool_arguments", ...told, text: argumentsText });
  }
}

function readEnd(line: JsonObject, state: StreamState): void {
  const { events, calls } = state;
  const { done_reason: reason } = line;
  const finish = decodeFinish(typeof reason === "string" && reason !== "" ? reason : "stop", calls > 0);
  events.push({ kind: "finish", index: 0, finish });
  const usage = readUsage(line);
  if (usage !== null) events.push({ kind: "usage", usage });
  tellRest(line, events);
  events.push({ kind: "end" });
  state.isOver = true;
}

const handledFields: ReadonlySet<string> = new Set([
  ...["model", "created_at", "message", "response", "thinking", "logprobs"],
  ...["done", "prompt_eval_count", "eval_count"],
]);

/** What the server measured, and the reason where it is one of its own. */
function tellRest(line: JsonObject, events: ChatEvent[]): void {
  const fields = Object.entries(line).filter(([field, value]) => value !== null && !handledFields.has(field));
  if (fields.length > 0) events.push({ kind: "extras", extras: { dialect, fields: Object.fromEntries(fields) } });
}
