// Settings of the database that everything is kept in.

import { databaseUrl, duration, integer, leaseDuration, optional } from "./kinds.ts";
import { setting } from "./setting.ts";

export const databaseSettings = {
  databaseUrl: setting({
    path: "database_url",
    variable: "DATABASE_URL",
    kind: optional(databaseUrl),
    default: null,
    help: "PostgreSQL to keep everything in. Unset: the embedded SQLite in `data_dir`.",
    read: (config) => config.databaseUrl,
  }),
  databaseLeaseMs: setting({
    path: "database_lease_ms",
    variable: "GHOSTLLM_DATABASE_LEASE_MS",
    kind: leaseDuration,
    default: 15_000,
    help: "How long requests go on while PostgreSQL is silent. Then no more are taken, since another server may soon take over: after a third of that time more. One that refuses connections serves nobody, and stops no requests.",
    read: (config) => config.databaseLeaseMs,
  }),
  databaseReplicaUrl: setting({
    path: "database_replica_url",
    variable: "DATABASE_REPLICA_URL",
    kind: optional(databaseUrl),
    default: null,
    help: "A streaming replica of that PostgreSQL, from which reports and lists are read. After a change, and while it is away or too far behind, the primary answers.",
    read: (config) => config.databaseReplica.url,
  }),
  databaseReplicaMaxLagMs: setting({
    path: "database_replica_max_lag_ms",
    variable: "GHOSTLLM_DATABASE_REPLICA_MAX_LAG_MS",
    kind: duration,
    default: 10_000,
    help: "Further behind the replica is not read from.",
    read: (config) => config.databaseReplica.maxLagMs,
  }),
  usageDays: setting({
    path: "retention.usage_days",
    variable: "GHOSTLLM_RETENTION_USAGE_DAYS",
    kind: optional(integer({ min: 1, max: 36_500 })),
    default: null,
    help: "How long single requests are kept, in days; sums by the hour and what was spent stay. Unset: for ever.",
    read: ({ retention }) => retention.usageDays,
  }),
  auditDays: setting({
    path: "retention.audit_days",
    variable: "GHOSTLLM_RETENTION_AUDIT_DAYS",
    kind: optional(integer({ min: 1, max: 36_500 })),
    default: null,
    help: "How long the audit log is kept, in days. Where it is cut is an entry of it, so that the rest can be verified still. Unset: for ever.",
    read: ({ retention }) => retention.auditDays,
  }),
  consentDays: setting({
    path: "retention.consent_days",
    variable: "GHOSTLLM_RETENTION_CONSENT_DAYS",
    kind: integer({ min: 1, max: 36_500 }),
    default: 90,
    help: "How long requests that waited for consent are kept in the list when their time is over, in days. Decisions stay in the audit log.",
    read: ({ retention }) => retention.consentDays,
  }),
  promptDays: setting({
    path: "retention.prompt_days",
    variable: "GHOSTLLM_RETENTION_PROMPT_DAYS",
    kind: integer({ min: 0, max: 36_500 }),
    default: 30,
    help: "How long prompts and answers are kept, in days, of keys whose policy has them stored. 0: this server stores none.",
    read: ({ retention }) => retention.promptDays,
  }),
};
