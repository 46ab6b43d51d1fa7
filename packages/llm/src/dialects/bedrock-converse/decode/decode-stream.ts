// A stream of event messages -> events of the hub: a table of one small function per type over a plain state.
// decode-delta.ts reads what a block adds to an answer.
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html

import type { StreamDecoder } from "#dialects/streams/stream-codec.ts";
import { breakOff, failStream, takeEvents } from "#dialects/streams/frame-decoder.ts";
import type { DecoderState } from "#dialects/streams/frame-decoder.ts";
import type { ChatEvent } from "#hub.ts";
import { EventStreamDecoder } from "#wire/aws-event-stream.ts";
import type { EventMessage } from "#wire/aws-event-stream.ts";
import { isObject, memberOf, parseJson } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { readFailure } from "#wire/unwrap-event-stream.ts";
import { failedWith } from "./answer-failure.ts";
import { beginBlock, endBlock, endBlocks, readDelta } from "./decode-delta.ts";
import type { BlockContext } from "./decode-delta.ts";
import { decodeFinish, isFailedFinish } from "./finish.ts";
import { readUsage } from "./usage.ts";

interface StreamState extends BlockContext, DecoderState {
  isStarted: boolean;
  isFinished: boolean;
}

export class ConverseStreamDecoder implements StreamDecoder {
  readonly #messages = new EventStreamDecoder();
  readonly #state: StreamState = {
    isStarted: false,
    isFinished: false,
    isOver: false,
    blocks: new Map(),
    calls: 0,
    events: [],
  };

  push(chunk: Buffer): readonly ChatEvent[] {
    for (const message of this.#messages.push(chunk)) if (!this.#state.isOver) readMessage(message, this.#state);
    this.#checkStream();
    return takeEvents(this.#state);
  }

  /** Without the metadata, the answer must at least have told that it ended. */
  get isWhole(): boolean {
    return this.#state.isOver || this.#state.isFinished;
  }

  flush(isCut = false): readonly ChatEvent[] {
    if (!isCut) this.#messages.flush();
    this.#checkStream();
    if (!this.#state.isOver) (this.#state.isFinished ? end : breakOff)(this.#state);
    return takeEvents(this.#state);
  }

  #checkStream(): void {
    const { fault } = this.#messages;
    if (fault !== null && !this.#state.isOver) failStream(this.#state, `The vendor's stream ${fault}.`);
  }
}

type EventReader = (event: JsonObject, state: StreamState) => void;

const readers: Readonly<Record<string, EventReader>> = {
  messageStart: (_event, state) => start(state),
  contentBlockStart: beginBlock,
  contentBlockDelta: readDelta,
  contentBlockStop: (event, state) => endBlock(event["contentBlockIndex"], state),
  messageStop: readStop,
  metadata: readMetadata,
};

function readMessage(message: EventMessage, state: StreamState): void {
  const failure = readFailure(message);
  if (failure !== null) return failStream(state, failure.message, failure.word);
  const event = parseJson(message.payload.toString("utf8"));
  if (!isObject(event)) return failStream(state, "The vendor sent an event that is no JSON object.");
  const type = message.headers.get(":event-type") ?? "";
  start(state);
  if (Object.hasOwn(readers, type)) readers[type]?.(event, state);
}

function start(state: StreamState): void {
  if (state.isStarted) return;
  state.isStarted = true;
  state.events.push({ kind: "start", id: "", model: "", createdSeconds: 0 });
}

function readStop({ stopReason: reason }: JsonObject, state: StreamState): void {
  if (state.isFinished) return;
  if (isFailedFinish(reason)) return failStream(state, failedWith(String(reason)).message, String(reason));
  endBlocks(state);
  state.isFinished = true;
  if (typeof reason === "string" && reason !== "")
    state.events.push({ kind: "finish", index: 0, finish: decodeFinish(reason, state.calls > 0) });
}

/** The last event, unless the answer has not come to its end. */
function readMetadata({ usage: told, serviceTier }: JsonObject, state: StreamState): void {
  const usage = readUsage(told, serviceTier);
  if (usage !== null) state.events.push({ kind: "usage", usage });
  const tier = memberOf(serviceTier, "type");
  if (typeof tier === "string") state.events.push({ kind: "service_tier", serviceTier: tier });
  if (state.isFinished) end(state);
}

function end(state: StreamState): void {
  state.events.push({ kind: "end" });
  state.isOver = true;
}
