// Several journals read as one, so that what workers finish is stored together. Called by compose, for the ledger.
// Invariant: each journal's lines stay in their order; between journals there is none.

import { setImmediate as nextTurn } from "node:timers/promises";
import type { JournalBatch, JournalLines, JournalSource, SetAsideLine } from "./journal.ts";
import { parseLines } from "./parse-lines.ts";

/** Of each journal, how far it was read; null where it was not. */
type MergedPosition = readonly unknown[];

const newline = 0x0a;
const lineEnd = Buffer.from("\n");

export class MergedJournal implements JournalSource<MergedPosition> {
  readonly #journals: readonly JournalSource[];

  constructor(journals: readonly JournalSource[]) {
    this.#journals = journals;
  }

  get pendingRecords(): number {
    return this.#journals.reduce((sum, { pendingRecords }) => sum + pendingRecords, 0);
  }

  get pendingBytes(): number {
    return this.#journals.reduce((sum, { pendingBytes }) => sum + pendingBytes, 0);
  }

  /** While one of them is not, not all that is answered can be written down. */
  healthy(): boolean {
    return this.#journals.every((journal) => journal.healthy());
  }

  onAppend(listener: () => void): void {
    for (const journal of this.#journals) journal.onAppend(listener);
  }

  async readLines(maxLines: number, after: MergedPosition | null = null): Promise<JournalLines<MergedPosition>> {
    const texts: Buffer[] = [];
    const position: unknown[] = this.#journals.map((_, index) => after?.[index] ?? null);
    let count = 0;
    for (const [index, journal] of this.#journals.entries()) {
      if (count >= maxLines) break;
      const lines = await journal.readLines(maxLines - count, position[index]);
      if (lines.position === null) continue;
      position[index] = lines.position;
      count += lines.count;
      texts.push(...whole(lines.text));
    }
    if (texts.length === 0) return { text: Buffer.alloc(0), count, position: count === 0 ? null : position };
    return { text: joined(texts), count, position };
  }

  async read(maxRecords: number, after: MergedPosition | null = null): Promise<JournalBatch<MergedPosition>> {
    const { text, position } = await this.readLines(maxRecords, after);
    return { ...(await parseLines(text, nextTurn)), position };
  }

  async acknowledge(position: MergedPosition): Promise<void> {
    for (const [index, journal] of this.#journals.entries()) {
      const own = position[index] ?? null;
      if (own !== null) await journal.acknowledge(own);
    }
  }

  async setAside(lines: readonly SetAsideLine[]): Promise<void> {
    await this.#journals[0]?.setAside(lines);
  }
}

/** A last line without its end must not run into the next one. */
function whole(text: Buffer): readonly Buffer[] {
  return text.length === 0 || text.at(-1) === newline ? [text] : [text, lineEnd];
}

/** In a buffer of its own, which can be handed over to another thread. */
function joined(texts: readonly Buffer[]): Buffer<ArrayBuffer> {
  const length = texts.reduce((sum, { length: bytes }) => sum + bytes, 0);
  const text = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const part of texts) at += part.copy(text, at);
  return text;
}
