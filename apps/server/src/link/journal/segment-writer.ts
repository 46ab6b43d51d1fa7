// Appends lines to the newest segment, at once and in order. Called by journal.ts.
// Invariant: a segment holds whole lines only, whatever write failed and however much of it was written.

import { close, fdatasync, ftruncateSync, openSync, writeSync } from "node:fs";
import { promisify } from "node:util";
import type { Reserve } from "./reserve.ts";
import { newSegment, type Segment } from "./segments.ts";

const sync = promisify(fdatasync);
const closeFile = promisify(close);

export interface SegmentWriterOptions {
  readonly directory: string;
  readonly firstNumber: number;
  readonly segmentBytes: number;
  readonly reserve: Reserve;
  /** Called with each new segment. */
  readonly onSegment: (segment: Segment) => void;
}

export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  readonly #retired: number[] = [];
  #file: number;
  #segment: Segment;
  #isDirty = false;
  #isTorn = false;

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
    this.#segment = newSegment(options.directory, options.firstNumber);
    this.#file = openForAppend(this.#segment.path);
    options.onSegment(this.#segment);
  }

  get segment(): Segment {
    return this.#segment;
  }

  /** All of the lines, or none. */
  append(lines: Buffer, count: number): void {
    if (this.#isTorn || this.#segment.bytes >= this.#options.segmentBytes) this.rotate();
    try {
      this.#write(lines);
    } catch (error) {
      if (!isDiskFull(error) || !this.#options.reserve.spend()) throw error;
      this.#write(lines);
    }
    this.#segment.bytes += lines.length;
    this.#segment.records += count;
    this.#isDirty = true;
  }

  /** Goes on in a new file. */
  rotate(): void {
    const { next, file } = this.#openNext();
    this.#retired.push(this.#file);
    this.#file = file;
    this.#segment = next;
    this.#isTorn = false;
    this.#options.onSegment(next);
  }

  /** A process that has taken the directory over may have made files of the next numbers. */
  #openNext(): { readonly next: Segment; readonly file: number } {
    for (let number = this.#segment.number + 1; ; number += 1) {
      const next = newSegment(this.#options.directory, number);
      try {
        return { next, file: openForAppend(next.path) };
      } catch (error) {
        if (!hasCode(error, "EEXIST")) throw error;
      }
    }
  }

  /** Brings to the disk what is with the kernel. One call at a time. */
  async flush(): Promise<void> {
    const wasDirty = this.#isDirty;
    this.#isDirty = false;
    try {
      for (let file = this.#retired.shift(); file !== undefined; file = this.#retired.shift()) await retire(file);
      if (wasDirty) await sync(this.#file);
    } catch (error) {
      this.#isDirty = true;
      throw error;
    }
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await closeFile(this.#file);
    }
  }

  #write(lines: Buffer): void {
    try {
      let written = 0;
      while (written < lines.length) written += writeSync(this.#file, lines, written);
    } catch (error) {
      this.#dropPartialLines();
      throw error;
    }
  }

  #dropPartialLines(): void {
    try {
      ftruncateSync(this.#file, this.#segment.bytes);
    } catch {
      // What was written of them stays as the end of this file, beyond the bytes that are counted and read.
      this.#isTorn = true;
    }
  }
}

async function retire(file: number): Promise<void> {
  try {
    await sync(file);
  } finally {
    await closeFile(file);
  }
}

function openForAppend(path: string): number {
  return openSync(path, "ax", 0o600);
}

function isDiskFull(error: unknown): boolean {
  return hasCode(error, "ENOSPC") || hasCode(error, "EDQUOT");
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
