export interface CarriedSpendTable {
  source: string;
  scope_kind: string;
  scope_id: string;
  period: string;
  nanos: number;
  updated_at: number;
}

export interface CarriedUsageTable {
  source: string;
  /** Epoch ms of the start of the hour. */
  hour: number;
  user_id: string;
  api_key_id: string;
  provider: string;
  model: string;
  requested_model: string;
  status: string;
  /** JSON: what was told of it, in the order of `hourlySums`. */
  sums: string;
  updated_at: number;
}

export interface ImportTables {
  carried_spend: CarriedSpendTable;
  carried_usage: CarriedUsageTable;
}
