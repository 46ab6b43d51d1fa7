import type { StreamTap } from "#dialects/dialect.ts";
import type { Usage } from "#hub.ts";
import { parseJson } from "#wire/json.ts";
import { readUsage } from "./usage.ts";

/** The vendor writes `usage` behind the content, with few fields of the answer behind it. */
const tailBytes = 8192;

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
    const start = /^"usage"\s*:\s*(?=\{)/.exec(text.slice(text.lastIndexOf('"usage"')));
    if (start === null) return null;
    const value = text.slice(text.lastIndexOf('"usage"') + start[0].length);
    for (let end = value.indexOf("}"); end >= 0; end = value.indexOf("}", end + 1)) {
      const usage = parseJson(value.slice(0, end + 1));
      if (usage !== undefined) return readUsage(usage);
    }
    return null;
  }
}
