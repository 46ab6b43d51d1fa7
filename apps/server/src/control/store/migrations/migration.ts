/**
 * One step of the schema. Its statements are SQL that both engines understand, run in one transaction, and are never
 * edited once released: their checksum is kept in the database, and a changed one refuses to start.
 */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly statements: readonly string[];
  /** After them, on PostgreSQL only. */
  readonly postgres?: readonly string[];
  /** After them, on SQLite only. */
  readonly sqlite?: readonly string[];
}
