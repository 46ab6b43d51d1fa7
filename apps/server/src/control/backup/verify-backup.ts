// Reads a backup as a restore would, and needs neither a server nor a database.

import { RowSum } from "#control/store/backup/table-lines.ts";
import type { Manifest } from "./manifest.ts";
import type { Place } from "./place.ts";
import { Damaged, openBackup, type OpenedBackup } from "./read-backup.ts";
import type { Opener } from "./seal.ts";

export interface Verified {
  readonly manifest: Manifest;
  /** What is wrong with which file or table; none where all is as it was written. */
  readonly faults: readonly string[];
}

/** Rejects where the key or the manifest does not open. */
export async function verifyBackup(place: Place, id: string, opener: Opener): Promise<Verified> {
  const backup = await openBackup(place, id, opener);
  const { manifest } = backup;
  const faults: string[] = [];
  const sums = new Map(manifest.tables.map(({ name }) => [name, new RowSum()]));
  for (const part of manifest.parts) {
    try {
      const sum = "table" in part.of ? sums.get(part.of.table) : undefined;
      const text = await backup.read(part);
      if (sum !== undefined) for (const line of linesIn(text)) sum.add(line);
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      faults.push(error.message);
    }
  }
  // What a damaged file lacks need not be told twice.
  if (faults.length === 0) faults.push(...wrongSums(backup, sums));
  return { manifest, faults };
}

function wrongSums({ manifest }: OpenedBackup, sums: ReadonlyMap<string, RowSum>): readonly string[] {
  return manifest.tables
    .filter(({ name, rows, sum }) => sums.get(name)?.rows !== rows || sums.get(name)?.text !== sum)
    .map(({ name }) => `the rows of ${name} are not those that were backed up`);
}

export function linesIn(text: Buffer): readonly string[] {
  return text.toString("utf8").split("\n").slice(0, -1);
}
