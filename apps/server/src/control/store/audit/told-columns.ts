// What the audit log tells of each column of what operators change. A column that is not here does not compile; what is secret is
// never told, only that it has changed.

import { formatUsd } from "@ghostllm/contract";
import type { OrganisationsTable, TeamsTable } from "#control/store/team-tables.ts";
import type { AliasesTable } from "#control/store/alias-tables.ts";
import type {
  ApiKeysTable,
  ModelsTable,
  ProvidersTable,
  UsersTable,
  ViewsTable,
  WebhooksTable,
} from "#control/store/tables.ts";
import type { ChatSessionsTable } from "#control/store/chats/tables.ts";
import type { ConsentPoliciesTable } from "#control/store/consents/tables.ts";
import type { GuardrailsTable } from "#control/store/guardrails/tables.ts";
import type { ReportsTable } from "#control/store/reports/tables.ts";
import type { PasskeysTable, SignInMethodsTable } from "#control/store/sign-in/tables.ts";
import type { JsonValue } from "#domain/audit.ts";

export interface AuditedTables {
  reports: ReportsTable;
  users: UsersTable;
  organisations: OrganisationsTable;
  teams: TeamsTable;
  sign_in_methods: SignInMethodsTable;
  passkeys: PasskeysTable;
  api_keys: ApiKeysTable;
  providers: ProvidersTable;
  models: ModelsTable;
  aliases: AliasesTable;
  views: ViewsTable;
  chat_sessions: ChatSessionsTable;
  webhooks: WebhooksTable;
  consent_policies: ConsentPoliciesTable;
  guardrails: GuardrailsTable;
}

export type AuditedTable = keyof AuditedTables;
type Value = string | number | null;

export interface ToldColumn {
  /** As the admin API calls it; absent: as the column. */
  readonly field?: string;
  readonly tell: (value: Value) => JsonValue;
  /** Nobody but its owner sees it, where the row is private. */
  readonly isPrivate?: true;
}

export interface ToldTable<Row> {
  /** Of one of its rows. */
  readonly kind: string;
  readonly nameOf: (row: Row) => string;
  /** Several rows that come or go at once are told as one entry, with their names. */
  readonly isToldTogether?: true;
  readonly isPrivate?: (row: Row) => boolean;
  /** Null: not told, since nobody changes it or it follows from something else. */
  readonly columns: { readonly [Column in keyof Row]-?: ToldColumn | null };
}

const orNull =
  (tell: (value: string | number) => JsonValue) =>
  (value: Value): JsonValue =>
    value === null ? null : tell(value);

const plain: ToldColumn = { tell: (value) => value };
const flag: ToldColumn = { tell: orNull((value) => value === 1) };
const json = (field: string): ToldColumn => ({ field, tell: orNull((text) => inApiWords(JSON.parse(String(text)))) });
const asIs = (field: string): ToldColumn => ({ field, tell: orNull((text) => JSON.parse(String(text)) as JsonValue) });
const minutes = (field: string): ToldColumn => ({ field, tell: orNull((ms) => Number(ms) / 60_000) });
const usd = (field: string): ToldColumn => ({ field, tell: orNull((nanos) => formatUsd(Number(nanos))) });
const time: ToldColumn = { tell: orNull((epochMs) => new Date(Number(epochMs)).toISOString()) };
const words = (field: string): ToldColumn => ({
  field,
  tell: orNull((text) =>
    String(text)
      .split(" ")
      .filter((word) => word !== ""),
  ),
});
const secret = (field: string): ToldColumn => ({ field, tell: orNull(() => "[secret]") });
const hidden = (column: ToldColumn): ToldColumn => ({ ...column, isPrivate: true });
const moments = { created_at: null, updated_at: null };

