// Backups that are there, and what is in one. Called by verify-backup.ts, restore-backup.ts and the lists of both.

import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import { backupsFolder, keyFile, manifestFile, readManifest, type Manifest, type Part } from "./manifest.ts";
import type { Place } from "./place.ts";
import { openKey, WrongKey, type Open, type Opener } from "./seal.ts";

const decompress = promisify(zstdDecompress);
/** Far more than any part has: a compressed bomb is none of ours. */
const longestPart = 2 ** 30;

export interface ListedBackup {
  readonly id: string;
  /** Epoch ms. */
  readonly madeAt: number;
  readonly bytes: number;
  readonly files: number;
  /** False where it goes on, or was broken off. */
  readonly isWhole: boolean;
}

const idPattern = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[0-9a-f]{6}$/;

/** The newest first. */
export async function listBackups(place: Place): Promise<readonly ListedBackup[]> {
  const backups = new Map<string, { bytes: number; files: number; isWhole: boolean }>();
  for (const { name, bytes } of await place.list(backupsFolder)) {
    const [, id = "", file] = name.split("/");
    if (!idPattern.test(id)) continue;
    const one = backups.get(id) ?? { bytes: 0, files: 0, isWhole: false };
    backups.set(id, {
      ...{ bytes: one.bytes + bytes, files: one.files + 1 },
      isWhole: one.isWhole || file === manifestFile,
    });
  }
  const listed = [...backups].map(([id, one]) => ({ id, madeAt: timeOf(id), ...one }));
  return listed.toSorted((one, other) => (one.id < other.id ? 1 : -1));
}

function timeOf(id: string): number {
  return Date.parse(id.replace(idPattern, "$1-$2-$3T$4:$5:$6Z"));
}

/** Rejects with a sentence where there is none, or none that is whole. */
export async function findBackup(place: Place, wanted: { id?: string | undefined; before?: number | undefined }) {
  const backups = await listBackups(place);
  const { id, before = Infinity } = wanted;
  const found = backups.find((one) => (id === undefined ? one.isWhole && one.madeAt <= before : one.id === id));
  if (found?.isWhole === true) return found;
  if (found !== undefined)
    throw new Error(`The backup ${found.id} is not whole: it goes on, or was broken off before its end`);
  const which = id === undefined ? "no backup that is whole" : `no backup ${id}`;
  throw new Error(`There is ${which} in ${place.shown}${before === Infinity ? "" : " from before that time"}`);
}

export interface OpenedBackup {
  readonly manifest: Manifest;
  /** Rejects where the part is not as it was written. */
  read(part: Part): Promise<Buffer>;
}

/** Something in a backup is not as it was written. */
export class Damaged extends Error {
  override readonly name = "Damaged";
  readonly file: string;

  constructor(file: string, reason: string, cause?: unknown) {
    super(`${file} ${reason}`, { cause });
    this.file = file;
  }
}

export async function openBackup(place: Place, id: string, opener: Opener): Promise<OpenedBackup> {
  const key = await place.read(`${backupsFolder}/${id}/${keyFile}`);
  if (key === null) throw new Damaged(keyFile, "is missing");
  const open = await openKey(key, opener);
  const sealed = await place.read(`${backupsFolder}/${id}/${manifestFile}`);
  if (sealed === null) throw new Damaged(manifestFile, "is missing: the backup is not whole");
  const manifest = readManifest(await opened(open, manifestFile, sealed));
  if (manifest.id !== id) throw new Damaged(manifestFile, `is of another backup (${manifest.id})`);
  return { manifest, read: (part) => readPart({ place, id, open }, part) };
}

interface Opened {
  readonly place: Place;
  readonly id: string;
  readonly open: Open;
}

async function readPart({ place, id, open }: Opened, { file, bytes, sha256, lines, of }: Part): Promise<Buffer> {
  const sealed = await place.read(`${backupsFolder}/${id}/${file}`);
  if (sealed === null) throw new Damaged(file, "is missing");
  if (sealed.length !== bytes) throw new Damaged(file, `has ${sealed.length} bytes, and was written with ${bytes}`);
  if (createHash("sha256").update(sealed).digest("hex") !== sha256) throw new Damaged(file, "was changed");
  const plain = await decompress(await opened(open, file, sealed), { maxOutputLength: longestPart });
  if (!("file" in of) && linesOf(plain) !== lines)
    throw new Damaged(file, "has not the lines that it was written with");
  return plain;
}

async function opened(open: Open, file: string, sealed: Uint8Array): Promise<Uint8Array> {
  return open(sealed).catch((cause: unknown) => {
    throw cause instanceof WrongKey ? cause : new Damaged(file, "does not open: it was changed", cause);
  });
}

const newline = 0x0a;

function linesOf(text: Buffer): number {
  let count = 0;
  for (let at = text.indexOf(newline); at >= 0; at = text.indexOf(newline, at + 1)) count += 1;
  return count;
}
