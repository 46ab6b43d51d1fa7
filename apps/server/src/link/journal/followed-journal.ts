// A journal that another thread writes, and this one reads and clears away. Called by compose for each worker's folder.
// Invariant: what a writer has left is read to its end, whether it told of it or died before it could.

import { mkdir } from "node:fs/promises";
import { JournalReader } from "./journal-reader.ts";
import type { JournalBatch, JournalLines, JournalSource, SegmentPosition, SetAsideLine } from "./journal.ts";
import { listSegments, measure, shareWorthReplacing, usualSegmentBytes, type Segment } from "./segments.ts";
import { createWritingMemory, Writing, type WritingMemory } from "./writing.ts";

const lookEveryMs = 50;

/** What a writer needs to know; plain data, to be posted to its thread. */
export interface WriterSeat {
  readonly directory: string;
  readonly firstNumber: number;
  readonly memory: WritingMemory;
}

export class FollowedJournal implements JournalSource<SegmentPosition> {
  readonly #directory: string;
  readonly #reader: JournalReader;
  /** Null while nobody writes. */
  #writing: Writing | null = null;
  /** Of the writer that is there, the newest of its segments. */
  #newest: Segment | null = null;
  readonly #timer: NodeJS.Timeout;
  #listener: () => void = () => {};

  private constructor(directory: string, leftOver: readonly Segment[]) {
    this.#directory = directory;
    this.#reader = new JournalReader(directory, leftOver);
    this.#timer = setInterval(() => this.#look(), lookEveryMs).unref();
  }

  static async open(directory: string): Promise<FollowedJournal> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return new FollowedJournal(directory, await listSegments(directory));
  }

  /** For the next writer; to be called when no other writes. */
  seat(): WriterSeat {
    const memory = createWritingMemory();
    this.#writing = new Writing(memory);
    return { directory: this.#directory, firstNumber: this.#reader.lastNumber + 1, memory };
  }

  /** The writer has ended, perhaps without a word: what is in its files counts. */
  async endWriting(): Promise<void> {
    this.#refresh();
    this.#writing = null;
    const last = this.#newest;
    this.#newest = null;
    if (last === null) return;
    const { bytes, records } = await measure({ ...last, bytes: 0, records: 0 });
    last.bytes = Math.max(last.bytes, bytes);
    last.records = Math.max(last.records, records);
    if (this.pendingRecords > 0) this.#listener();
    else await this.#reader.removeDrained(null);
  }

  healthy(): boolean {
    return this.#writing === null || this.#writing.isHealthy;
  }

  get pendingRecords(): number {
    this.#refresh();
    return this.#reader.pendingRecords;
  }

  get pendingBytes(): number {
    this.#refresh();
    return this.#reader.pendingBytes;
  }

  onAppend(listener: () => void): void {
    this.#listener = listener;
  }

  readLines(maxLines: number, after: SegmentPosition | null = null): Promise<JournalLines<SegmentPosition>> {
    this.#refresh();
    return this.#reader.readLines(maxLines, after);
  }

  read(maxRecords: number, after: SegmentPosition | null = null): Promise<JournalBatch<SegmentPosition>> {
    this.#refresh();
    return this.#reader.read(maxRecords, after);
  }

  async acknowledge(position: SegmentPosition): Promise<void> {
    const segment = this.#reader.acknowledge(position);
    if (segment === undefined) return;
    const isCaughtUp = segment === this.#newest && segment.drainedBytes === segment.bytes;
    if (isCaughtUp && segment.bytes >= usualSegmentBytes * shareWorthReplacing)
      this.#writing?.askToRotate(segment.number);
    await this.#reader.removeDrained(this.#newest?.number ?? null);
  }

  setAside(lines: readonly SetAsideLine[]): Promise<void> {
    return this.#reader.setAside(lines);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const before = this.#newest;
    if (this.pendingRecords > 0) this.#listener();
    // The one before may have been stored already: what cannot be removed now is when more is stored.
    if (this.#newest !== before) this.#reader.removeDrained(this.#newest?.number ?? null).catch(() => undefined);
  }

  /** Learns what the writer has told since. */
  #refresh(): void {
    const writing = this.#writing;
    if (writing === null) return;
    if (this.#newest !== null) writing.refresh(this.#newest);
    for (const segment of writing.segmentsBehind(this.#reader.lastNumber, this.#directory)) {
      writing.refresh(segment);
      this.#reader.add(segment);
      this.#newest = segment;
    }
  }
}
