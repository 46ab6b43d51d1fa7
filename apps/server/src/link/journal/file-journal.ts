import { appendFile, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { UsageRecord } from "#domain/usage-record.ts";
import type { OwnedObject } from "#link/owners.ts";
import type { DirectoryLock } from "./directory-lock.ts";
import type { Journal, JournalBatch, JournalLines, JournalLog, JournalPosition, SetAsideLine } from "./journal.ts";
import { parseLines } from "./parse-lines.ts";
import { encodeObject, encodeRecord } from "./record-line.ts";
import { Reserve } from "./reserve.ts";
import { SegmentWriter } from "./segment-writer.ts";
import { readLines, type Segment } from "./segments.ts";

export interface FileJournalOptions {
  readonly directory: string;
  readonly log: JournalLog;
  readonly lock: DirectoryLock;
  /** Files of an earlier process, oldest first. */
  readonly leftOver: readonly Segment[];
  readonly segmentBytes: number;
  readonly reserveBytes: number;
}

const nothing = Buffer.alloc(0);

export class FileJournal implements Journal {
  readonly #options: FileJournalOptions;
  readonly #segments: Segment[];
  readonly #reserve: Reserve;
  readonly #writer: SegmentWriter;
  #listener: () => void = () => {};
  #failure: unknown = null;
  #isDirectoryDirty = true;
  #timer: NodeJS.Timeout | undefined;
  #isMaintaining = false;
  #isClosed = false;
  #hasLeft = false;
  #lastTask: Promise<void> = Promise.resolve();

  constructor(options: FileJournalOptions) {
    const { directory, leftOver, segmentBytes, reserveBytes } = options;
    this.#options = options;
    this.#segments = [...leftOver];
    this.#reserve = new Reserve(directory, reserveBytes);
    this.#writer = new SegmentWriter({
      directory,
      segmentBytes,
      reserve: this.#reserve,
      firstNumber: (leftOver.at(-1)?.number ?? 0) + 1,
      onSegment: (segment) => this.#segments.push(segment),
    });
  }

  async start(flushIntervalMs: number): Promise<void> {
    await this.#reserve.fill().catch((error: unknown) => this.#fail(error));
    this.#timer = setInterval(() => void this.#maintain(), flushIntervalMs).unref();
  }

  append(...records: readonly UsageRecord[]): void {
    this.#append(records.map(encodeRecord).join(""), records.length);
  }

  appendObject(object: OwnedObject): void {
    this.#append(encodeObject(object), 1);
  }

  #append(lines: string, count: number): void {
    if (this.#isClosed) throw new Error("The usage journal is closed");
    if (!this.#options.lock.isHeld()) this.#leaveFile();
    try {
      this.#writer.append(Buffer.from(lines), count);
    } catch (error) {
      this.#fail(error);
      throw new Error("The usage record could not be written to the journal", { cause: error });
    }
    this.#listener();
  }

  healthy(): boolean {
    const { lock } = this.#options;
    return this.#failure === null && this.#reserve.isFilled && !this.#isClosed && lock.isHeld();
  }

  get pendingRecords(): number {
    return this.#segments.reduce((sum, { records, drainedRecords }) => sum + records - drainedRecords, 0);
  }

  get pendingBytes(): number {
    return this.#segments.reduce((sum, { bytes, drainedBytes }) => sum + bytes - drainedBytes, 0);
  }

  onAppend(listener: () => void): void {
    this.#listener = listener;
  }

  async readLines(maxLines: number, after: JournalPosition | null = null): Promise<JournalLines> {
    const place = this.#placeAfter(after);
    if (place === null) return { text: nothing, count: 0, position: null };
    const { segment, from } = place;
    const { text, count, end } = await readLines(segment, from.bytes, maxLines);
    return { text, count, position: { segment: segment.number, bytes: end, records: from.records + count } };
  }

  async read(maxRecords: number, after: JournalPosition | null = null): Promise<JournalBatch> {
    const { text, position } = await this.readLines(maxRecords, after);
    return { ...(await parseLines(text, nextTurn)), position };
  }

  #placeAfter(after: JournalPosition | null): { segment: Segment; from: { bytes: number; records: number } } | null {
    for (const segment of this.#segments) {
      if (after !== null && segment.number < after.segment) continue;
      const drained = { bytes: segment.drainedBytes, records: segment.drainedRecords };
      const from = after?.segment === segment.number ? after : drained;
      if (from.bytes < segment.bytes) return { segment, from };
    }
    return null;
  }

  async acknowledge({ segment: number, bytes, records }: JournalPosition): Promise<void> {
    const segment = this.#segments.find((candidate) => candidate.number === number);
    if (segment === undefined) return;
    segment.drainedBytes = bytes;
    segment.drainedRecords = records;
    const isCaughtUp = bytes === this.#writer.segment.bytes && segment === this.#writer.segment;
    // A file is only worth replacing when it is of some size: until then the position in it is enough.
    if (isCaughtUp && bytes >= this.#options.segmentBytes / 4) this.#rotate();
    await this.#removeDrained();
  }

  async setAside(lines: readonly SetAsideLine[]): Promise<void> {
    if (lines.length === 0) return;
    const at = new Date().toISOString();
    const text = lines.map(({ line, reason }) => `${JSON.stringify({ at, reason, line })}\n`).join("");
    await appendFile(join(this.#options.directory, "usage.rejected"), text, { flush: true, mode: 0o600 });
  }

  flush(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#isClosed) return;
      await this.#writer.flush();
      if (this.#isDirectoryDirty) await this.#flushDirectory();
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#inTurn(async () => {
      this.#isClosed = true;
      await this.#writer.close();
    });
    const last = this.#writer.segment;
    if (last.drainedBytes === last.bytes) await rm(last.path, { force: true });
    await this.#options.lock.release();
  }

  /** Another process has taken the directory: it stores, and removes, all files that were there then. */
  #leaveFile(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#options.log.error({}, "another process has taken the data directory: this one takes no more requests");
    this.#rotate();
  }

  #rotate(): void {
    try {
      this.#writer.rotate();
      this.#isDirectoryDirty = true;
    } catch (error) {
      this.#fail(error);
    }
  }

  async #removeDrained(): Promise<void> {
    const current = this.#writer.segment;
    const drained = this.#segments.filter((segment) => segment !== current && segment.drainedBytes >= segment.bytes);
    for (const segment of drained) {
      await rm(segment.path, { force: true });
      this.#segments.splice(this.#segments.indexOf(segment), 1);
    }
  }

  async #flushDirectory(): Promise<void> {
    this.#isDirectoryDirty = false;
    // Windows has no such thing as waiting for a directory.
    if (process.platform === "win32") return;
    const directory = await open(this.#options.directory, "r");
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }

  /** What waits for the disk happens one at a time. */
  #inTurn(task: () => Promise<void>): Promise<void> {
    const done = this.#lastTask.then(task);
    this.#lastTask = done.catch(() => {});
    return done;
  }

  async #maintain(): Promise<void> {
    if (this.#isMaintaining) return;
    this.#isMaintaining = true;
    const { lock } = this.#options;
    await this.#inTurn(() => lock.refresh()).catch((error: unknown) => this.#fail(error));
    await this.flush().catch((error: unknown) => this.#fail(error));
    if (!lock.isHeld()) this.#leaveFile();
    else if (!this.healthy()) await this.#inTurn(() => this.#heal());
    this.#isMaintaining = false;
  }

  #fail(error: unknown): void {
    if (this.#failure === null) {
      this.#options.log.error({ err: error }, "the journal cannot be written to; new requests are refused");
    }
    this.#failure = error;
  }

  async #heal(): Promise<void> {
    if (this.#isClosed) return;
    try {
      await this.#reserve.refill();
      this.#writer.rotate();
      this.#isDirectoryDirty = true;
      this.#failure = null;
      this.#options.log.info({}, "the journal can be written to again");
    } catch (error) {
      this.#fail(error);
    }
  }
}
