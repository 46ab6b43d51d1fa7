// Settings of backups (docs/backup.md).

import { duration, integer, name, optional, secret, textOf, url } from "./kinds.ts";
import type { Kind } from "./kinds.ts";
import { setting } from "./setting.ts";

const place = textOf(
  "folder or bucket",
  /^(?:s3:\/\/[a-z0-9][a-z0-9.-]{1,62}(?:\/[\w!.*'()/-]*)?|(?![a-z][a-z\d+.-]*:\/\/)[^\0]+)$/i,
  "Give a path, or a bucket such as `s3://backups/ghostllm`.",
);

const recipient = /^age1(?:pq1)?[02-9ac-hj-np-z]{50,}$/;

const recipients: Kind<readonly string[]> = {
  name: "public keys of age between commas",
  parse(raw) {
    const given: unknown = typeof raw === "string" ? raw.split(",") : raw;
    const texts = Array.isArray(given) ? given.map((one) => (typeof one === "string" ? one.trim() : "")) : [""];
    const wrong = texts.filter((text) => !recipient.test(text));
    if (wrong.length === 0) return { ok: true, value: texts };
    return {
      ok: false,
      message: "not all of these are public keys of age",
      hint: "Write what `age-keygen` prints as `public key`: it begins with `age1`.",
    };
  },
  show: (value) => (value.length === 0 ? "none" : value.join(", ")),
};

export const backupSettings = {
  backupTo: setting<string | null>({
    path: "backup.to",
    variable: "BACKUP_TO",
    kind: optional(place),
    default: null,
    help: "Where backups go: a folder, from the working directory, or `s3://bucket/prefix`.",
    read: ({ backup }) => backup.to,
  }),
  backupPassphrase: setting({
    path: "backup.passphrase",
    variable: "BACKUP_PASSPHRASE",
    kind: optional(secret),
    default: null,
    advisedLength: 16,
    help: "Seals backups, and opens them. Keep it where the backups are not: without it they are worth nothing.",
    read: ({ backup }) => backup.passphrase,
  }),
  backupRecipients: setting({
    path: "backup.recipients",
    variable: "BACKUP_RECIPIENTS",
    kind: recipients,
    default: [],
    help: "In place of a passphrase: public keys of [age](https://age-encryption.org) for which backups are sealed, so that this server cannot open them. `ghostllm restore --identity FILE` does.",
    read: ({ backup }) => backup.recipients,
  }),
  backupEveryMs: setting<number | null>({
    path: "backup.every",
    variable: "BACKUP_EVERY",
    kind: optional(duration),
    default: null,
    help: "From one backup to the next, such as `24h`. Unset: they are made when somebody asks for one.",
    read: ({ backup }) => backup.everyMs,
  }),
  backupKeep: setting({
    path: "backup.keep",
    variable: "BACKUP_KEEP",
    kind: integer({ min: 1, max: 10_000 }),
    default: 14,
    help: "So many backups are kept where they are made by `backup.every`; older ones are deleted, and what was archived of the journal before them.",
    read: ({ backup }) => backup.keep,
  }),
  backupJournalMs: setting<number | null>({
    path: "backup.journal_every",
    variable: "BACKUP_JOURNAL_EVERY",
    kind: optional(duration),
    default: null,
    help: "Archive the journal there as well, this often, such as `1min`: usage and spend can then be restored up to any moment. Every instance archives its own. Unset: it is not archived.",
    read: ({ backup }) => backup.journalMs,
  }),
  backupS3Endpoint: setting({
    path: "backup.s3_endpoint",
    variable: "BACKUP_S3_ENDPOINT",
    kind: optional(url),
    default: null,
    help: "Where the bucket is, if not at Amazon's own address of its region.",
    read: ({ backup }) => backup.s3Endpoint,
  }),
  backupS3Region: setting({
    path: "backup.s3_region",
    variable: "BACKUP_S3_REGION",
    kind: name,
    default: "us-east-1",
    help: "Region of the bucket.",
    read: ({ backup }) => backup.s3Region,
  }),
  backupS3AccessKeyId: setting({
    path: "backup.s3_access_key_id",
    variable: "BACKUP_S3_ACCESS_KEY_ID",
    kind: optional(name),
    default: null,
    help: "Of whoever may read, list, write and delete in the bucket.",
    read: ({ backup }) => backup.s3AccessKeyId,
  }),
  backupS3SecretAccessKey: setting({
    path: "backup.s3_secret_access_key",
    variable: "BACKUP_S3_SECRET_ACCESS_KEY",
    kind: optional(secret),
    default: null,
    help: "The secret that belongs to it.",
    read: ({ backup }) => backup.s3SecretAccessKey,
  }),
};
