// The tables as they are in both engines: what Kysely checks our queries against.
// Times are epoch ms, money is nano-USD, booleans are 0 or 1, JSON is text.

import type { AliasesTable } from "./alias-tables.ts";
import type { InstanceTables } from "./instance-tables.ts";
import type { OrganisationsTable, RolesTable, TeamMembersTable, TeamsTable } from "./team-tables.ts";
import type { BackupTables } from "#control/store/backup/tables.ts";
import type { AuditTables } from "#control/store/audit/tables.ts";
import type { ChatTables } from "#control/store/chats/tables.ts";
import type { GuardrailTables } from "#control/store/guardrails/tables.ts";
import type { ConsentTables } from "#control/store/consents/tables.ts";
import type { DeclaredTables } from "#control/store/declared/tables.ts";
import type { DirectoryTables } from "#control/store/directory/tables.ts";
import type { ContentTables } from "#control/store/contents/tables.ts";
import type { CertificateTables } from "#control/store/certificates/tables.ts";
import type { ReportTables } from "#control/store/reports/tables.ts";
import type { ErasureTables } from "#control/store/erasure/tables.ts";
import type { SnapshotTables } from "#control/store/snapshot/tables.ts";
import type { SignInTables } from "#control/store/sign-in/tables.ts";
import type { ImportTables } from "#control/store/imports/tables.ts";
import type { HourlySums, UsageRow } from "#control/store/usage/usage-row.ts";

export interface UsersTable {
  id: string;
  email: string;
  username: string;
  password_hash: string | null;
  role: string;
  rate_limit: string;
  budget_limit: number | null;
  is_active: number;
  budgets: string;
  privacy: string | null;
  kind: string;
  team_id: string | null;
  created_at: number;
  updated_at: number;
}

export interface ApiKeysTable {
  id: string;
  user_id: string;
  team_id: string | null;
  name: string;
  public_id: string;
  key_hash: string;
  permissions: string;
  rate_limit: string;
  budget_limit: number | null;
  budgets: string;
  privacy: string | null;
  store_prompts: string | null;
  expires_at: number | null;
  last_used_at: number | null;
  is_active: number;
  created_at: number;
  tags: string;
  /** Of the secret before the last rotation, as long as it works. */
  previous_key_hash: string | null;
  previous_public_id: string | null;
  previous_until: number | null;
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
  /** JSON, as of keys: what it is held to, whoever asks. */
  rate_limit: string;
  budgets: string;
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
  quality: number | null;
  auto: number | null;
  rate_limit: string | null;
  created_at: number;
  updated_at: number;
}

export type UsageLogsTable = UsageRow & { request_id: string };

export interface UsageHourlyTable extends HourlySums {
  /** Epoch ms of the start of the hour. */
  hour: number;
  user_id: string;
  api_key_id: string;
  /** Of the key, so that it is no part of what tells rows apart. */
  team_id: string | null;
  organisation_id: string | null;
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

export interface StoredObjectsTable {
  id: string;
  user_id: string;
  provider_id: string;
  /** Empty for what has no model. */
  model: string;
  requested_model: string;
  kept_at: number;
}

export interface ViewsTable {
  id: string;
  /** Null where the user has been removed. */
  user_id: string | null;
  page: string;
  name: string;
  search: string;
  is_shared: number;
  created_at: number;
  updated_at: number;
}

export interface OutboxTable {
  sequence: number;
  id: string;
  name: string;
  happened_at: number;
  stored_at: number;
  subject: string;
  partition_key: string;
  user_id: string | null;
  data: string;
}

export interface OutboxHeadTable {
  name: string;
  last: number;
}

export interface EventSinksTable {
  name: string;
  event_names: string;
  told: number;
  wanted_until: number | null;
}

export interface WebhooksTable {
  id: string;
  name: string;
  url: string;
  event_names: string;
  secret_enc: string;
  is_active: number;
  inactive_reason: string | null;
  failing_since: number | null;
  told: number;
  created_at: number;
  updated_at: number;
}

export interface WebhookDeliveriesTable {
  id: string;
  webhook_id: string;
  sequence: number;
  event_id: string;
  event_name: string;
  partition_key: string;
  event: string;
  state: string;
  attempts: number;
  next_at: number;
  last_status: number | null;
  last_error: string | null;
  created_at: number;
  settled_at: number | null;
}

export interface IdempotencyKeysTable {
  key_hash: string;
  caller: string;
  token: string;
  instance: string;
  key_enc: string;
  fingerprint: string;
  answer: string | null;
  created_at: number;
  claimed_at: number;
}

export interface ObjectVersionsTable {
  kind: string;
  id: string;
  version: string;
}

export interface UsageDaysProgressTable {
  /** Of the one row. */
  id: number;
  up_to: number;
}

export interface MigrationsTable {
  number: number;
  name: string;
  checksum: string;
  applied_at: number;
}

type PartsOfTables = BackupTables &
  InstanceTables &
  SignInTables &
  DirectoryTables &
  AuditTables &
  ErasureTables &
  ConsentTables &
  ReportTables;

export interface Tables
  extends
    PartsOfTables,
    ContentTables,
    ChatTables,
    SnapshotTables,
    GuardrailTables,
    ImportTables,
    CertificateTables,
    DeclaredTables {
  users: UsersTable;
  roles: RolesTable;
  organisations: OrganisationsTable;
  teams: TeamsTable;
  team_members: TeamMembersTable;
  api_keys: ApiKeysTable;
  providers: ProvidersTable;
  models: ModelsTable;
  aliases: AliasesTable;
  usage_logs: UsageLogsTable;
  usage_hourly: UsageHourlyTable;
  usage_days_progress: UsageDaysProgressTable;
  spend: SpendTable;
  settings: SettingsTable;
  stored_objects: StoredObjectsTable;
  views: ViewsTable;
  outbox: OutboxTable;
  outbox_head: OutboxHeadTable;
  event_sinks: EventSinksTable;
  webhooks: WebhooksTable;
  webhook_deliveries: WebhookDeliveriesTable;
  idempotency_keys: IdempotencyKeysTable;
  object_versions: ObjectVersionsTable;
  schema_migrations: MigrationsTable;
}
