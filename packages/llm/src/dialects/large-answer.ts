import type { Usage } from "#hub.ts";
import { parseJson } from "#wire/json.ts";
import type { StreamTap } from "./dialect.ts";

/** Vendors write their usage behind the content, with few fields of the answer behind it. */
const tailBytes = 8192;

/** Passes a whole answer of any size through and remembers only its tail. */
export class LargeAnswerTap implements StreamTap {
  readonly isEventStream = false;
  readonly ended = false;
  readonly failure = null;
  readonly #readUsage: (usage: unknown) => Usage | null;
  readonly #member: string;
  #tail: Buffer = Buffer.alloc(0);

  /** `readUsage` reads the value of the `member` that tells the usage in its dialect. */
  constructor(readUsage: (usage: unknown) => Usage | null, member = "usage") {
    this.#readUsage = readUsage;
    this.#member = member;
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
    const name = `"${this.#member}"`;
    const at = text.lastIndexOf(name);
    const start = at < 0 ? null : /^\s*:\s*(?=\{)/.exec(text.slice(at + name.length));
    if (start === null) return null;
    const value = text.slice(at + name.length + start[0].length);
    for (let end = value.indexOf("}"); end >= 0; end = value.indexOf("}", end + 1)) {
      const usage = parseJson(value.slice(0, end + 1));
      if (usage !== undefined) return this.#readUsage(usage);
    }
    return null;
  }
}
