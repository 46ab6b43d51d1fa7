// The tables as they are in both engines: what Kysely checks our queries against.
// Times are epoch ms, money is nano-USD, booleans are 0 or 1, JSON is text.

import type { Generated } from "kysely";

export interface UsersTable {
  id: string;
  email: string;
  username: string;
  password_hash: string | null;
  role: string;
  rate_limit: string;
  budget_limit: number | null;
  current_spend: Generated<number>;
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
  current_spend: Generated<number>;
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

export interface UsageLogsTable {
  id: string;
  created_at: number;
  user_id: string;
  api_key_id: string;
  model_id: string | null;
  /** Empty where no vendor was asked. */
  provider_id: string;
  provider: string;
  model: string;
  requested_model: string;
  operation: string;
  streamed: number;
  status: string;
  http_status: number;
  error_code: string | null;
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  cached_tokens: number;
  reasoning_tokens: number;
  cache_write_tokens: number;
  cache_write_hour_tokens: number;
  audio_prompt_tokens: number;
  audio_completion_tokens: number;
  image_prompt_tokens: number;
  image_completion_tokens: number;
  cached_audio_tokens: number;
  service_class: string | null;
  geography: string | null;
  web_searches: number;
  file_searches: number;
  estimated: number;
  usage_bounded: number;
  unanswered_attempts: number;
  unanswered_tokens: number;
  unanswered_cost: number | null;
  cost: number | null;
  price_version: string | null;
  latency_ms: number;
  ttft_ms: number | null;
  attempts: number;
  request_id: string;
  ip_address: string | null;
  user_agent: string | null;
}

export interface UsageHourlyTable {
  /** Epoch ms of the start of the hour. */
  hour: number;
  user_id: string;
  api_key_id: string;
  provider_id: string;
  provider: string;
  /** Empty for a model without a row: a key column cannot be null. */
  model_id: string;
  model: string;
  requests: number;
  errors: number;
  prompt_tokens: number;
  completion_tokens: number;
  cached_tokens: number;
  reasoning_tokens: number;
  cost: number;
  unpriced_requests: number;
}

export interface SettingsTable {
  name: string;
  value: string;
  updated_at: number;
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
  settings: SettingsTable;
  stored_objects: StoredObjectsTable;
  schema_migrations: MigrationsTable;
}
