// What each table holds about people: how it is found, what of it is handed out, and what becomes of it at an erasure. A table that is not
// here does not compile.

import { sql, type RawBuilder } from "kysely";
import type { Tables } from "#control/store/tables.ts";

export interface PersonalTable<Row> {
  /** Of its rows, where somebody is handed what is stored about him. */
  readonly kind: string;
  readonly isOf: (userId: string) => RawBuilder<boolean>;
  /** What tells its rows apart, in the order in which they are read. */
  readonly order: readonly (keyof Row & string)[];
  /** Its rows are large: so many are read at a time. */
  readonly rowsAtOnce?: number;
  /** Handed out to nobody. */
  readonly secret?: readonly (keyof Row & string)[];
  /**
   * `removed`: gone with him. `kept`: books, which know him by an id that nothing leads to any more. `redacted`: looked through for
   * what tells of him, which is taken out (look-through.ts).
   */
  readonly erasure: "removed" | "kept" | "redacted";
}

type PersonalTables = { readonly [Name in keyof Tables]: PersonalTable<Tables[Name]> | null };

const isUsers = (userId: string): RawBuilder<boolean> => sql`user_id = ${userId}`;
const isOfSessions = (userId: string): RawBuilder<boolean> =>
  sql`session_id in (select id from sessions where user_id = ${userId})`;
const keysOf = (userId: string): RawBuilder<unknown> => sql`(select id from api_keys where user_id = ${userId})`;

