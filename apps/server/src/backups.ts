// What the command line does with backups: on the database and the data directory that are configured, with no server between.

import { readFile } from "node:fs/promises";
import { constants, setPriority } from "node:os";
import { resolve } from "node:path";
import type { Config } from "#config/config.ts";
import { makeBackup, type MadeBackup } from "#control/backup/make-backup.ts";
import { openPlace } from "#control/backup/open-place.ts";
import type { Place } from "#control/backup/place.ts";
import { findBackup, listBackups, type ListedBackup } from "#control/backup/read-backup.ts";
import { restoreBackup, type Restored } from "#control/backup/restore-backup.ts";
import type { Lock, Opener } from "#control/backup/seal.ts";
import { verifyBackup, type Verified } from "#control/backup/verify-backup.ts";
import type { SourceOptions } from "#control/store/backup/backup-source.ts";
import { createLog } from "#telemetry/log.ts";
import { version } from "#version.ts";
import { keepFilesPrivate, makePrivate } from "./private-directory.ts";

export type { MadeBackup } from "#control/backup/make-backup.ts";
export type { ListedBackup } from "#control/backup/read-backup.ts";
export type { Restored } from "#control/backup/restore-backup.ts";
export type { Verified } from "#control/backup/verify-backup.ts";

export interface BackupPlace {
  /** A folder or a bucket; where left out, `backup.to`. */
  readonly from?: string | undefined;
  /** The newest that is whole, where left out. */
  readonly id?: string | undefined;
  /** A file with identities of age, in place of the passphrase. */
  readonly identityFile?: string | undefined;
}

export async function makeBackupNow(config: Config): Promise<MadeBackup> {
  keepFilesPrivate();
  const { to, passphrase, recipients } = config.backup;
  if (to === null) throw new Error("Say where the backup is to go: --to, or backup.to");
  const lock: Lock | null = recipients.length > 0 ? { recipients } : passphrase && { passphrase };
  if (lock === null) throw new Error("Set backup.passphrase or backup.recipients: all secrets are in a backup");
  // A server that answers requests beside it goes first.
  setPriority(constants.priority.PRIORITY_LOW);
  return makeBackup({ database: databaseOf(config), place: { ...config.backup, to }, lock, version, now: Date.now });
}

export async function listBackupsOf(config: Config, { from }: BackupPlace): Promise<readonly ListedBackup[]> {
  return listBackups(await placeOf(config, from));
}

export async function verifyBackupOf(config: Config, given: BackupPlace): Promise<Verified> {
  const place = await placeOf(config, given.from);
  const opener = await openerOf(config, given);
  return verifyBackup(place, (await findBackup(place, given)).id, opener);
}

export interface RestoreGiven extends BackupPlace {
  /** Epoch ms. */
  readonly until?: number | undefined;
}

export async function restoreBackupOf(config: Config, given: RestoreGiven): Promise<Restored> {
  keepFilesPrivate();
  const place = await placeOf(config, given.from);
  const opener = await openerOf(config, given);
  const { id } = await findBackup(place, { id: given.id, before: given.until });
  await makePrivate(config.dataDir);
  return restoreBackup({ database: databaseOf(config), place, id, opener, until: given.until ?? null });
}

function databaseOf({ databaseUrl, dataDir, logLevel }: Config): SourceOptions {
  return { databaseUrl: databaseUrl?.reveal() ?? null, dataDir, log: createLog(logLevel) };
}

async function placeOf({ backup }: Config, from: string | undefined): Promise<Place> {
  const to = from === undefined || from.startsWith("s3://") ? (from ?? backup.to) : resolve(from);
  if (to === null) throw new Error("Say where the backups are: --from, or backup.to");
  return openPlace({ ...backup, to });
}

async function openerOf({ backup }: Config, { identityFile }: BackupPlace): Promise<Opener> {
  if (identityFile !== undefined) return { identities: await readIdentities(identityFile) };
  if (backup.passphrase !== null) return { passphrase: backup.passphrase };
  throw new Error("Say what opens the backup: BACKUP_PASSPHRASE (backup.passphrase), or --identity FILE");
}

async function readIdentities(file: string): Promise<readonly string[]> {
  const lines = (await readFile(file, "utf8")).split("\n").map((line) => line.trim());
  const identities = lines.filter((line) => line.startsWith("AGE-SECRET-KEY-"));
  if (identities.length === 0) throw new Error(`There is no identity of age in ${file}`);
  return identities;
}