export const toldTables: { readonly [Table in AuditedTable]: ToldTable<AuditedTables[Table]> } = {
  users: {
    kind: "user",
    nameOf: ({ email }) => email,
    columns: {
      ...{
        id: null,
        kind: plain,
        team_id: plain,
        email: plain,
        username: plain,
        password_hash: secret("password"),
        role: plain,
      },
      ...{
        rate_limit: json("limits"),
        budget_limit: usd("budget_usd"),
        budgets: json("budgets"),
        privacy: json("privacy"),
        is_active: flag,
        ...moments,
      },
    },
  },
  organisations: {
    kind: "organisation",
    nameOf: ({ name }) => name,
    columns: {
      id: null,
      name: plain,
      rate_limit: json("limits"),
      budget_limit: usd("budget_usd"),
      budgets: json("budgets"),
      privacy: json("privacy"),
      ...moments,
    },
  },
  teams: {
    kind: "team",
    nameOf: ({ name }) => name,
    columns: {
      ...{ id: null, organisation_id: plain, name: plain, models: asIs("models"), members_make_keys: flag },
      ...{
        rate_limit: json("limits"),
        budget_limit: usd("budget_usd"),
        budgets: json("budgets"),
        ...{ privacy: json("privacy"), store_prompts: plain },
        ...moments,
      },
    },
  },
  sign_in_methods: {
    kind: "sign_in_method",
    nameOf: ({ label }) => label,
    columns: {
      ...{ id: null, label: plain, issuer: plain, client_id: plain, client_secret_enc: secret("client_secret") },
      ...{ scopes: asIs("scopes"), claims: asIs("claims"), trusts_email: flag },
      ...{ provision_domains: asIs("provision_domains"), group_roles: asIs("group_roles") },
      group_teams: asIs("group_teams"),
      ...{ default_role: plain, is_active: flag, ...moments },
    },
  },
  passkeys: {
    kind: "passkey",
    nameOf: ({ name }) => name,
    columns: {
      ...{ id: null, user_id: plain, name: plain, rp_id: plain, is_synced: { ...flag, field: "synced" } },
      ...{ credential_id: null, public_key: null, transports: null, counter: null },
      ...{ created_at: null, last_used_at: null },
    },
  },
  api_keys: {
    kind: "key",
    nameOf: ({ name }) => name,
    columns: {
      ...{ id: null, user_id: plain, team_id: plain, name: plain, public_id: plain, key_hash: secret("key") },
      ...{
        permissions: json("permissions"),
        rate_limit: json("limits"),
        budget_limit: usd("budget_usd"),
        budgets: json("budgets"),
        ...{ privacy: json("privacy"), store_prompts: plain },
      },
      ...{ expires_at: time, last_used_at: null, is_active: flag, created_at: null, tags: asIs("tags") },
      ...{ previous_key_hash: null, previous_public_id: plain, previous_until: time },
    },
  },
  providers: {
    kind: "provider",
    nameOf: ({ name }) => name,
    columns: {
      ...{ id: null, name: plain, provider_type: plain, base_url: plain, api_key_enc: secret("api_key") },
      ...{ enabled: flag, config: asIs("settings"), additions_enc: secret("headers, query and body") },
      ...{ rate_limit: json("limits"), budgets: json("budgets"), ...moments },
    },
  },
  models: {
    kind: "model",
    nameOf: ({ name }) => name,
    isToldTogether: true,
    columns: {
      ...{ id: null, provider_id: plain, name: plain, context_length: plain },
      ...{ input_price: usd("input_price_usd"), output_price: usd("output_price_usd") },
      ...{ cached_input_price: usd("cached_input_price_usd"), further_prices: json("further_prices_nano_usd") },
      ...{ supports_vision: flag, supports_functions: flag, supports_streaming: flag },
      ...{ origin: plain, listed: null, rate_limit: json("limits"), ...moments },
      ...{ quality: plain, auto: flag },
    },
  },
  aliases: {
    kind: "alias",
    nameOf: ({ name }) => name,
    columns: {
      ...{ id: null, team_id: plain, name: plain, strategy: plain, targets: json("targets") },
      ...{ policy: json("policy"), cache: json("cache") },
      ...{ rate_limit: json("limits"), budgets: json("budgets"), ...moments },
    },
  },
  views: {
    kind: "view",
    nameOf: ({ name }) => name,
    isPrivate: ({ is_shared: isShared }) => isShared === 0,
    columns: {
      ...{ id: null, user_id: plain, page: plain, name: hidden(plain), search: hidden(asIs("search")) },
      ...{ is_shared: flag, ...moments },
    },
  },
  // What somebody has asked is in no log.
  chat_sessions: {
    kind: "chat_session",
    nameOf: () => "",
    columns: {
      ...{ id: null, user_id: plain, api_key_id: plain, team_id: plain, title: secret("title"), archived: flag },
      ...{ content_key_id: null, model_id: null, dialect: null, busy_request: null, busy_until: null, ...moments },
    },
  },
  reports: {
    kind: "report",
    nameOf: ({ name }) => name,
    columns: {
      ...{ id: null, user_id: plain, name: plain, schedule: json("schedule"), content: json("content") },
      ...{ webhook_id: plain, recipients: asIs("recipients"), is_active: flag, next_at: null, ...moments },
    },
  },
  webhooks: {
    kind: "webhook",
    nameOf: ({ name }) => name,
    columns: {
      ...{ id: null, name: plain, url: plain, event_names: words("types"), secret_enc: secret("secret") },
      ...{ is_active: flag, inactive_reason: plain, failing_since: null, told: null, ...moments },
    },
  },
  consent_policies: {
    kind: "consent_policy",
    nameOf: ({ name }) => name,
    columns: {
      ...{ id: null, name: plain, key_id: plain, user_id: plain, team_id: plain, conditions: json("conditions") },
      ...{ valid_ms: minutes("valid_minutes"), is_active: flag, ...moments },
    },
  },
  guardrails: {
    kind: "guardrail",
    nameOf: ({ name }) => name,
    columns: {
      ...{ id: null, name: plain, key_id: plain, user_id: plain, team_id: plain, models: asIs("models") },
      ...{ stage: plain, check_settings: json("check"), secret_enc: secret("secret"), action: plain },
      ...{ replacement: plain, on_failure: plain, deadline_ms: plain, is_active: flag, ...moments },
    },
  },
};

/** What the store calls `requestsPerMinute` is `requests_per_minute` to callers. */
function inApiWords(value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(inApiWords);
  const inWords = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [inWords(name), inApiWords(part)]));
}
