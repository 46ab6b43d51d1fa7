import type { StreamTap } from "#dialects/dialect.ts";
import type { StoredAnswer } from "#dialects/stored-objects.ts";
import type { Usage } from "#hub.ts";
import { eachFrame, frameData, FrameCutter } from "#wire/frames.ts";
import { memberOf, parseJson } from "#wire/json.ts";
import { readFailure } from "./failure.ts";
import { storedOf } from "./stored.ts";
import { readUsageOf } from "./usage.ts";

/** The last frame holds the whole answer once more, with its images, and the usage behind them. */
const maxHeldBytes = 32 * 1024 * 1024;

/** A string within JSON cannot hold these in plain quotes, so that no frame that matters is missed. */
const ends = ['"response.completed"', '"response.incomplete"', '"response.failed"'];
/** These tell the whole request again, and that there is no error yet. */
const beginnings = ['"response.created"', '"response.in_progress"', '"response.queued"'];

/** Reads usage, end and failure of a stream that passes, and parses no more of its frames than those that name them. */
export class ResponseStreamTap implements StreamTap {
  readonly isEventStream = true;
  usage: Usage | null = null;
  ended = false;
  failure: string | null = null;
  stored: StoredAnswer | null = null;
  readonly #cutter = new FrameCutter(maxHeldBytes);

  push(chunk: Buffer): Buffer | null {
    const frames = this.#cutter.push(chunk);
    return frames === null ? null : this.#inspect(frames);
  }

  flush(): Buffer | null {
    const rest = this.#cutter.flush();
    return rest === null ? null : this.#inspect(rest);
  }

  #inspect(frames: Buffer): Buffer {
    if (this.ended || !(this.stored === null || mayMatter(frames))) return frames;
    for (const frame of eachFrame(frames)) {
      if (this.ended) break;
      if (has(frame, beginnings)) this.#readBeginning(frame);
      else if (mayMatter(frame)) this.#readFrame(frame);
    }
    return frames;
  }

  #readBeginning(frame: Buffer): void {
    this.stored ??= storedOf(memberOf(parseJson(frameData(frame.toString("utf8"))), "response"));
  }

  #readFrame(frame: Buffer): void {
    const event = parseJson(frameData(frame.toString("utf8")));
    const type = memberOf(event, "type");
    const response = memberOf(event, "response");
    if (ends.includes(JSON.stringify(type))) {
      this.usage = readUsageOf(response) ?? this.usage;
      this.stored = storedOf(response) ?? this.stored;
      this.ended = true;
    }
    if (type === "response.failed") this.failure ??= readFailure(response).message;
    else if (type === "error" || memberOf(event, "error")) this.failure ??= readFailure(event).message;
  }
}

function mayMatter(bytes: Buffer): boolean {
  return has(bytes, ends) || bytes.includes('"error"');
}

function has(bytes: Buffer, signs: readonly string[]): boolean {
  return signs.some((sign) => bytes.includes(sign));
}
