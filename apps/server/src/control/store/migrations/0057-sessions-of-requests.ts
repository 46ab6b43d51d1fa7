import type { Migration } from "./migration.ts";

/** The conversation that a request was of. */
export const sessionsOfRequests: Migration = {
  number: 57,
  name: "sessions of requests",
  statements: [
    "alter table usage_logs add column session_id text",
    "create index usage_logs_by_session on usage_logs (session_id, created_at) where session_id is not null",
  ],
};
