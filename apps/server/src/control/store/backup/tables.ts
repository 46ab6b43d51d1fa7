export interface BackupRunsTable {
  id: string;
  /** Of its folder in the place. */
  backup_id: string;
  reason: string;
  state: string;
  /** 1 until it is over: there is one such at a time. */
  is_open: number | null;
  place: string;
  asked_at: number;
  began_at: number | null;
  finished_at: number | null;
  /** When it was deleted to make room. */
  removed_at: number | null;
  row_count: number | null;
  byte_count: number | null;
  error: string | null;
}

export interface BackupTables {
  backup_runs: BackupRunsTable;
}
