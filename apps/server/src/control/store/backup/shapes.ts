// What a backup is made of and restored into, whichever engine that is.

import { restoreMark } from "./requires-restored.ts";

export interface TableShape {
  readonly name: string;
  /** In the order of their names. */
  readonly columns: readonly string[];
}

export interface AppliedMigration {
  readonly number: number;
  readonly checksum: string;
}

export interface BackupSource {
  readonly engine: "sqlite" | "postgres";
  /** Those that have been applied, in order. */
  readonly migrations: readonly AppliedMigration[];
  readonly tables: readonly TableShape[];
  /** Some rows at a time. */
  lines(table: TableShape): AsyncIterable<readonly string[]>;
}

/** What is written to while a restore goes on. */
export interface RestoreTarget {
  /** Rows of one table after the other; each line has the cells of `columns`, in their order. */
  load(table: string, columns: readonly string[], lines: readonly string[]): Promise<void>;
  /** What has been written, to be compared before it counts. */
  source(): Promise<BackupSource>;
}

/** What processes say of themselves while they run, and marks that mean something to one database alone; migrations are run anew. */
const leftOut: ReadonlySet<string> = new Set([
  ...["leases", "instances", "snapshot_changes", "snapshot_changes_forgotten", "schema_migrations"],
  restoreMark,
]);

export const isBackedUp = (table: string): boolean => !leftOut.has(table);
