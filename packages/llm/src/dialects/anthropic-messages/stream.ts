import type { StreamTap } from "#dialects/dialect.ts";
import type { Usage } from "#hub.ts";
import { readError } from "#dialects/read-error.ts";
import { eachFrame, frameData, FrameCutter } from "#wire/frames.ts";
import { memberOf, parseJson } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { mergeUsage, readUsage } from "./usage.ts";

/** A larger frame holds a document that a tool of the vendor fetched, and is passed in parts. */
const maxHeldBytes = 4 * 1024 * 1024;

/** A string within JSON cannot hold these in plain quotes, so that no frame that matters is missed. */
const signs = ['"usage"', '"message_stop"', '"error"'];

/** Reads usage, end and failure of a stream that passes, and parses no more of its frames than those that name them. */
export class MessageStreamTap implements StreamTap {
  readonly isEventStream = true;
  ended = false;
  failure: string | null = null;
  readonly #cutter = new FrameCutter(maxHeldBytes);
  #told: JsonObject | null = null;

  get usage(): Usage | null {
    return readUsage(this.#told);
  }

  push(chunk: Buffer): Buffer | null {
    const frames = this.#cutter.push(chunk);
    return frames === null ? null : this.#inspect(frames);
  }

  flush(): Buffer | null {
    const rest = this.#cutter.flush();
    return rest === null ? null : this.#inspect(rest);
  }

  #inspect(frames: Buffer): Buffer {
    // What follows the end is of another answer.
    if (!this.ended && mayMatter(frames))
      for (const frame of eachFrame(frames)) if (mayMatter(frame)) this.#readFrame(frame);
    return frames;
  }

  #readFrame(frame: Buffer): void {
    if (this.ended) return;
    const data = frameData(frame.toString("utf8"));
    const event = parseJson(data);
    const type = memberOf(event, "type");
    if (type === "message_start") this.#told = mergeUsage(this.#told, memberOf(memberOf(event, "message"), "usage"));
    else if (type === "message_delta") this.#told = mergeUsage(this.#told, memberOf(event, "usage"));
    else if (type === "message_stop") this.ended = true;
    else if (memberOf(event, "error")) this.failure ??= readError(data).message ?? "error within the stream";
  }
}

function mayMatter(bytes: Buffer): boolean {
  return signs.some((sign) => bytes.includes(sign));
}
