import type { StreamTap } from "#dialects/dialect.ts";
import type { Usage } from "#hub.ts";
import { parseJson } from "#wire/json.ts";
import { readUsage } from "./usage.ts";

/** Vendors write `usage` behind the data, within a few hundred bytes of the end. */
const tailBytes = 4096;

/** Passes a whole answer of any size through and remembers only its tail. */
export class LargeAnswerTap implements StreamTap {
  readonly isEventStream = false;
  readonly ended = false;
  readonly failure = null;
  #tail: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Buffer {
    const joined = chunk.length >= tailBytes ? chunk : Buffer.concat([this.#tail, chunk]);
    // A copy, so that a few bytes do not keep a large chunk in memory.
    this.#tail = Buffer.from(joined.subarray(-tailBytes));
    return chunk;
  }

  flush(): null {
    return null;
  }

  get usage(): Usage | null {
    const text = this.#tail.toString("latin1");
    const match = /"usage"\s*:\s*(\{(?:[^{}]|\{[^{}]*\})*\})/.exec(text.slice(text.lastIndexOf('"usage"')));
    return match?.[1] === undefined ? null : readUsage(parseJson(match[1]));
  }
}
