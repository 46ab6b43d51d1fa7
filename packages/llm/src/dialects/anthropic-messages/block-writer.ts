// The blocks of an answer that is written as a stream: one is open at a time, and each has a number.

import { wordOf } from "#wire/json.ts";
import { writeJson } from "#dialects/extras.ts";
import type { JsonObject } from "#wire/json.ts";

export function writeEvent(type: string, fields: JsonObject): string {
  return `event: ${type}\ndata: ${writeJson({ type, ...fields }, "provider_error")}\n\n`;
}

export class BlockWriter {
  #type: string | null = null;
  #count = 0;

  /** Is a block of this type open? */
  isOpen(type: string): boolean {
    return this.#type === type;
  }

  /** Begins a block, unless one of its type is open already. */
  ensure(type: string, block: JsonObject): string {
    return this.isOpen(type) ? "" : this.begin(type, block);
  }

  begin(type: string, block: JsonObject): string {
    const closed = this.close();
    this.#type = type;
    this.#count += 1;
    return closed + writeEvent("content_block_start", { index: this.#count - 1, content_block: { type, ...block } });
  }

  add(type: string, delta: JsonObject): string {
    return writeEvent("content_block_delta", { index: this.#count - 1, delta: { type, ...delta } });
  }

  close(): string {
    if (this.#type === null) return "";
    this.#type = null;
    return writeEvent("content_block_stop", { index: this.#count - 1 });
  }

  /** A block that comes whole. */
  write(block: JsonObject): string {
    return this.begin(wordOf(block["type"]), block) + this.close();
  }
}
