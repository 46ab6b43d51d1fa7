import { shareLock } from "./directory-lock.ts";
import type { WriterSeat } from "./followed-journal.ts";
import { JournalWriter } from "./journal-writer.ts";
import type { JournalLog, JournalSink } from "./journal.ts";
import { usualFlushMs } from "./open-journal.ts";
import { usualReserveBytes } from "./reserve.ts";
import { usualSegmentBytes } from "./segments.ts";
import { Writing } from "./writing.ts";

export interface WriterOptions extends WriterSeat {
  readonly log: JournalLog;
  /** Of the data directory, which the main thread holds. */
  readonly lockPath: string;
}

/** A worker's way to write: the main thread reads what it has written, and clears it away. */
export async function openWriter({
  directory,
  firstNumber,
  memory,
  log,
  lockPath,
}: WriterOptions): Promise<JournalSink> {
  const writing = new Writing(memory);
  const writer = new JournalWriter({
    ...{ directory, firstNumber, log, lock: shareLock(lockPath) },
    ...{ segmentBytes: usualSegmentBytes, reserveBytes: usualReserveBytes },
    onSegment: (segment) => writing.begin(segment),
    onAppend: () => writing.tell(writer.segment),
    onUpkeep: () => {
      if (writing.isToRotate) writer.rotate();
      writing.isHealthy = writer.healthy();
    },
  });
  await writer.start(usualFlushMs);
  writing.isHealthy = writer.healthy();
  return writer;
}
