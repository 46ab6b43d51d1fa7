// What was archived of the journals of all installations, for a restore up to a time.

import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import { archiveFolder, keyFileOf, readPieceFile, type PieceName } from "./archive-names.ts";
import type { Place } from "./place.ts";
import { Damaged } from "./read-backup.ts";
import { openKey, type Open, type Opener } from "./seal.ts";

const decompress = promisify(zstdDecompress);
const longestPiece = 2 ** 30;

export interface ArchiveReach {
  readonly installation: string;
  /** Epoch ms: what was stored later is not archived. */
  readonly upTo: number;
  readonly pieces: number;
  /** Numbers of pieces that are not there. */
  readonly missing: readonly number[];
}

interface ArchiveOptions {
  readonly place: Place;
  readonly opener: Opener;
  /** Epoch ms, of the backup. */
  readonly since: number;
}

/** Clocks of instances differ: what was closed longer before the backup is in it. */
const marginMs = 60 * 60 * 1_000;

/** Hands over each piece, whole lines with their ends. Answers how far it reaches. */
export async function archivedLines(
  { place, opener, since }: ArchiveOptions,
  take: (text: Buffer) => Promise<void>,
): Promise<readonly ArchiveReach[]> {
  const files = await place.list(archiveFolder);
  const keys = new Map<string, Promise<Open>>();
  const taken: PieceName[] = [];
  for (const { name } of files) {
    const piece = readPieceFile(name);
    if (piece === null || piece.closedAt < since - marginMs) continue;
    await take(await readPiece({ place, opener, keys }, name, piece));
    taken.push(piece);
  }
  return Array.from(Map.groupBy(taken, ({ installation }) => installation).values(), reachOf);
}

interface Reading extends Pick<ArchiveOptions, "place" | "opener"> {
  readonly keys: Map<string, Promise<Open>>;
}

async function readPiece({ place, opener, keys }: Reading, name: string, piece: PieceName): Promise<Buffer> {
  const keyName = keyFileOf(piece.installation, piece.key);
  const open = keys.get(keyName) ?? openKeyFile(place, keyName, opener);
  keys.set(keyName, open);
  const sealed = await place.read(name);
  if (sealed === null) throw new Damaged(name, "is missing");
  const plain = await (
    await open
  )(sealed).catch((cause: unknown) => {
    throw new Damaged(name, "does not open: it was changed", cause);
  });
  return decompress(plain, { maxOutputLength: longestPiece });
}

async function openKeyFile(place: Place, name: string, opener: Opener): Promise<Open> {
  const key = await place.read(name);
  if (key === null) throw new Damaged(name, "is missing");
  return openKey(key, opener);
}

function reachOf(pieces: readonly PieceName[]): ArchiveReach {
  const numbers = new Set(pieces.map(({ number }) => number));
  const [first, last] = [Math.min(...numbers), Math.max(...numbers)];
  const all = Array.from({ length: last - first + 1 }, (_, place) => first + place);
  return {
    installation: pieces[0]?.installation ?? "",
    upTo: Math.max(...pieces.map(({ closedAt }) => closedAt)),
    pieces: pieces.length,
    missing: all.filter((number) => !numbers.has(number)),
  };
}
