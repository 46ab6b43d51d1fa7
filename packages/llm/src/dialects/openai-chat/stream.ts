import type { StreamTap } from "#dialects/dialect.ts";
import type { Usage } from "#hub.ts";
import { readError } from "#dialects/read-error.ts";
import { eachFrame, frameData, FrameCutter } from "#wire/frames.ts";
import { memberOf, parseJson } from "#wire/json.ts";
import { StreamUsage } from "./stream-usage.ts";
import { readUsageOf } from "./usage.ts";

/** A frame of a chat stream is small; one that is larger than this carries an image or audio and is passed in parts. */
const maxHeldBytes = 4 * 1024 * 1024;

const endMark = "[DONE]";

/**
 * Reads what must be known of a stream without parsing its chunks: only frames that name `usage` or `error`, or that
 * may be the end, are looked at. A string within JSON cannot hold these words in plain quotes, so none is missed.
 */
export class ChatStreamTap implements StreamTap {
  readonly isEventStream = true;
  ended = false;
  failure: string | null = null;
  readonly #cutter = new FrameCutter(maxHeldBytes);
  readonly #hidesUsage: boolean;
  readonly #usage = new StreamUsage();
  readonly #readUsage: (chunk: unknown) => Usage | null;

  constructor(hidesUsage: boolean, readUsage: (chunk: unknown) => Usage | null = readUsageOf) {
    this.#hidesUsage = hidesUsage;
    this.#readUsage = readUsage;
  }

  get usage(): Usage | null {
    return this.#usage.total;
  }

  push(chunk: Buffer): Buffer | null {
    const frames = this.#cutter.push(chunk);
    return frames === null ? null : this.#inspect(frames);
  }

  flush(): Buffer | null {
    const rest = this.#cutter.flush();
    return rest === null ? null : this.#inspect(rest);
  }

  #inspect(frames: Buffer): Buffer | null {
    this.#usage.begin(frames);
    if (!mayMatter(frames)) return frames;
    const hidden: Buffer[] = [];
    for (const frame of eachFrame(frames)) if (!this.#readFrame(frame)) hidden.push(frame);
    return hidden.length === 0 ? frames : without(frames, hidden);
  }

  /** False for the usage chunk that only we asked for. */
  #readFrame(frame: Buffer): boolean {
    if (!mayMatter(frame)) return true;
    const data = frameData(frame.toString("utf8"));
    if (data.trim() === endMark) {
      this.ended = true;
      return true;
    }
    const chunk = parseJson(data);
    const usage = this.#readUsage(chunk);
    if (usage !== null) this.#usage.add(usage, chunk);
    this.failure ??= memberOf(chunk, "error") ? (readError(data).message ?? "error within the stream") : null;
    return !(this.#hidesUsage && usage !== null && isUsageOnly(chunk));
  }
}

function mayMatter(bytes: Buffer): boolean {
  return hasUsage(bytes) || bytes.includes(endMark) || bytes.includes('"error"');
}

/** Does it name `usage` with a value? OpenAI writes `"usage":null` into every chunk but the last. */
function hasUsage(bytes: Buffer): boolean {
  for (let at = bytes.indexOf('"usage"'); at >= 0; at = bytes.indexOf('"usage"', at + 7)) {
    if (!/^\s*:\s*null/.test(bytes.toString("latin1", at + 7, at + 17))) return true;
  }
  return false;
}

/** The extra chunk of `include_usage` has no choices; usage on a chunk with choices was sent unasked. */
function isUsageOnly(chunk: unknown): boolean {
  const choices = memberOf(chunk, "choices");
  return Array.isArray(choices) && choices.length === 0;
}

function without(frames: Buffer, hidden: readonly Buffer[]): Buffer | null {
  const kept = [...eachFrame(frames)].filter((frame) => !hidden.some((other) => other.byteOffset === frame.byteOffset));
  return kept.length === 0 ? null : Buffer.concat(kept);
}
