import type { Usage } from "#hub.ts";
import { skipValue } from "#wire/json-members.ts";
import { parseJson } from "#wire/json.ts";
import type { StreamTap } from "./stream-tap.ts";

/** Vendors write what an answer cost behind the content, with few fields of the answer behind it. */
const tailBytes = 8192;

/** Passes a whole answer of any size through and remembers only its tail. */
export class TailTap implements StreamTap {
  readonly isEventStream = false;
  readonly ended = false;
  readonly failure = null;
  readonly isWhole = true;
  readonly hasTold = true;
  readonly #readTail: (tail: string) => Usage | null;
  /** Of its own, so that a few bytes do not keep a large chunk in memory. */
  readonly #tail = Buffer.alloc(tailBytes);
  #tailLength = 0;

  constructor(readTail: (tail: string) => Usage | null) {
    this.#readTail = readTail;
  }

  push(chunk: Buffer): Buffer {
    const last = chunk.subarray(-tailBytes);
    const keptLength = Math.min(this.#tailLength, tailBytes - last.length);
    this.#tail.copy(this.#tail, 0, this.#tailLength - keptLength, this.#tailLength);
    last.copy(this.#tail, keptLength);
    this.#tailLength = keptLength + last.length;
    return chunk;
  }

  flush(): null {
    return null;
  }

  /** Half of a document cannot say that it is one. */
  fail(): null {
    return null;
  }

  get usage(): Usage | null {
    return this.#readTail(this.#tail.toString("latin1", 0, this.#tailLength));
  }
}

/** For dialects in which one member of the answer tells its usage. */
export class LargeAnswerTap extends TailTap {
  /** `readUsage` reads the value of the member. */
  constructor(readUsage: (usage: unknown) => Usage | null, member = "usage") {
    super((tail) => findUsage(tail, member, readUsage));
  }
}

function findUsage(tail: string, member: string, readUsage: (usage: unknown) => Usage | null): Usage | null {
  const name = `"${member}"`;
  const at = tail.lastIndexOf(name);
  const start = at < 0 ? null : /^\s*:\s*(?=\{)/.exec(tail.slice(at + name.length));
  if (start === null) return null;
  const value = Buffer.from(tail.slice(at + name.length + start[0].length), "latin1");
  const end = skipValue(value, 0);
  const usage = end < 0 ? undefined : parseJson(value.toString("utf8", 0, end));
  return usage === undefined ? null : readUsage(usage);
}
