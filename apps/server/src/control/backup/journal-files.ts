// The lines of the journal that may not be in the database yet, as they lie in a data directory, whoever writes there meanwhile.

import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

export interface JournalPiece {
  /** Whole lines with their ends. */
  readonly text: Buffer;
  readonly lines: number;
}

const segment = /^usage-\d{12}\.jsonl$/;
const worker = /^worker-\d+$/;
const newline = 0x0a;
const lineEnd = Buffer.from("\n");

interface Found {
  readonly path: string;
  readonly bytes: number;
}

/**
 * What was there when it is called, or a little more: a file that goes meanwhile has been stored. Whoever opens the database afterwards
 * has every record that was answered before, in one of the two or in both.
 */
export async function* readJournal(dataDir: string): AsyncGenerator<JournalPiece> {
  for (const { path, bytes } of await segmentsIn(join(dataDir, "journal"))) yield* readSegment(path, bytes);
}

async function segmentsIn(directory: string): Promise<readonly Found[]> {
  const found: Found[] = [];
  const names = (await readdir(directory).catch(nothingIfMissing)) ?? [];
  for (const name of names.toSorted()) {
    const path = join(directory, name);
    if (worker.test(name)) found.push(...(await segmentsIn(path)));
    const bytes = segment.test(name) ? ((await stat(path).catch(nothingIfMissing))?.size ?? 0) : 0;
    if (bytes > 0) found.push({ path, bytes });
  }
  return found;
}

/** A last line without its end is whole where the machine stopped behind it, and is being written where it did not. */
async function* readSegment(path: string, bytes: number): AsyncGenerator<JournalPiece> {
  let rest = Buffer.alloc(0);
  try {
    for await (const chunk of createReadStream(path, { end: bytes - 1, highWaterMark: 1 << 20 })) {
      if (!(chunk instanceof Buffer)) continue;
      const text = Buffer.concat([rest, chunk]);
      const end = text.lastIndexOf(newline) + 1;
      rest = text.subarray(end);
      if (end > 0) yield pieceOf(text.subarray(0, end));
    }
  } catch (error) {
    nothingIfMissing(error);
    return;
  }
  if (rest.length > 0) yield pieceOf(Buffer.concat([rest, lineEnd]));
}

function pieceOf(text: Buffer): JournalPiece {
  let lines = 0;
  for (let at = text.indexOf(newline); at >= 0; at = text.indexOf(newline, at + 1)) lines += 1;
  return { text, lines };
}

export function nothingIfMissing(error: unknown): null {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
  throw error;
}
