import type { Migration } from "./migration.ts";

/** What else is known of a request, for whoever looks at it alone; and those that failed, which are few, by time. */
export const requestDetails: Migration = {
  number: 10,
  name: "request details",
  statements: [
    "alter table usage_logs add column dialect text",
    "alter table usage_logs add column charged bigint",
    "alter table usage_logs add column overhead_us bigint",
    "alter table usage_logs add column trail text",
    "create index usage_logs_failed on usage_logs (created_at) where status <> 'ok'",
  ],
};