/** In the order in which rows are removed: what refers to others first. */
export const personalTables: PersonalTables = {
  session_grants: {
    ...{ kind: "session_grant", isOf: isOfSessions, order: ["session_id"], erasure: "removed" },
    secret: ["id_token_enc", "refresh_token_enc"],
  },
  sessions: { kind: "session", isOf: isUsers, order: ["id"], erasure: "removed" },
  user_identities: { kind: "identity", isOf: isUsers, order: ["issuer", "subject"], erasure: "removed" },
  recovery_codes: {
    ...{ kind: "recovery_code", isOf: isUsers, order: ["code_hash"], erasure: "removed" },
    secret: ["code_hash"],
  },
  second_factors: {
    ...{ kind: "second_factor", isOf: isUsers, order: ["user_id"], erasure: "removed" },
    secret: ["secret_enc", "last_step"],
  },
  // Its key is public, and opens nothing.
  passkeys: { kind: "passkey", isOf: isUsers, order: ["id"], erasure: "removed" },
  password_links: {
    ...{ kind: "password_link", isOf: isUsers, order: ["user_id"], erasure: "removed" },
    secret: ["token_hash"],
  },
  directory_members: { kind: "directory_group", isOf: isUsers, order: ["group_id"], erasure: "removed" },
  directory_users: { kind: "directory_entry", isOf: isUsers, order: ["user_id"], erasure: "removed" },
  team_members: { kind: "membership", isOf: isUsers, order: ["team_id"], erasure: "removed" },
  views: { kind: "view", isOf: isUsers, order: ["id"], erasure: "removed" },
  consent_requests: { kind: "consent", isOf: isUsers, order: ["id"], erasure: "removed" },
  consent_policies: {
    ...{ kind: "consent_policy", order: ["id"], erasure: "removed" },
    isOf: (userId) => sql`(user_id = ${userId} or key_id in ${keysOf(userId)})`,
  },
  guardrails: {
    ...{ kind: "guardrail", order: ["id"], erasure: "removed", secret: ["secret_enc"] },
    isOf: (userId) => sql`(user_id = ${userId} or key_id in ${keysOf(userId)})`,
  },
  report_runs: {
    ...{ kind: "report_run", order: ["id"], erasure: "removed" },
    isOf: (userId) => sql`report_id in (select id from reports where user_id = ${userId})`,
  },
  reports: { kind: "report", isOf: isUsers, order: ["id"], erasure: "removed" },
  // Sealed: whoever hands it out opens it.
  request_contents: {
    ...{ kind: "request_content", isOf: isUsers, order: ["request_id"], erasure: "removed" },
    rowsAtOnce: 20,
  },
  message_attachments: {
    ...{ kind: "chat_message_attachment", order: ["message_id", "attachment_id"], erasure: "removed" },
    isOf: (userId) => sql`attachment_id in (select id from chat_attachments where user_id = ${userId})`,
  },
  messages: {
    ...{ kind: "chat_message", order: ["id"], erasure: "removed", rowsAtOnce: 20 },
    isOf: (userId) => sql`session_id in (select id from chat_sessions where user_id = ${userId})`,
  },
  chat_sessions: { kind: "chat_session", isOf: isUsers, order: ["id"], erasure: "removed" },
  chat_attachments: { kind: "chat_attachment", isOf: isUsers, order: ["id"], erasure: "removed", rowsAtOnce: 5 },
  // What was answered to others opens with the key of each of them alone, and is gone after a day.
  idempotency_keys: {
    ...{ kind: "idempotency_key", order: ["key_hash"], erasure: "removed" },
    isOf: (userId) =>
      sql`(caller = ${`session:${userId}`} or caller in (select 'api_key:' || id from api_keys where user_id = ${userId}))`,
    secret: ["key_hash", "token", "key_enc", "fingerprint", "answer"],
  },
  api_keys: {
    ...{ kind: "key", isOf: isUsers, order: ["id"], erasure: "removed" },
    secret: ["key_hash", "previous_key_hash"],
  },
  users: {
    ...{ kind: "account", isOf: (userId) => sql`id = ${userId}`, order: ["id"], erasure: "removed" },
    secret: ["password_hash"],
  },
  stored_objects: { kind: "stored_object", isOf: isUsers, order: ["id"], erasure: "kept" },
  usage_logs: { kind: "request", isOf: isUsers, order: ["created_at", "id"], erasure: "redacted" },
  // The coarser rollups say nothing that is not in this one.
  usage_hourly: {
    ...{ kind: "usage_hour", isOf: isUsers, erasure: "kept" },
    order: [
      ...(["hour", "api_key_id", "provider_id", "provider", "model_id", "model"] as const),
      ...(["requested_model", "status"] as const),
    ],
    secret: ["latency_sketch", "ttft_sketch"],
  },
  spend: {
    ...{ kind: "spend", order: ["scope_kind", "scope_id", "period"], erasure: "kept" },
    isOf: (userId) =>
      sql`((scope_kind = 'user' and scope_id = ${userId}) or (scope_kind = 'key' and scope_id in ${keysOf(userId)}))`,
  },
  carried_spend: {
    ...{ kind: "carried_spend", order: ["source", "scope_kind", "scope_id", "period"], erasure: "kept" },
    isOf: (userId) =>
      sql`((scope_kind = 'user' and scope_id = ${userId}) or (scope_kind = 'key' and scope_id in ${keysOf(userId)}))`,
  },
  carried_usage: {
    ...{ kind: "carried_usage", isOf: isUsers, erasure: "kept" },
    order: [...(["source", "hour", "api_key_id", "provider", "model", "requested_model", "status"] as const)],
  },
  audit_log: {
    ...{ kind: "audit_entry", order: ["sequence"], erasure: "redacted" },
    isOf: (userId) =>
      sql`(actor_user_id = ${userId} or actor_id = ${userId} or (object_kind = 'user' and object_id = ${userId})
        or (object_kind = 'key' and object_id in ${keysOf(userId)}))`,
    secret: ["salt", "personal_hash"],
  },
  outbox: { kind: "event", isOf: isUsers, order: ["sequence"], erasure: "redacted" },
  // Copies of what is in the outbox, as they were sent.
  webhook_deliveries: null,
  erasures: null,
  backup_runs: null,
  used_challenges: null,
  roles: null,
  organisations: null,
  teams: null,
  providers: null,
  models: null,
  aliases: null,
  settings: null,
  usage_days_progress: null,
  content_keys: null,
  leases: null,
  instances: null,
  snapshot_changes: null,
  snapshot_changes_forgotten: null,
  outbox_head: null,
  object_versions: null,
  event_sinks: null,
  webhooks: null,
  schema_migrations: null,
  sign_in_methods: null,
  scim_tokens: null,
  declared_objects: null,
  directory_groups: null,
  audit_head: null,
  certificates: null,
  acme_accounts: null,
  acme_challenges: null,
};
