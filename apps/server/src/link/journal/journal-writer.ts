// The half of a journal that the gateway sees: it appends, waits for the disk once a second, and heals when there is room again.
// Called by file-journal.ts, and by open-journal.ts for workers. Invariant: what `append` has taken is with the kernel, whole.

import { open } from "node:fs/promises";
import type { UsageRecord } from "#domain/usage-record.ts";
import type { OwnedObject } from "#link/owners.ts";
import type { DirectoryLock } from "./directory-lock.ts";
import type { JournalLog, JournalSink } from "./journal.ts";
import { encodeObject, encodeRecord } from "./record-line.ts";
import { Reserve } from "./reserve.ts";
import { SegmentWriter } from "./segment-writer.ts";
import type { Segment } from "./segments.ts";

export interface JournalWriterOptions {
  readonly directory: string;
  readonly log: JournalLog;
  readonly lock: DirectoryLock;
  readonly firstNumber: number;
  readonly segmentBytes: number;
  readonly reserveBytes: number;
  readonly onSegment: (segment: Segment) => void;
  /** Told after each append. Must be quick. */
  readonly onAppend: () => void;
  /** Called once a second. */
  readonly onUpkeep?: () => void;
}

export class JournalWriter implements JournalSink {
  readonly #options: JournalWriterOptions;
  readonly #reserve: Reserve;
  readonly #writer: SegmentWriter;
  #failure: unknown = null;
  #isDirectoryDirty = true;
  #timer: NodeJS.Timeout | undefined;
  #isMaintaining = false;
  #isClosed = false;
  #hasLeft = false;
  #lastTask: Promise<void> = Promise.resolve();

  constructor(options: JournalWriterOptions) {
    const { directory, segmentBytes, reserveBytes, firstNumber, onSegment } = options;
    this.#options = options;
    this.#reserve = new Reserve(directory, reserveBytes);
    this.#writer = new SegmentWriter({ directory, segmentBytes, reserve: this.#reserve, firstNumber, onSegment });
  }

  async start(flushIntervalMs: number): Promise<void> {
    await this.#reserve.fill().catch((error: unknown) => this.#fail(error));
    this.#timer = setInterval(() => void this.#maintain(), flushIntervalMs).unref();
  }

  /** The one that is written to. */
  get segment(): Segment {
    return this.#writer.segment;
  }

  append(...records: readonly UsageRecord[]): void {
    this.#append(records.map(encodeRecord).join(""), records.length);
  }

  appendObject(object: OwnedObject): void {
    this.#append(encodeObject(object), 1);
  }

  healthy(): boolean {
    const { lock } = this.#options;
    return this.#failure === null && this.#reserve.isFilled && !this.#isClosed && lock.isHeld();
  }

  /** Goes on in a new file. */
  rotate(): void {
    try {
      this.#writer.rotate();
      this.#isDirectoryDirty = true;
    } catch (error) {
      this.#fail(error);
    }
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
    this.#options.onAppend();
  }

  /** Another process has taken the directory: it stores, and removes, all files that were there then. */
  #leaveFile(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#options.log.error({}, "another process has taken the data directory: this one takes no more requests");
    this.rotate();
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
    const { lock, onUpkeep } = this.#options;
    await this.#inTurn(() => lock.refresh()).catch((error: unknown) => this.#fail(error));
    await this.flush().catch((error: unknown) => this.#fail(error));
    if (!lock.isHeld()) this.#leaveFile();
    else if (!this.healthy()) await this.#inTurn(() => this.#heal());
    onUpkeep?.();
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
