// What the server's thread and the SQLite thread say to each other: one answer to each statement, in order.

import type { Drained } from "#control/store/drained.ts";

export interface SqliteThreadOptions {
  readonly file: string;
  /** How long another process that has locked the file is waited for, while it is opened and then. */
  readonly openingTimeoutMs: number;
  readonly busyTimeoutMs: number;
  /** Run on the fresh connection, before any statement. */
  readonly setup: readonly string[];
}

export interface SqliteStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Lines of the journal, which are read and stored in the thread. */
export interface SqliteDrain {
  readonly lines: Uint8Array<ArrayBuffer>;
}

export type SqliteMessage = SqliteStatement | SqliteDrain | "close";

export interface SqliteResult {
  readonly rows: readonly unknown[];
  readonly changes: number | null;
}

export type SqliteAnswer =
  | SqliteResult
  | { readonly drained: Drained }
  | { readonly error: { readonly code: string; readonly message: string } }
  | "closed";
