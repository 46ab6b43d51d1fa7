export interface ReportsTable {
  id: string;
  user_id: string;
  name: string;
  schedule: string;
  content: string;
  webhook_id: string | null;
  recipients: string;
  is_active: number;
  /** When the next one is due. */
  next_at: number;
  created_at: number;
  updated_at: number;
}

export interface ReportRunsTable {
  id: string;
  report_id: string;
  due_at: number;
  /** Due times before this one that nobody was there for. */
  missed: number;
  state: string;
  attempts: number;
  /** Of the next attempt. */
  next_at: number;
  /** Recipients who have it already, as JSON. */
  told: string;
  row_count: number | null;
  error: string | null;
  finished_at: number | null;
}

export interface ReportTables {
  reports: ReportsTable;
  report_runs: ReportRunsTable;
}
