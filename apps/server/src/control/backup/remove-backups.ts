// Deletes backups, and what was archived of journals before those that stay.

import { archiveFolder, readPieceFile } from "./archive-names.ts";
import { backupsFolder, manifestFile } from "./manifest.ts";
import { openPlace } from "./open-place.ts";
import type { Place } from "./place.ts";
import type { RemoveJob } from "./thread-jobs.ts";

export async function removeBackups({ place: settings, backups, archiveBefore }: RemoveJob): Promise<void> {
  const place = await openPlace(settings);
  for (const id of backups) await removeBackup(place, id);
  if (archiveBefore !== null) await removePieces(place, archiveBefore);
}

/** Its manifest first: what is left of it, where this is broken off, is not taken for whole. */
async function removeBackup(place: Place, id: string): Promise<void> {
  const files = (await place.list(`${backupsFolder}/${id}`)).map(({ name }) => name);
  const manifest = files.filter((name) => name.endsWith(`/${manifestFile}`));
  await place.remove([...manifest, ...files.filter((name) => !manifest.includes(name))]);
}

/** Clocks of instances differ. */
const marginMs = 2 * 60 * 60 * 1_000;

async function removePieces(place: Place, before: number): Promise<void> {
  const files = (await place.list(archiveFolder)).map(({ name }) => name);
  const pieces = files.map((name) => ({ name, piece: readPieceFile(name) }));
  const isOld = (closedAt: number): boolean => closedAt < before - marginMs;
  const old = pieces.filter(({ piece }) => piece !== null && isOld(piece.closedAt)).map(({ name }) => name);
  if (old.length > 0) await place.remove(old);
}
