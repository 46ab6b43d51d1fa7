// A log in files: `NAME` is the one that is written to, `NAME.1` the last before it, and so on. Called by open-outlets.ts.
// Invariant: no file is larger than its cap, to the byte, none holds lines that are older than its age by more than a look, and there are
// no more of them than were asked for.

import { mkdir, open, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import type { LineCounts, LineOutlet } from "./line-outlet.ts";
import { WaitingLines } from "./waiting-lines.ts";

export interface FileSettings {
  readonly path: string;
  readonly fileBytes: number;
  /** With the one that is written to. */
  readonly files: number;
  readonly fileAgeMs: number;
}

const batchBytes = 256 * 1024;
const closingMs = 2_000;
const mostLookMs = 60_000;
const retryMs = 1_000;

export class RotatingFile implements LineOutlet {
  readonly name = "file";
  readonly #settings: FileSettings;
  readonly #counts: LineCounts;
  readonly #now: () => number;
  readonly #waiting: WaitingLines;
  readonly #timer: NodeJS.Timeout;
  #file: FileHandle | null = null;
  #size = 0;
  /** Of the first line of the file; null while it has none. */
  #begunAt: number | null = null;
  #writing: Promise<void> | null = null;
  #failedAt = -Infinity;

  constructor(settings: FileSettings, counts: LineCounts, now: () => number = Date.now) {
    this.#settings = settings;
    this.#counts = counts;
    this.#now = now;
    this.#waiting = new WaitingLines(counts);
    this.#timer = setInterval(() => this.#start(), Math.min(mostLookMs, settings.fileAgeMs)).unref();
  }

  write(lines: readonly string[]): void {
    for (const line of lines) {
      const bytes = Buffer.from(`${line}\n`);
      if (bytes.length > this.#settings.fileBytes) this.#counts.lost(1);
      else this.#waiting.add(bytes);
    }
    this.#start();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    const deadline = performance.now() + closingMs;
    while (!this.#waiting.isEmpty && performance.now() < deadline) {
      this.#start();
      await this.#writing;
      if (this.#failedAt !== -Infinity) break;
    }
    await this.#writing;
    this.#waiting.giveUp();
    await this.#file?.close();
    this.#file = null;
  }

  #start(): void {
    if (this.#writing !== null || this.#now() - this.#failedAt < retryMs) return;
    this.#writing = this.#work().finally(() => (this.#writing = null));
  }

  async #work(): Promise<void> {
    try {
      if (this.#isOld()) await this.#rotate();
      while (!this.#waiting.isEmpty) await this.#writeSome();
      this.#failedAt = -Infinity;
    } catch {
      // Such as a full disk: tried again with a later line. What was being written is counted as lost.
      this.#failedAt = this.#now();
      await this.#file?.close().catch(() => undefined);
      this.#file = null;
    }
  }

  async #writeSome(): Promise<void> {
    await this.#open();
    const room = this.#settings.fileBytes - this.#size;
    const lines = this.#waiting.take(Math.min(batchBytes, room));
    const bytes = lines.length === 1 ? (lines[0] ?? Buffer.alloc(0)) : Buffer.concat(lines);
    try {
      if (bytes.length > room) await this.#rotate();
      await this.#file?.appendFile(bytes);
    } catch (error) {
      this.#counts.lost(lines.length);
      throw error;
    }
    this.#size += bytes.length;
    this.#begunAt ??= this.#now();
    this.#counts.written(lines.length);
  }

  async #open(): Promise<void> {
    if (this.#file !== null) return;
    const { path } = this.#settings;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    this.#file = await open(path, "a", 0o600);
    const { size, birthtimeMs } = await this.#file.stat();
    this.#size = size;
    this.#begunAt = size > 0 ? birthtimeMs : null;
  }

  #isOld(): boolean {
    return this.#begunAt !== null && this.#now() - this.#begunAt >= this.#settings.fileAgeMs;
  }

  async #rotate(): Promise<void> {
    const { path, files } = this.#settings;
    await this.#file?.close();
    this.#file = null;
    await rm(`${path}.${files - 1}`, { force: true });
    for (let number = files - 2; number >= 1; number -= 1)
      await moveIfThere(`${path}.${number}`, `${path}.${number + 1}`);
    if (files > 1) await moveIfThere(path, `${path}.1`);
    else await rm(path, { force: true });
    await this.#removeOld();
    await this.#open();
  }

  /** Files of which every line is older than all that are kept may hold. */
  async #removeOld(): Promise<void> {
    const { path, files, fileAgeMs } = this.#settings;
    for (let number = 1; number < files; number += 1) {
      const found = await stat(`${path}.${number}`).catch(() => null);
      if (found !== null && this.#now() - found.mtimeMs > fileAgeMs * files)
        await rm(`${path}.${number}`, { force: true });
    }
  }
}

async function moveIfThere(from: string, to: string): Promise<void> {
  if ((await stat(from).catch(() => null)) !== null) await rename(from, to);
}
