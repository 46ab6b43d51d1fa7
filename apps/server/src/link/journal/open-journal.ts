import { mkdir } from "node:fs/promises";
import { lockDirectory } from "./directory-lock.ts";
import { FileJournal } from "./file-journal.ts";
import type { Journal, JournalLog } from "./journal.ts";
import { listSegments } from "./segments.ts";

export interface JournalOptions {
  readonly directory: string;
  readonly log: JournalLog;
  /** Size at which a new file is begun. */
  readonly segmentBytes?: number;
  /** Disk space kept back for the requests that are in progress when the disk becomes full. */
  readonly reserveBytes?: number;
  readonly flushIntervalMs?: number;
}

const mebibyte = 1 << 20;

/** Takes the directory for this process, and rejects with a sentence when another one has it. */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { directory, log, segmentBytes = 4 * mebibyte, reserveBytes = 4 * mebibyte, flushIntervalMs = 1_000 } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const lock = await lockDirectory({ directory });
  try {
    const leftOver = await listSegments(directory);
    const journal = new FileJournal({ directory, log, lock, leftOver, segmentBytes, reserveBytes });
    await journal.start(flushIntervalMs);
    return journal;
  } catch (error) {
    await lock.release();
    throw error;
  }
}
