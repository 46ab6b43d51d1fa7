// The tables as they are in both engines: what Kysely checks our queries against.
// Times are epoch ms, money is nano-USD, booleans are 0 or 1, JSON is text.

import type { HourlySums, UsageRow } from "#control/store/usage/usage-row.ts";

export interface UsersTable {
  id: string;
  email: string;
  username: string;
  password_hash: string | null;
  role: string;
  rate_limit: string;
  budget_limit: number | null;
  created_at: number;
  updated_at: number;
}

export interface ApiKeysTable {
  id: string;
  user_id: string;
  name: string;
  public_id: string;
  key_hash: string;
  permissions: string;
  rate_limit: string;
  budget_limit: number | null;
  expires_at: number | null;
  last_used_at: number | null;
  is_active: number;
  created_at: number;
}

export interface ProvidersTable {
  id: string;
  name: string;
  provider_type: string;
  base_url: string | null;
  api_key_enc: string | null;
  enabled: number;
  config: string;
  additions_enc: string | null;
  created_at: number;
  updated_at: number;
}

export interface ModelsTable {
  id: string;
  provider_id: string;
  name: string;
  context_length: number | null;
  input_price: number | null;
  output_price: number | null;
  cached_input_price: number | null;
  further_prices: string | null;
  supports_vision: number | null;
  supports_functions: number | null;
  supports_streaming: number | null;
  origin: string | null;
  listed: string | null;
  created_at: number;
  updated_at: number;
}

export interface AliasesTable {
  id: string;
  name: string;
  strategy: string;
  targets: string;
  created_at: number;
  updated_at: number;
}

export type UsageLogsTable = UsageRow & { request_id: string };

export interface UsageHourlyTable extends HourlySums {
  /** Epoch ms of the start of the hour. */
  hour: number;
  user_id: string;
  api_key_id: string;
  provider_id: string;
  provider: string;
  /** Empty for a model without a row: a key column cannot be null. */
  model_id: string;
  model: string;
  requested_model: string;
  status: string;
  /** As usage/sketch.ts writes them; empty for hours from before there were sketches. */
  latency_sketch: string;
  /** Of streamed answers. */
  ttft_sketch: string;
}

export interface SpendTable {
  scope_kind: string;
  scope_id: string;
  period: string;
  nanos: number;
}

export interface SettingsTable {
  name: string;
  value: string;
  updated_at: number;
}

export interface EndedSessionsTable {
  id: string;
  expires_at: number;
}

export interface StoredObjectsTable {
  id: string;
  user_id: string;
  provider_id: string;
  /** Empty for what has no model. */
  model: string;
  requested_model: string;
  kept_at: number;
}

export interface MigrationsTable {
  number: number;
  name: string;
  checksum: string;
  applied_at: number;
}

export interface Tables {
  users: UsersTable;
  api_keys: ApiKeysTable;
  providers: ProvidersTable;
  models: ModelsTable;
  aliases: AliasesTable;
  usage_logs: UsageLogsTable;
  usage_hourly: UsageHourlyTable;
  spend: SpendTable;
  settings: SettingsTable;
  stored_objects: StoredObjectsTable;
  ended_sessions: EndedSessionsTable;
  schema_migrations: MigrationsTable;
}
