// Restores a backup into an empty database and data directory, and compares what came to be with what was backed up. Called by the
// command line. Invariant: until all has been compared there is no database that a server would take for one.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { SourceOptions } from "#control/store/backup/backup-source.ts";
import { leaseSetting } from "#control/sole-instance.ts";
import { restoreDatabase } from "#control/store/backup/restore-target.ts";
import type { RestoreTarget } from "#control/store/backup/shapes.ts";
import { RowSum } from "#control/store/backup/table-lines.ts";
import { archivedLines, type ArchiveReach } from "./archive-reader.ts";
import { nothingIfMissing } from "./journal-files.ts";
import { LineReplay } from "./line-replay.ts";
import { savedFiles } from "./make-backup.ts";
import type { TableSum } from "./manifest.ts";
import type { Place } from "./place.ts";
import { openBackup, type OpenedBackup } from "./read-backup.ts";
import type { Opener } from "./seal.ts";
import { linesIn } from "./verify-backup.ts";

export interface RestoreOptions {
  readonly database: SourceOptions;
  readonly place: Place;
  readonly id: string;
  readonly opener: Opener;
  /** Epoch ms: requests up to then, as far as the journal was archived. Null: those of the backup alone. */
  readonly until: number | null;
}

export interface Restored {
  readonly id: string;
  readonly tables: readonly TableSum[];
  /** Of the journal and its archive: requests and objects that the database did not have. */
  readonly journalLines: number;
  readonly archivedLines: number;
  /** Set aside in `journal/usage.rejected`. */
  readonly refusedLines: number;
  readonly files: readonly string[];
  readonly reach: readonly ArchiveReach[];
}

const rowsAtOnce = 500;
const rejectedFile = "journal/usage.rejected";

export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { database, place, id, opener } = options;
  const backup = await openBackup(place, id, opener);
  const files = await readFiles(backup);
  await requireNoOthers(database.dataDir, files);
  const { migrations, tables, finishedAt } = backup.manifest;
  const replayed = await restoreDatabase(database, migrations, {
    load: (target) => loadTables(backup, target),
    async complete(store) {
      await store.backups.settleRestored(id, finishedAt, leaseSetting);
      const replay = new LineReplay(store, options.until ?? Infinity);
      const told = await replayAll(options, backup, replay);
      const rejected = files.get(rejectedFile) ?? Buffer.alloc(0);
      files.set(rejectedFile, Buffer.concat([rejected, replay.rejected()]));
      await writeFiles(database.dataDir, files);
      return told;
    },
  });
  const written = [...files].filter(([, content]) => content.length > 0).map(([file]) => file);
  return { id, tables, ...replayed, files: written };
}

async function replayAll(
  { place, opener, until }: RestoreOptions,
  backup: OpenedBackup,
  replay: LineReplay,
): Promise<Pick<Restored, "journalLines" | "archivedLines" | "refusedLines" | "reach">> {
  const { parts, point: since } = backup.manifest;
  for (const part of parts) if ("journal" in part.of) await replay.add(await backup.read(part));
  const journalLines = replay.added;
  const reach = until === null ? [] : await archivedLines({ place, opener, since }, (text) => replay.add(text));
  return { journalLines, archivedLines: replay.added - journalLines, refusedLines: replay.refused, reach };
}

type Files = Map<string, Buffer>;

async function readFiles(backup: OpenedBackup): Promise<Files> {
  const files: Files = new Map();
  for (const part of backup.manifest.parts) {
    if (!("file" in part.of)) continue;
    const { file } = part.of;
    if (savedFiles.some((saved) => saved === file)) files.set(file, await backup.read(part));
  }
  return files;
}

/** Of a server that was here: what it has sealed would open no more. */
async function requireNoOthers(dataDir: string, files: Files): Promise<void> {
  for (const [file, content] of files) {
    const there = await readFile(join(dataDir, ...file.split("/"))).catch(nothingIfMissing);
    if (there !== null && !there.equals(content))
      throw new Error(
        `There is another ${file} in ${dataDir}: a backup is restored into an empty data directory only.`,
      );
  }
}

async function writeFiles(dataDir: string, files: Files): Promise<void> {
  for (const [file, content] of files) {
    const path = join(dataDir, ...file.split("/"));
    if (content.length === 0) continue;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(path, content, { mode: 0o600, flush: true });
  }
}

async function loadTables(backup: OpenedBackup, target: RestoreTarget): Promise<void> {
  const { parts, tables } = backup.manifest;
  const columns = new Map(tables.map((table) => [table.name, table.columns]));
  for (const part of parts) {
    if (!("table" in part.of)) continue;
    const { table } = part.of;
    const lines = linesIn(await backup.read(part));
    for (let at = 0; at < lines.length; at += rowsAtOnce)
      await target.load(table, columns.get(table) ?? [], lines.slice(at, at + rowsAtOnce));
  }
  await compare(tables, target);
}

/** Read back from the database, each row as it is there now. */
async function compare(tables: readonly TableSum[], target: RestoreTarget): Promise<void> {
  const source = await target.source();
  const shapes = new Map(source.tables.map((table) => [table.name, table]));
  for (const { name, rows, sum } of tables) {
    const shape = shapes.get(name);
    const found = new RowSum();
    if (shape !== undefined) for await (const lines of source.lines(shape)) for (const line of lines) found.add(line);
    if (found.rows !== rows || found.text !== sum)
      throw new Error(`The table ${name} is not as it was backed up: ${found.rows} of ${rows} rows, or others`);
  }
}
