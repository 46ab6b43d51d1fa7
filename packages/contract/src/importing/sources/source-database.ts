import type { Fields } from "#importing/fields.ts";

/** Tables of another gateway, read and never written. */
export interface SourceDatabase {
  /** All rows of a table; none where there is no such table. */
  rows(table: string): Promise<readonly Fields[]>;
  /** For sums that are better made there. None where its table is missing. */
  query(table: string, text: string): Promise<readonly Fields[]>;
  hasColumn(table: string, column: string): Promise<boolean>;
  readonly engine: "postgres" | "sqlite";
  close(): Promise<void>;
}
