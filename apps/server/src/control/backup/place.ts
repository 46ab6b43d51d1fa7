// Where backups are: a folder, or a bucket. Called by control/backup. Invariant: a file is there whole, or not at all.

import type { Secret } from "#domain/secret.ts";

export interface PlacedFile {
  /** From the place on, with `/` between folders. */
  readonly name: string;
  readonly bytes: number;
}

export interface Place {
  /** In messages. */
  readonly shown: string;
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Null: there is none. */
  read(name: string): Promise<Uint8Array | null>;
  /** Those below a folder of it, or below all. */
  list(folder: string): Promise<readonly PlacedFile[]>;
  remove(names: readonly string[]): Promise<void>;
}

/** Plain data, to be posted to a thread. */
export interface PlaceSettings {
  /** A folder, or `s3://bucket/prefix`. */
  readonly to: string;
  /** Where the bucket is. */
  readonly s3Endpoint: string | null;
  readonly s3Region: string;
  readonly s3AccessKeyId: string | null;
  readonly s3SecretAccessKey: Secret | null;
}
