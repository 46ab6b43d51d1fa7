// The blocks of an answer that is written as a stream: one is open at a time, and each has a number.

import { wordOf } from "#wire/json.ts";
import { writeJson } from "#dialects/fields/extras.ts";
import type { JsonObject } from "#wire/json.ts";

export function writeEvent(type: string, fields: JsonObject): string {
  return `event: ${type}\ndata: ${writeJson({ type, ...fields }, "provider_error")}\n\n`;
}

/** A piece that each block of its kind must have in the end. */
export interface Ending {
  readonly type: string;
  readonly delta: JsonObject;
}

export class BlockWriter {
  #type: string | null = null;
  #count = 0;
  /** What is added to the open block before it ends, unless it was added already. */
  #ending: Ending | null = null;

  /** Is a block of this type open? */
  isOpen(type: string): boolean {
    return this.#type === type;
  }

  /** Begins a block, unless one of its type is open already. */
  ensure(type: string, block: JsonObject, ending: Ending | null = null): string {
    return this.isOpen(type) ? "" : this.begin(type, block, ending);
  }

  begin(type: string, block: JsonObject, ending: Ending | null = null): string {
    const closed = this.close();
    this.#type = type;
    this.#ending = ending;
    this.#count += 1;
    return closed + writeEvent("content_block_start", { index: this.#count - 1, content_block: { type, ...block } });
  }

  add(type: string, delta: JsonObject): string {
    if (type === this.#ending?.type) this.#ending = null;
    return writeEvent("content_block_delta", { index: this.#count - 1, delta: { type, ...delta } });
  }

  close(): string {
    if (this.#type === null) return "";
    const ending = this.#ending === null ? "" : this.add(this.#ending.type, this.#ending.delta);
    this.#type = null;
    return ending + writeEvent("content_block_stop", { index: this.#count - 1 });
  }

  /** A block that comes whole. */
  write(block: JsonObject): string {
    return this.begin(wordOf(block["type"]), block) + this.close();
  }
}
