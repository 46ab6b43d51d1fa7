// The journal's files: `usage-<number>.jsonl`, whose names sort by age.

import { open, readdir } from "node:fs/promises";
import { join } from "node:path";

/** One file and how much of it is done with. Only the newest is written to. */
export interface Segment {
  readonly number: number;
  readonly path: string;
  bytes: number;
  records: number;
  drainedBytes: number;
  drainedRecords: number;
}

/** Size at which a new file is begun. */
export const usualSegmentBytes = 4 * 2 ** 20;
/** A file is only worth replacing when it is of some size: until then the position in it is enough. */
export const shareWorthReplacing = 1 / 4;

const digits = 12;
const pattern = /^usage-(\d{12})\.jsonl$/;

export function newSegment(directory: string, number: number): Segment {
  const path = join(directory, `usage-${String(number).padStart(digits, "0")}.jsonl`);
  return { number, path, bytes: 0, records: 0, drainedBytes: 0, drainedRecords: 0 };
}

/** What an earlier process left, oldest first. */
export async function listSegments(directory: string): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (const name of (await readdir(directory)).sort()) {
    const number = pattern.exec(name)?.[1];
    if (number !== undefined) segments.push(await measure(newSegment(directory, Number(number))));
  }
  return segments;
}

const newline = 0x0a;

/** Finds out how much is in a file. */
export async function measure(segment: Segment): Promise<Segment> {
  const file = await open(segment.path, "r");
  try {
    let last = newline;
    for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: 1 << 18 })) {
      if (!(chunk instanceof Buffer)) continue;
      segment.bytes += chunk.length;
      segment.records += countNewlines(chunk);
      last = chunk.at(-1) ?? last;
    }
    // The machine stopped within this line. It counts as one until it is set aside.
    if (last !== newline) segment.records += 1;
    return segment;
  } finally {
    await file.close();
  }
}

function countNewlines(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) count += 1;
  return count;
}

export interface Lines {
  /** With their ends, in a buffer of their own. */
  readonly text: Buffer<ArrayBuffer>;
  readonly count: number;
  /** Offset in the segment after the last of them. */
  readonly end: number;
}

const chunkBytes = 1 << 21;

/** Up to `maxLines` from an offset on. A last line without its end is given as it is. */
export async function readLines({ path, bytes: limit }: Segment, start: number, maxLines: number): Promise<Lines> {
  const file = await open(path, "r").catch(ignoreMissing);
  // A process that has taken the directory over has stored it.
  if (file === null) return { text: Buffer.alloc(0), count: 0, end: limit };
  try {
    let window = chunkBytes;
    for (;;) {
      const wanted = Math.min(window, limit - start);
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafeSlow(wanted), 0, wanted, start);
      const { count, bytes } = measureLines(buffer.subarray(0, bytesRead), maxLines);
      if (count > 0) return { text: buffer.subarray(0, bytes), count, end: start + bytes };
      if (bytesRead === 0) return { text: Buffer.alloc(0), count: 0, end: limit };
      if (start + bytesRead >= limit || bytesRead < wanted)
        return { text: buffer.subarray(0, bytesRead), count: 1, end: limit };
      window *= 2;
    }
  } finally {
    await file.close();
  }
}

function ignoreMissing(error: unknown): null {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
  throw error;
}

function measureLines(buffer: Buffer, maxLines: number): { count: number; bytes: number } {
  let count = 0;
  let bytes = 0;
  while (count < maxLines) {
    const end = buffer.indexOf(newline, bytes);
    if (end < 0) break;
    count += 1;
    bytes = end + 1;
  }
  return { count, bytes };
}
