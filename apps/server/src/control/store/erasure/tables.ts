export interface ErasuresTable {
  user_id: string;
  started_at: number;
  finished_at: number | null;
  /** What is looked for, as JSON; null when it was found everywhere. */
  subject: string | null;
  /** How far that has come, as JSON. */
  progress: string;
}

export interface ErasureTables {
  erasures: ErasuresTable;
}
