import { mkdir } from "node:fs/promises";
import { lockDirectory } from "./directory-lock.ts";
import { FileJournal } from "./file-journal.ts";
import type { JournalLog } from "./journal.ts";
import { listSegments, usualSegmentBytes } from "./segments.ts";
import { usualReserveBytes } from "./reserve.ts";

export interface JournalOptions {
  readonly directory: string;
  readonly log: JournalLog;
  /** Size at which a new file is begun. */
  readonly segmentBytes?: number;
  /** Disk space kept back for the requests that are in progress when the disk becomes full. */
  readonly reserveBytes?: number;
  readonly flushIntervalMs?: number;
}

export const usualFlushMs = 1_000;

/** Takes the directory for this process, and rejects with a sentence when another one has it. */
export async function openJournal(options: JournalOptions): Promise<FileJournal> {
  const { directory, log } = options;
  const { segmentBytes = usualSegmentBytes, reserveBytes = usualReserveBytes } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const lock = await lockDirectory({ directory });
  try {
    const leftOver = await listSegments(directory);
    const journal = new FileJournal({ directory, log, lock, leftOver, segmentBytes, reserveBytes });
    await journal.start(options.flushIntervalMs ?? usualFlushMs);
    return journal;
  } catch (error) {
    await lock.release();
    throw error;
  }
}
