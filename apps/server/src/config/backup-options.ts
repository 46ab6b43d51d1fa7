import type { Secret } from "#domain/secret.ts";

export interface BackupSettings {
  /** A folder, or `s3://bucket/prefix`; null: none is configured. */
  readonly to: string | null;
  readonly passphrase: Secret | null;
  /** Public keys of age: whoever has one of their identities opens. */
  readonly recipients: readonly string[];
  /** From one to the next; null: only when somebody asks for one. */
  readonly everyMs: number | null;
  /** So many are kept. */
  readonly keep: number;
  /** From one piece of the journal that is archived to the next; null: it is not. */
  readonly journalMs: number | null;
  readonly s3Endpoint: string | null;
  readonly s3Region: string;
  readonly s3AccessKeyId: string | null;
  readonly s3SecretAccessKey: Secret | null;
}

export interface BackedUp {
  readonly backup: BackupSettings;
}
