// Makes a backup of a database and its data directory, whether or not a server works with them. Called by the command line and by
// backup-thread.ts. Invariant: all that was answered before it began is in it, each request once; its manifest is written last.

import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readDatabase, type SourceOptions } from "#control/store/backup/backup-source.ts";
import type { BackupSource } from "#control/store/backup/shapes.ts";
import { RowSum } from "#control/store/backup/table-lines.ts";
import { nothingIfMissing, readJournal } from "./journal-files.ts";
import { backupsFolder, keyFile, manifestFile, manifestFormat, writeManifest } from "./manifest.ts";
import type { Manifest, TableSum } from "./manifest.ts";
import { LinesWriter, PartWriter } from "./part-writer.ts";
import { openPlace } from "./open-place.ts";
import type { PlaceSettings } from "./place.ts";
import { createSealer, type Lock } from "./seal.ts";

export interface BackupOptions {
  readonly database: SourceOptions;
  readonly place: PlaceSettings;
  /** Of newBackupId. */
  readonly id?: string;
  readonly lock: Lock;
  /** Of GhostLLM. */
  readonly version: string;
  /** Epoch ms. */
  readonly now: () => number;
}

export interface MadeBackup {
  readonly id: string;
  /** Of the place. */
  readonly shown: string;
  /** Epoch ms. */
  readonly point: number;
  readonly finishedAt: number;
  readonly rows: number;
  readonly journalLines: number;
  readonly parts: number;
  readonly bytes: number;
}

/**
 * What the server has made there itself and nobody has otherwise; and lines that the database refuses. What is configured is kept by
 * whoever configures it. A data directory's `installation.id` is its own.
 */
export const savedFiles = ["encryption.key", "admin.key", "journal/usage.rejected"] as const;

export async function makeBackup(options: BackupOptions): Promise<MadeBackup> {
  const { database, lock, version, now } = options;
  const point = now();
  const place = await openPlace(options.place);
  const sealer = await createSealer(lock);
  const { id = newBackupId(point) } = options;
  const folder = `${backupsFolder}/${id}`;
  await place.write(`${folder}/${keyFile}`, sealer.key);
  const writer = new PartWriter({ place, folder, sealer });
  await writeFiles(writer, database.dataDir);
  // Before the database is looked at: a line that is stored in between is in both, and is stored once.
  const journalLines = await writeJournal(writer, database.dataDir);
  const read = await readDatabase(database, async (source) => ({
    ...{ engine: source.engine, migrations: [...source.migrations] },
    tables: await writeTables(writer, source),
  }));
  const parts = [...(await writer.end())];
  const finishedAt = now();
  const manifest: Manifest = {
    ...{ format: manifestFormat, id, version, ...read, point, finishedAt },
    ...{ journal: { lines: journalLines }, parts },
  };
  const sealed = await sealer.seal(writeManifest(manifest));
  await place.write(`${folder}/${manifestFile}`, sealed);
  const bytes = parts.reduce((sum, part) => sum + part.bytes, sealed.length + sealer.key.length);
  const rows = read.tables.reduce((sum, table) => sum + table.rows, 0);
  return { id, shown: place.shown, point, finishedAt, rows, journalLines, parts: parts.length, bytes };
}

/** Names sort by time, and two of one second differ. */
export function newBackupId(at: number): string {
  const time = new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  return `${time}-${randomBytes(3).toString("hex")}`;
}

async function writeFiles(writer: PartWriter, dataDir: string): Promise<void> {
  for (const file of savedFiles) {
    const content = await readFile(join(dataDir, ...file.split("/"))).catch(nothingIfMissing);
    if (content !== null) await writer.write({ file }, 1, content);
  }
}

async function writeJournal(writer: PartWriter, dataDir: string): Promise<number> {
  const lines = new LinesWriter(writer, { journal: true });
  let count = 0;
  for await (const piece of readJournal(dataDir)) {
    await lines.add(piece.text, piece.lines);
    count += piece.lines;
  }
  await lines.end();
  return count;
}

async function writeTables(writer: PartWriter, source: BackupSource): Promise<TableSum[]> {
  const tables: TableSum[] = [];
  for (const table of source.tables) {
    const lines = new LinesWriter(writer, { table: table.name });
    const sum = new RowSum();
    for await (const batch of source.lines(table)) {
      for (const line of batch) sum.add(line);
      await lines.add(Buffer.from(`${batch.join("\n")}\n`), batch.length);
    }
    await lines.end();
    tables.push({ name: table.name, columns: [...table.columns], rows: sum.rows, sum: sum.text });
  }
  return tables;
}
