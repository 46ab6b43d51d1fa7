// What all readers of streams of events have in common: bytes -> the data of frames -> events, until the vendor ended or
// failed. What the data says is the dialect's business.

import type { ChatEvent } from "#hub.ts";
import { eachFrame, frameData, FrameCutter } from "#wire/frames.ts";
import type { StreamDecoder } from "./stream-codec.ts";

/** A frame may hold an image or a document that a tool fetched; a larger one would hold up everybody else. */
export const maxEventBytes = 8 * 1024 * 1024;
/** Of as many it takes as long to make another dialect's. */
export const maxEventValues = 100_000;

export const tooLarge = "The vendor sent an event that is too large to be translated.";

export interface DecoderState {
  /** The vendor ended or failed: nothing that follows counts. */
  isOver: boolean;
  events: ChatEvent[];
}

export interface DataReader<State> {
  /**
   * Of one frame, or a document that came where a stream was asked for. Not called when all is over. The event may be named
   * an error.
   */
  readData(data: string, state: State, isNamedError: boolean): void;
  /** Has the answer told that it ended, so that its stream may end without a mark? */
  isWhole(state: State): boolean;
  end(state: State): void;
}

export class FrameDecoder<State extends DecoderState> implements StreamDecoder {
  readonly #cutter = new FrameCutter(maxEventBytes, maxEventValues);
  readonly #state: State;
  readonly #reader: DataReader<State>;

  constructor(state: State, reader: DataReader<State>) {
    this.#state = state;
    this.#reader = reader;
  }

  get isWhole(): boolean {
    return this.#state.isOver || this.#reader.isWhole(this.#state);
  }

  push(chunk: Buffer): readonly ChatEvent[] {
    const frames = this.#cutter.push(chunk);
    if (frames === null || this.#state.isOver) return [];
    if (this.#cutter.isWithinFrame) failStream(this.#state, tooLarge);
    else this.#readFrames(frames);
    return takeEvents(this.#state);
  }

  flush(isCut = false): readonly ChatEvent[] {
    const rest = this.#cutter.flush();
    if (rest !== null && !isCut) this.#readFrames(rest);
    if (!this.#state.isOver) this.#end();
    return takeEvents(this.#state);
  }

  #end(): void {
    if (this.#reader.isWhole(this.#state)) this.#reader.end(this.#state);
    else breakOff(this.#state);
  }

  #readFrames(frames: Buffer): void {
    for (const frame of eachFrame(frames)) {
      if (this.#state.isOver) return;
      const text = frame.toString("utf8");
      // A vendor may answer with a document, mostly of an error, where a stream was asked for.
      const data = (frameData(text) || (/^\s*[[{]/.test(text) ? text : "")).trim();
      if (data !== "") this.#reader.readData(data, this.#state, isNamedError(text));
    }
  }
}

export function isNamedError(frame: string): boolean {
  return /^event: ?error\b/.test(frame);
}

export function takeEvents(state: DecoderState): readonly ChatEvent[] {
  const { events } = state;
  if (events.length > 0) state.events = [];
  return events;
}

/** `code` is the vendor's own word for it. */
export function failStream(state: DecoderState, message: string, code?: string): void {
  state.events.push({ kind: "error", message, ...(code !== undefined && { code }) });
  state.isOver = true;
}

/** A stream that ended before its answer did. */
export function breakOff(state: DecoderState): void {
  failStream(state, "The vendor's stream ended before its answer did.");
}
