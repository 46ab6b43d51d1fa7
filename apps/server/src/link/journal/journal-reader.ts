// The half of a journal that the ledger sees: which segments there are, how far each was read, and what is stored of them.
// Called by file-journal.ts and followed-journal.ts. Invariant: a file goes when all of it is stored, and never the one written to.

import { appendFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { JournalBatch, JournalLines, SegmentPosition, SetAsideLine } from "./journal.ts";
import { parseLines } from "./parse-lines.ts";
import { readLines, type Segment } from "./segments.ts";

const nothing = Buffer.alloc(0);

export class JournalReader {
  readonly #directory: string;
  readonly #segments: Segment[];

  /** `leftOver`: files of earlier writers, oldest first. */
  constructor(directory: string, leftOver: readonly Segment[]) {
    this.#directory = directory;
    this.#segments = [...leftOver];
  }

  get pendingRecords(): number {
    return this.#segments.reduce((sum, { records, drainedRecords }) => sum + records - drainedRecords, 0);
  }

  get pendingBytes(): number {
    return this.#segments.reduce((sum, { bytes, drainedBytes }) => sum + bytes - drainedBytes, 0);
  }

  get lastNumber(): number {
    return this.#segments.at(-1)?.number ?? 0;
  }

  add(segment: Segment): void {
    this.#segments.push(segment);
  }

  find(number: number): Segment | undefined {
    return this.#segments.find((candidate) => candidate.number === number);
  }

  async readLines(maxLines: number, after: SegmentPosition | null): Promise<JournalLines<SegmentPosition>> {
    const place = this.#placeAfter(after);
    if (place === null) return { text: nothing, count: 0, position: null };
    const { segment, from } = place;
    const { text, count, end } = await readLines(segment, from.bytes, maxLines);
    return { text, count, position: { segment: segment.number, bytes: end, records: from.records + count } };
  }

  async read(maxRecords: number, after: SegmentPosition | null): Promise<JournalBatch<SegmentPosition>> {
    const { text, position } = await this.readLines(maxRecords, after);
    return { ...(await parseLines(text, nextTurn)), position };
  }

  /** Answers the segment of the position; undefined for one that is done with. */
  acknowledge({ segment: number, bytes, records }: SegmentPosition): Segment | undefined {
    const segment = this.find(number);
    if (segment === undefined) return undefined;
    segment.drainedBytes = bytes;
    segment.drainedRecords = records;
    return segment;
  }

  /** `current` is written to, and stays. */
  async removeDrained(current: number | null): Promise<void> {
    const drained = this.#segments.filter(
      ({ number, bytes, drainedBytes }) => number !== current && drainedBytes >= bytes,
    );
    for (const segment of drained) {
      await rm(segment.path, { force: true });
      this.#segments.splice(this.#segments.indexOf(segment), 1);
    }
  }

  async setAside(lines: readonly SetAsideLine[]): Promise<void> {
    if (lines.length === 0) return;
    const at = new Date().toISOString();
    const text = lines.map(({ line, reason }) => `${JSON.stringify({ at, reason, line })}\n`).join("");
    await appendFile(join(this.#directory, "usage.rejected"), text, { flush: true, mode: 0o600 });
  }

  #placeAfter(after: SegmentPosition | null): { segment: Segment; from: { bytes: number; records: number } } | null {
    for (const segment of this.#segments) {
      if (after !== null && segment.number < after.segment) continue;
      const drained = { bytes: segment.drainedBytes, records: segment.drainedRecords };
      const from = after?.segment === segment.number ? after : drained;
      if (from.bytes < segment.bytes) return { segment, from };
    }
    return null;
  }
}
