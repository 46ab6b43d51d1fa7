// Backups of the database and the data directory of this directory's configuration. They work on these directly: a server may run
// meanwhile, or none, except where a backup is restored.

import type { ListedBackup, MadeBackup, Restored, Verified } from "@ghostllm/server/backups";
import type { Command } from "commander";
import type { ContextOf } from "#context.ts";
import { CliError, exitCodes } from "#exit-codes.ts";
import { inspectConfiguration } from "#local-configuration.ts";
import type { Columns } from "#output.ts";

interface FromOptions {
  readonly from?: string;
  readonly backup?: string;
  readonly identity?: string;
  readonly until?: number;
}

export function addBackupCommands(program: Command, contextOf: ContextOf): void {
  program
    .command("backup")
    .description("back up the database, the journal and key files, whether or not a server runs")
    .option("--to <place>", "a folder, or s3://bucket/prefix (BACKUP_TO, backup.to)")
    .action(async ({ to }: { readonly to?: string }, command: Command) => {
      const { config } = await inspectConfiguration({ BACKUP_TO: to });
      const { makeBackupNow } = await import("@ghostllm/server/backups");
      const made = await makeBackupNow(config);
      contextOf(command).output.show(toJson(made), saidOfMade(made));
    });
  addBackups(program, contextOf);
  addVerify(program, contextOf);
  addRestore(program, contextOf);
}

function addBackups(program: Command, contextOf: ContextOf): void {
  program
    .command("backups")
    .description("list the backups that there are")
    .option("--from <place>", "where they are (BACKUP_TO, backup.to)")
    .action(async ({ from }: FromOptions, command: Command) => {
      const { config } = await inspectConfiguration();
      const { listBackupsOf } = await import("@ghostllm/server/backups");
      const listed = (await listBackupsOf(config, { from })).map((one) => ({
        ...{ id: one.id, made_at: new Date(one.madeAt).toISOString(), bytes: one.bytes },
        ...{ files: one.files, is_whole: one.isWhole },
      }));
      contextOf(command).output.table(listed, columns, "There are no backups.");
    });
}

const columns: Columns<{
  id: string;
  made_at: string;
  bytes: number;
  files: ListedBackup["files"];
  is_whole: boolean;
}> = {
  id: ({ id }) => id,
  "made at": ({ made_at: madeAt }) => madeAt,
  files: ({ files }) => String(files),
  bytes: ({ bytes }) => String(bytes),
  whole: ({ is_whole: isWhole }) => (isWhole ? "yes" : "no"),
};

function addVerify(program: Command, contextOf: ContextOf): void {
  program
    .command("verify")
    .description("read a backup as a restore would, without a server: is every file as it was written?")
    .option("--from <place>", "where it is (BACKUP_TO, backup.to)")
    .option("--backup <id>", "which one; the newest that is whole where left out")
    .option("--identity <file>", "identities of age that open it, in place of BACKUP_PASSPHRASE")
    .action(async ({ from, backup: id, identity: identityFile }: FromOptions, command: Command) => {
      const { config } = await inspectConfiguration();
      const { verifyBackupOf } = await import("@ghostllm/server/backups");
      const verified = await verifyBackupOf(config, { from, id, identityFile });
      const { faults, manifest } = verified;
      contextOf(command).output.show(
        { id: manifest.id, is_whole: faults.length === 0, faults },
        saidOfVerified(verified),
      );
      if (faults.length > 0)
        throw new CliError("backup_damaged", `The backup ${manifest.id} is damaged`, exitCodes.failure);
    });
}

function addRestore(program: Command, contextOf: ContextOf): void {
  program
    .command("restore")
    .description("restore a backup into an empty database and data directory, and compare every table")
    .option("--from <place>", "where it is (BACKUP_TO, backup.to)")
    .option("--backup <id>", "which one; the newest that is whole where left out")
    .option(
      "--until <time>",
      "with the requests up to then, of the archived journal; such as 2026-12-01T09:30:00Z",
      parseTime,
    )
    .option("--identity <file>", "identities of age that open it, in place of BACKUP_PASSPHRASE")
    .action(async ({ from, backup: id, identity: identityFile, until }: FromOptions, command: Command) => {
      const { config } = await inspectConfiguration();
      const { restoreBackupOf } = await import("@ghostllm/server/backups");
      const restored = await restoreBackupOf(config, { from, id, identityFile, until });
      contextOf(command).output.show(toRestoredJson(restored), saidOfRestored(restored, until));
    });
}

function parseTime(text: string): number {
  const time = Date.parse(text);
  if (/^\d{4}-/.test(text) && Number.isFinite(time)) return time;
  throw new CliError("invalid_argument", `${text} is no time: write it like 2026-12-01T09:30:00Z`, exitCodes.usage);
}

function toJson({ id, shown, point, finishedAt, rows, journalLines, parts, bytes }: MadeBackup): object {
  const [at, finished] = [point, finishedAt].map((time) => new Date(time).toISOString());
  return { id, to: shown, point: at, finished_at: finished, rows, journal_lines: journalLines, parts, bytes };
}

function saidOfMade({ id, shown, rows, journalLines, bytes, point, finishedAt }: MadeBackup): readonly string[] {
  return [
    `Made ${id} in ${shown}: ${rows} rows, ${journalLines} lines of the journal, ${bytes} bytes, in ${((finishedAt - point) / 1000).toFixed(1)} s.`,
    "`ghostllm verify` reads it as a restore would.",
  ];
}

function saidOfVerified({ manifest, faults }: Verified): readonly string[] {
  const { id, tables, parts, journal, version } = manifest;
  if (faults.length > 0) return [`${id} is damaged:`, ...faults.map((fault) => `  ${fault}`)];
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return [
    `${id} is whole: ${parts.length} parts, ${rows} rows of ${tables.length} tables, ${journal.lines} lines of the journal; of version ${version}.`,
  ];
}

function toRestoredJson({ id, tables, journalLines, archivedLines, refusedLines, files, reach }: Restored): object {
  return {
    ...{ id, tables: tables.map(({ name, rows }) => ({ name, rows })) },
    ...{ journal_records: journalLines, archived_records: archivedLines, refused_lines: refusedLines, files },
    archives: reach.map(({ installation, upTo, pieces, missing }) => ({
      ...{ installation, up_to: new Date(upTo).toISOString(), pieces, missing },
    })),
  };
}

function saidOfRestored(restored: Restored, until: number | undefined): readonly string[] {
  const { id, tables, journalLines, archivedLines, refusedLines, files, reach } = restored;
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return [
    `Restored ${id}: ${rows} rows of ${tables.length} tables, each table compared with what was backed up; ${journalLines} requests of the journal that were not stored yet.`,
    ...(until === undefined
      ? []
      : [`${archivedLines} requests of the archived journal, up to ${new Date(until).toISOString()}.`]),
    ...(until !== undefined && reach.length === 0
      ? ["No archive of the journal was found from after the backup."]
      : []),
    ...reach.flatMap(({ installation, upTo, missing }) => [
      ...(until !== undefined && upTo < until
        ? [
            `The archive of installation ${installation} ends at ${new Date(upTo).toISOString()}: what it answered later is not in it.`,
          ]
        : []),
      ...(missing.length > 0 ? [`Pieces ${missing.join(", ")} of installation ${installation} are missing.`] : []),
    ]),
    ...(refusedLines === 0 ? [] : [`${refusedLines} lines could not be stored: they are in journal/usage.rejected.`]),
    ...(files.length === 0 ? [] : [`Files: ${files.join(", ")}.`]),
    "Start it with `ghostllm serve`.",
  ];
}
