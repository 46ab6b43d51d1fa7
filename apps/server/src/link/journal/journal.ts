// The journal: usage records, and owners of objects, that are not in the database yet, as files of JSON lines. The gateway appends, the ledger
// drains. Invariant: when `append` has returned, the record is with the kernel: `kill -9` cannot lose it. A power cut
// can lose what was appended in the last second, for the disk is waited for once a second and never by a request.

import type { UsageRecord } from "#domain/usage-record.ts";
import type { OwnedObject } from "#link/owners.ts";

/** What can be given back to `acknowledge`. */
export interface SegmentPosition {
  readonly segment: number;
  readonly bytes: number;
  readonly records: number;
}

/** A line that is set aside: it cannot be read, or the database refuses it for good. */
export interface SetAsideLine {
  readonly line: string;
  readonly reason: string;
}

/** Whole lines, as they stand in the file. */
export interface JournalLines<Position = unknown> {
  readonly text: Buffer<ArrayBuffer>;
  readonly count: number;
  /** After the lines; null when nothing is pending. */
  readonly position: Position | null;
}

export interface JournalBatch<Position = unknown> {
  readonly records: readonly UsageRecord[];
  readonly objects: readonly OwnedObject[];
  readonly unreadable: readonly SetAsideLine[];
  /** After the batch; null when nothing is pending. */
  readonly position: Position | null;
}

/** As the gateway sees it. */
export interface JournalSink {
  /** Returns when all of these records are with the kernel, in one write. Throws when they cannot be written: then none of them is. */
  append(...records: readonly UsageRecord[]): void;
  /** The same, for whose an object is that a vendor keeps. */
  appendObject(object: OwnedObject): void;
  /** False while new requests should be refused: what they use could perhaps not be written down. */
  healthy(): boolean;
  /** Waits for the disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** As the ledger sees it, whoever writes it. A position is handed back as it was given, and means nothing else. */
export interface JournalSource<Position = unknown> {
  readonly pendingRecords: number;
  readonly pendingBytes: number;
  healthy(): boolean;
  /** Called soon after something was appended, perhaps in the same turn: it must be quick. */
  onAppend(listener: () => void): void;
  /**
   * The oldest lines that are not acknowledged, the same again until they are; or those that come after others that were
   * read before. Not to be called twice at a time.
   */
  readLines(maxLines: number, after?: Position | null): Promise<JournalLines<Position>>;
  /** The same, understood. */
  read(maxRecords: number, after?: Position | null): Promise<JournalBatch<Position>>;
  /** The lines up to this position are in the database or set aside: their files may go. */
  acknowledge(position: Position): Promise<void>;
  /** Keeps the lines in `usage.rejected`, for a person to look at. */
  setAside(lines: readonly SetAsideLine[]): Promise<void>;
}

export type Journal = JournalSink & JournalSource<SegmentPosition>;

export interface JournalLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
