// Settings of the database that everything is kept in.

import { databaseUrl, leaseDuration, optional } from "./kinds.ts";
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
};
