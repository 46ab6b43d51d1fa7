import type { StreamTap } from "#dialects/dialect.ts";
import { counted } from "#dialects/usage-parts.ts";
import type { Usage } from "#hub.ts";
import { eachFrame, frameData, FrameCutter } from "#wire/frames.ts";
import { memberOf, parseJson } from "#wire/json.ts";
import { readErrorValue } from "./answer-error.ts";
import { countSearches, readUsage, searchSign } from "./usage.ts";

/** A larger frame holds an image, and is passed in parts. */
const maxHeldBytes = 4 * 1024 * 1024;
/** Unless it must be made an element of an array. */
const maxElementBytes = 64 * 1024 * 1024;

/** Counts that are in every frame with usage. A string within JSON cannot hold these in plain quotes. */
const counts = ['"promptTokenCount"', '"totalTokenCount"', '"candidatesTokenCount"', '"thoughtsTokenCount"'];

/**
 * Reads usage and failure of a stream that passes. Every frame tells its usage, of which the last holds, so that no other
 * is parsed. The stream has no mark of its end: until it ends more may come.
 */
export class ContentStreamTap implements StreamTap {
  readonly isEventStream: boolean;
  readonly contentType?: string;
  readonly ended = false;
  failure: string | null = null;
  readonly #cutter: FrameCutter;
  readonly #array: ArrayWriter | null;
  #lastTold: Buffer | null = null;
  #webSearches = 0;

  /** Without events the client gets one JSON array, as from the vendor, which is always asked for events. */
  constructor(wantsEvents: boolean) {
    this.isEventStream = wantsEvents;
    this.#cutter = new FrameCutter(wantsEvents ? maxHeldBytes : maxElementBytes);
    this.#array = wantsEvents ? null : new ArrayWriter();
    if (!wantsEvents) this.contentType = "application/json";
  }

  get usage(): Usage | null {
    if (this.#lastTold === null) return null;
    const data = frameData(this.#lastTold.toString("utf8"));
    // Where empty lines are left out, a frame holds several events.
    const usage = data.split("\n").reduce<Usage | null>((told, line) => usageOf(line) ?? told, null);
    return usage === null ? null : { ...usage, ...counted({ webSearches: this.#webSearches }) };
  }

  push(chunk: Buffer): Buffer | null {
    return this.#pass(this.#cutter.push(chunk));
  }

  flush(): Buffer | null {
    const rest = this.#pass(this.#cutter.flush());
    const end = this.#array?.end() ?? null;
    return rest === null || end === null ? (rest ?? end) : Buffer.concat([rest, end]);
  }

  #pass(frames: Buffer | null): Buffer | null {
    if (frames === null) return null;
    if (counts.some((sign) => frames.includes(sign))) this.#holdLast(frames);
    if (frames.includes(searchSign)) this.#countSearches(frames);
    if (this.failure === null && frames.includes('"error"')) this.#findFailure(frames);
    return this.#array === null ? frames : this.#array.write(frames);
  }

  #holdLast(frames: Buffer): void {
    let last: Buffer | null = null;
    for (const frame of eachFrame(frames)) if (counts.some((sign) => frame.includes(sign))) last = frame;
    // A copy, so that a frame does not keep a large chunk in memory.
    if (last !== null) this.#lastTold = Buffer.from(last);
  }

  /** They may be told before the last counts. */
  #countSearches(frames: Buffer): void {
    for (const frame of eachFrame(frames)) {
      const lines = frameData(frame.toString("utf8")).split("\n");
      for (const line of lines) this.#webSearches = Math.max(this.#webSearches, countSearches(parseJson(line)));
    }
  }

  #findFailure(frames: Buffer): void {
    for (const frame of eachFrame(frames)) {
      const text = frame.toString("utf8");
      const event = parseJson(frameData(text) || text);
      if (memberOf(event, "error")) this.failure ??= readErrorValue(event).message ?? "error within the stream";
    }
  }
}

function usageOf(line: string): Usage | null {
  return readUsage(memberOf(parseJson(line), "usageMetadata"));
}

/** Events as the elements of a JSON array. */
export class ArrayWriter {
  #isBegun = false;
  #isEnded = false;

  write(frames: Buffer): Buffer | null {
    let text = "";
    for (const frame of eachFrame(frames)) text += this.add(frameData(frame.toString("utf8")));
    return text === "" ? null : Buffer.from(text);
  }

  add(json: string): string {
    if (json.trim() === "" || this.#isEnded) return "";
    const before = this.#isBegun ? "\n,\r\n" : "[";
    this.#isBegun = true;
    return before + json;
  }

  /** Null where nothing was written, or the end was. */
  end(): Buffer | null {
    if (!this.#isBegun || this.#isEnded) return null;
    this.#isEnded = true;
    return Buffer.from("\n]");
  }
}
