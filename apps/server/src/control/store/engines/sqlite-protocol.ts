// What the server's thread and the SQLite thread say to each other: one answer to each statement, in order.

export interface SqliteThreadOptions {
  readonly file: string;
  readonly busyTimeoutMs: number;
  /** Run on the fresh connection, before any statement. */
  readonly setup: readonly string[];
}

export interface SqliteStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export type SqliteMessage = SqliteStatement | "close";

export type SqliteAnswer =
  | { readonly rows: readonly unknown[]; readonly changes: number | null }
  | { readonly error: { readonly code: string; readonly message: string } }
  | "closed";
