import { rm } from "node:fs/promises";
import type { UsageRecord } from "#domain/usage-record.ts";
import type { OwnedObject } from "#link/owners.ts";
import type { DirectoryLock } from "./directory-lock.ts";
import { JournalReader } from "./journal-reader.ts";
import { JournalWriter } from "./journal-writer.ts";
import type { Journal, JournalBatch, JournalLines, JournalLog, SegmentPosition, SetAsideLine } from "./journal.ts";
import { shareWorthReplacing, type Segment } from "./segments.ts";

export interface FileJournalOptions {
  readonly directory: string;
  readonly log: JournalLog;
  readonly lock: DirectoryLock;
  /** Files of an earlier process, oldest first. */
  readonly leftOver: readonly Segment[];
  readonly segmentBytes: number;
  readonly reserveBytes: number;
}

/** A journal that is written and read in one thread. */
export class FileJournal implements Journal {
  readonly #lock: DirectoryLock;
  readonly #worthReplacingBytes: number;
  readonly #reader: JournalReader;
  readonly #writer: JournalWriter;
  #listener: () => void = () => {};

  constructor({ leftOver, ...options }: FileJournalOptions) {
    this.#lock = options.lock;
    this.#worthReplacingBytes = options.segmentBytes * shareWorthReplacing;
    this.#reader = new JournalReader(options.directory, leftOver);
    this.#writer = new JournalWriter({
      ...options,
      firstNumber: this.#reader.lastNumber + 1,
      onSegment: (segment) => this.#reader.add(segment),
      onAppend: () => this.#listener(),
    });
  }

  /** The file by which other processes, and other threads of this one, see whose the directory is. */
  get lockPath(): string {
    return this.#lock.path;
  }

  start(flushIntervalMs: number): Promise<void> {
    return this.#writer.start(flushIntervalMs);
  }

  append(...records: readonly UsageRecord[]): void {
    this.#writer.append(...records);
  }

  appendObject(object: OwnedObject): void {
    this.#writer.appendObject(object);
  }

  healthy(): boolean {
    return this.#writer.healthy();
  }

  get pendingRecords(): number {
    return this.#reader.pendingRecords;
  }

  get pendingBytes(): number {
    return this.#reader.pendingBytes;
  }

  onAppend(listener: () => void): void {
    this.#listener = listener;
  }

  readLines(maxLines: number, after: SegmentPosition | null = null): Promise<JournalLines<SegmentPosition>> {
    return this.#reader.readLines(maxLines, after);
  }

  read(maxRecords: number, after: SegmentPosition | null = null): Promise<JournalBatch<SegmentPosition>> {
    return this.#reader.read(maxRecords, after);
  }

  async acknowledge(position: SegmentPosition): Promise<void> {
    const segment = this.#reader.acknowledge(position);
    if (segment === undefined) return;
    const isCaughtUp = segment === this.#writer.segment && segment.drainedBytes === segment.bytes;
    if (isCaughtUp && segment.bytes >= this.#worthReplacingBytes) this.#writer.rotate();
    await this.#reader.removeDrained(this.#writer.segment.number);
  }

  setAside(lines: readonly SetAsideLine[]): Promise<void> {
    return this.#reader.setAside(lines);
  }

  flush(): Promise<void> {
    return this.#writer.flush();
  }

  async close(): Promise<void> {
    await this.#writer.close();
    const last = this.#writer.segment;
    if (last.drainedBytes === last.bytes) await rm(last.path, { force: true });
    await this.#lock.release();
  }
}
