// Lines of the journal, stored in a database that may have some of them already: each record counts once.

import { parseLine } from "#link/journal/record-line.ts";
import type { RefusedLine } from "#control/store/drained.ts";
import type { Store } from "#control/store/store.ts";

const linesAtOnce = 2_000;
const newline = 0x0a;

export class LineReplay {
  readonly #store: Pick<Store, "usage">;
  readonly #until: number;
  readonly #refused: RefusedLine[] = [];
  /** Records that the database did not have. */
  added = 0;

  /** `until`: what happened later is left out; epoch ms. */
  constructor(store: Pick<Store, "usage">, until: number) {
    this.#store = store;
    this.#until = until;
  }

  get refused(): number {
    return this.#refused.length;
  }

  /** Whole lines with their ends. */
  async add(text: Buffer): Promise<void> {
    for (let from = 0; from < text.length;) {
      let end = from;
      for (let lines = 0; lines < linesAtOnce && end < text.length; lines += 1) {
        const found = text.indexOf(newline, end);
        end = found < 0 ? text.length : found + 1;
      }
      await this.#drain(text.subarray(from, end));
      from = end;
    }
  }

  /** As the server keeps what it could not store. */
  rejected(): Buffer {
    const at = new Date().toISOString();
    return Buffer.from(this.#refused.map(({ line, reason }) => `${JSON.stringify({ at, reason, line })}\n`).join(""));
  }

  async #drain(text: Buffer): Promise<void> {
    const wanted = this.#until === Infinity ? text : this.#beforeTheEnd(text);
    if (wanted.length === 0) return;
    // In a buffer of its own: the store keeps it.
    const own = Buffer.from(new Uint8Array(wanted).buffer);
    const { added, refused } = await this.#store.usage.drain(own);
    this.added += added;
    this.#refused.push(...refused);
  }

  /** What cannot be read is no reason to leave it out. */
  #beforeTheEnd(text: Buffer): Buffer {
    const lines = text.toString("utf8").split("\n").slice(0, -1);
    const kept = lines.filter((line) => {
      const parsed = parseLine(line);
      if ("record" in parsed) return parsed.record.createdAt <= this.#until;
      return !("object" in parsed) || parsed.object.keptAt <= this.#until;
    });
    return Buffer.from(kept.map((line) => `${line}\n`).join(""));
  }
}
