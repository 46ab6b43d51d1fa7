// A vendor's stream of events -> events of the hub: a table of one small function per type over a plain state.
// decode-delta.ts reads what a block adds to an answer.

import { FrameDecoder, failStream } from "#dialects/streams/frame-decoder.ts";
import type { DecoderState } from "#dialects/streams/frame-decoder.ts";
import { readError } from "#dialects/errors/read-error.ts";
import { ExactMembers, parseExactly } from "#wire/exact-json.ts";
import { isObject, memberOf, wordOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { beginBlock, endBlock, endBlocks, readDelta } from "./decode-delta.ts";
import type { BlockContext } from "./decode-delta.ts";
import { decodeFinish, encodeFinish } from "#dialects/anthropic-messages/finish.ts";
import { dialect } from "#dialects/anthropic-messages/name.ts";
import { mergeUsage, readUsage } from "#dialects/anthropic-messages/usage.ts";

interface StreamState extends BlockContext, DecoderState {
  isStarted: boolean;
  /** The answer has told why it ended. */
  isFinished: boolean;
  usage: JsonObject | null;
  serviceTier: string;
}

export function createStreamDecoder(): FrameDecoder<StreamState> {
  const told = { isStarted: false, isFinished: false, isOver: false, usage: null, serviceTier: "" };
  return new FrameDecoder(
    { ...told, blocks: new Map(), calls: 0, events: [] },
    { readData: readEvent, isWhole: ({ isFinished }) => isFinished, end },
  );
}

const exact = new ExactMembers({ texts: ["input"] });

function readEvent(data: string, state: StreamState): void {
  const event = parseExactly(data, exact);
  if (!isObject(event)) return failStream(state, "The vendor sent an event that is no JSON object.");
  const error = memberOf(event, "error");
  if (event["type"] === "error" || error) {
    const code = memberOf(error, "type");
    return failStream(
      state,
      readError(data).message ?? "error within the stream",
      typeof code === "string" ? code : undefined,
    );
  }
  const type = wordOf(event["type"]);
  const read = Object.hasOwn(readers, type) ? readers[type] : keepEvent;
  read?.(event, state);
}

type EventReader = (event: JsonObject, state: StreamState) => void;

const readers: Readonly<Record<string, EventReader>> = {
  message_start: readStart,
  content_block_start: beginBlock,
  content_block_delta: readDelta,
  content_block_stop: (event, state) => endBlock(event["index"], state),
  message_delta: readMessageDelta,
  message_stop: (_event, state) => end(state),
  ping: () => undefined,
  message: readWholeMessage,
};

/** Told twice it says nothing new, but an answer cannot begin within another. */
function readStart({ message }: JsonObject, state: StreamState): void {
  if (state.blocks.size > 0) return failStream(state, "An answer began before the one before it ended.");
  if (!isObject(message) || state.isStarted) return;
  state.isStarted = true;
  const { id, model, usage, ...rest } = message;
  const told = { id: typeof id === "string" ? id : "", model: typeof model === "string" ? model : "" };
  state.events.push({ kind: "start", ...told, createdSeconds: 0 });
  readUsageOf(usage, state);
  tellRest(rest, messageFields, state);
}

const messageFields: ReadonlySet<string> = new Set(["type", "role", "content", "stop_reason", "stop_sequence"]);

function readUsageOf(told: unknown, state: StreamState): void {
  state.usage = mergeUsage(state.usage, told);
  const usage = readUsage(state.usage);
  if (usage !== null && isObject(told)) state.events.push({ kind: "usage", usage });
  const serviceTier = memberOf(told, "service_tier");
  if (typeof serviceTier !== "string" || serviceTier === "" || serviceTier === state.serviceTier) return;
  state.serviceTier = serviceTier;
  state.events.push({ kind: "service_tier", serviceTier });
}

function readMessageDelta({ delta, usage, type: _type, ...rest }: JsonObject, state: StreamState): void {
  readUsageOf(usage, state);
  const { stop_reason: reason, ...fields } = isObject(delta) ? delta : {};
  tellRest({ ...rest, ...fields }, new Set(), state);
  if (typeof reason !== "string" || reason === "" || state.isFinished) return;
  endBlocks(state);
  state.isFinished = true;
  const finish = decodeFinish(reason, state.calls > 0);
  if (encodeFinish(finish) !== reason) tellRest({ stop_reason: reason }, new Set(), state);
  state.events.push({ kind: "finish", index: 0, finish });
}

/** A vendor that does not stream sends the whole answer at once. */
function readWholeMessage(message: JsonObject, state: StreamState): void {
  const { content, usage, stop_reason, ...rest } = message;
  readStart({ message: { ...message, usage: undefined } }, state);
  const blocks: readonly unknown[] = Array.isArray(content) ? content : [];
  for (const block of blocks) {
    beginBlock({ index: 0, content_block: block }, state);
    endBlock(0, state);
  }
  readMessageDelta({ delta: { stop_reason, stop_sequence: rest["stop_sequence"] ?? null }, usage }, state);
  end(state);
}

function tellRest(fields: JsonObject, handled: ReadonlySet<string>, { events }: StreamState): void {
  const news = Object.entries(fields).filter(([field, value]) => value !== null && !handled.has(field));
  if (news.length > 0) events.push({ kind: "extras", extras: { dialect, fields: Object.fromEntries(news) } });
}

/** An event that only the vendor's own clients know is told to them. */
function keepEvent(event: JsonObject, { events }: StreamState): void {
  events.push({ kind: "extras", index: 0, extras: { dialect, fields: { events: [event] } } });
}

function end(state: StreamState): void {
  endBlocks(state);
  state.events.push({ kind: "end" });
  state.isOver = true;
}
