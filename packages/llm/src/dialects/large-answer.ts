import type { Usage } from "#hub.ts";
import { parseJson } from "#wire/json.ts";
import type { StreamTap } from "./dialect.ts";

/** Vendors write `usage` behind the content, with few fields of the answer behind it. */
const tailBytes = 8192;

/** Passes a whole answer of any size through and remembers only its tail. */
export class LargeAnswerTap implements StreamTap {
  readonly isEventStream = false;
  readonly ended = false;
  readonly failure = null;
  readonly #readUsage: (usage: unknown) => Usage | null;
  #tail: Buffer = Buffer.alloc(0);

  /** `readUsage` reads the value of the `usage` member in its dialect. */
  constructor(readUsage: (usage: unknown) => Usage | null) {
    this.#readUsage = readUsage;
  }

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
    const name = text.lastIndexOf('"usage"');
    const start = name < 0 ? null : /^"usage"\s*:\s*(?=\{)/.exec(text.slice(name));
    if (start === null) return null;
    const value = text.slice(name + start[0].length);
    for (let end = value.indexOf("}"); end >= 0; end = value.indexOf("}", end + 1)) {
      const usage = parseJson(value.slice(0, end + 1));
      if (usage !== undefined) return this.#readUsage(usage);
    }
    return null;
  }
}
