// What all taps on streams of events have in common that pass within one dialect: frames of the plain form in which no word
// matters pass as they are; all others are read one by one, made fit for the dialect's clients, and passed, withheld, or
// taken for the vendor's failure, which ends the stream.

import type { GhostError } from "@ghostllm/contract";
import type { Usage } from "#hub.ts";
import { cleanFrame } from "#wire/clean-frame.ts";
import type { FrameRules } from "#wire/clean-frame.ts";
import { oddFrames } from "#wire/frame-scan.ts";
import type { FrameScanner } from "#wire/frame-scan.ts";
import { eachFrame, frameData, FrameCutter } from "#wire/frames.ts";
import { parseJson } from "#wire/json.ts";
import type { StreamFailure } from "#dialects/errors/vendor-error.ts";
import type { StreamTap } from "./stream-tap.ts";
import type { Opening } from "./opening.ts";

export interface FrameTapParts {
  /** A larger frame is passed in parts. */
  readonly maxHeldBytes: number;
  /** Its signs are what `readFrame` reads. */
  readonly scanner: FrameScanner;
  readonly rules: FrameRules;
  readonly opening: Opening;
}

/** What becomes of a frame. The vendor's failure never passes by itself: `fail` tells it. */
export type Fate = "passes" | "withheld" | "failed";

export abstract class FrameTap implements StreamTap {
  readonly isEventStream: boolean = true;
  abstract readonly usage: Usage | null;
  ended = false;
  failure: StreamFailure | null = null;
  hasTold = false;
  /** What passed last. */
  protected lastFrames: Buffer | null = null;
  /** The mark of the end that was missing has been written. */
  #isClosed = false;
  readonly #cutter: FrameCutter;
  readonly #parts: FrameTapParts;

  constructor(parts: FrameTapParts) {
    this.#parts = parts;
    this.#cutter = new FrameCutter(parts.maxHeldBytes);
  }

  abstract get isWhole(): boolean;
  /** Of a frame that holds one of the signs, or is of another form than most. */
  protected abstract readFrame(frame: Buffer, data: string): Fate;
  /** Empty where the dialect has none. */
  protected abstract readonly endMark: string;
  /** The vendor's own words first. */
  protected abstract writeFailure(error: GhostError): string;

  push(chunk: Buffer): Buffer | null {
    const wasWithinFrame = this.#cutter.isWithinFrame;
    const frames = this.#cutter.push(chunk);
    if (frames === null || this.failure !== null) return null;
    return this.#pass(frames, wasWithinFrame || this.#cutter.isWithinFrame);
  }

  flush(isCut = false): Buffer | null {
    const { isWithinFrame } = this.#cutter;
    const rest = this.#cutter.flush();
    const last = rest === null || isCut || this.failure !== null ? null : this.#passRest(rest, isWithinFrame);
    if (this.#isClosed || this.ended || this.failure !== null || !this.isWhole) return last;
    this.#isClosed = true;
    return this.endMark === "" ? last : Buffer.concat([last ?? Buffer.alloc(0), Buffer.from(this.endMark)]);
  }

  fail(error: GhostError): Buffer | null {
    return Buffer.from(this.writeFailure(error));
  }

  #pass(frames: Buffer, isPart: boolean): Buffer | null {
    const found = this.#parts.scanner.scan(frames);
    const isPlain = (found & oddFrames) === 0 || isPart;
    const isRead = !isPlain || (found & 1) !== 0;
    const passed = isRead ? this.#readEach(frames, isPart) : frames;
    if (passed === null) return null;
    if (!isRead) this.#open(passed);
    this.lastFrames = passed;
    this.watch(passed, passed === frames ? found : this.#parts.scanner.scan(passed));
    return passed;
  }

  /** What an event means may depend on whether one before it told something, though both came at once. */
  #open(passed: Buffer): void {
    if (!this.hasTold) this.hasTold = this.#parts.opening.push(passed);
  }

  /** What a dialect looks at without reading it. */
  protected watch(_frames: Buffer, _found: number): void {}

  #readEach(frames: Buffer, isPart: boolean): Buffer | null {
    const passed: Buffer[] = [];
    let isChanged = false;
    for (const frame of eachFrame(frames)) {
      const clean = this.ended || isPart ? frame : cleanFrame(frame, this.#parts.rules);
      isChanged ||= clean !== frame;
      for (const event of clean === null || clean === frame ? [clean] : eachFrame(clean)) {
        if (event === null || this.#read(event) !== "passes") {
          isChanged = true;
          continue;
        }
        this.#open(event);
        passed.push(event);
      }
    }
    if (!isChanged) return frames;
    return passed.length === 0 ? null : Buffer.concat(passed);
  }

  /** What follows the end is of another answer, and nothing follows a failure. */
  #read(frame: Buffer): Fate {
    if (this.failure !== null) return "withheld";
    return this.ended ? "passes" : this.readFrame(frame, dataOf(frame));
  }

  /** The last event may lack the empty line behind it. Half an event is of no use to anybody. */
  #passRest(rest: Buffer, isPart: boolean): Buffer | null {
    if (isPart || endsFrame(rest)) return this.#pass(rest, isPart);
    if (!isWholeData(dataOf(rest))) return null;
    return this.#pass(Buffer.concat([rest, Buffer.from(rest.at(-1) === 0x0a ? "\n" : "\n\n")]), false);
  }
}

/** Of one frame, or a document that came where events were asked for. */
function dataOf(frame: Buffer): string {
  const text = frame.toString("utf8");
  return frameData(text) || (/^\s*[[{]/.test(text) ? text : "");
}

/** One event, or several of a vendor that leaves out the empty lines between them. */
function isWholeData(data: string): boolean {
  const isWhole = (text: string): boolean => text.trim() === "[DONE]" || parseJson(text) !== undefined;
  return isWhole(data) || data.split("\n").every(isWhole);
}

function endsFrame(bytes: Buffer): boolean {
  return /\n\r?\n$/.test(bytes.toString("latin1", Math.max(0, bytes.length - 3)));
}
