// The events of an answer that is written as a stream: each has a number, and each item a place. One item is open at a time.

import { writeJson } from "#dialects/fields/extras.ts";
import type { JsonObject } from "#wire/json.ts";

export class OutputWriter {
  readonly #items: JsonObject[] = [];
  #sequenceNumber = 0;
  /** Of all ids; known when the answer begins. */
  ending = "";

  /** Those that are done. */
  get items(): readonly JsonObject[] {
    return this.#items;
  }

  /** An id for the item that comes next. */
  nextId(prefix: string): string {
    return `${prefix}_${this.ending}_${this.#items.length}`;
  }

  goOnBehind(number: number): void {
    this.#sequenceNumber = number + 1;
  }

  event(type: string, fields: JsonObject): string {
    const data = writeJson({ type, sequence_number: this.#sequenceNumber, ...fields }, "provider_error");
    this.#sequenceNumber += 1;
    return `event: ${type}\ndata: ${data}\n\n`;
  }

  begin(item: JsonObject): string {
    return this.event("response.output_item.added", { output_index: this.#items.length, item });
  }

  /** Something about the item that is open. */
  within(type: string, itemId: string, fields: JsonObject): string {
    return this.event(type, { item_id: itemId, output_index: this.#items.length, ...fields });
  }

  end(item: JsonObject): string {
    const written = this.event("response.output_item.done", { output_index: this.#items.length, item });
    this.#items.push(item);
    return written;
  }

  /** An item that comes whole. */
  write(item: JsonObject): string {
    return this.begin(item) + this.end(item);
  }
}
