import type { Migration } from "./migration.ts";

/**
 * For lists that would read a month of requests to find a few. Of what is dear, slow, late or large only those are in an index that
 * somebody who looks for the most could mean: requests/extremes.ts knows from where on.
 */
export const indexesOfLargeTables: Migration = {
  number: 38,
  name: "indexes of large tables",
  statements: [
    "create index usage_logs_by_organisation on usage_logs (organisation_id, created_at) where organisation_id is not null",
    "create index usage_logs_by_error on usage_logs (error_code, created_at) where error_code is not null",
    "create index usage_logs_by_http_status on usage_logs (http_status, created_at) where http_status <> 200",
    "create index usage_logs_dear on usage_logs (cost) where cost >= 100000000",
    "create index usage_logs_slow on usage_logs (latency_ms) where latency_ms >= 30000",
    "create index usage_logs_late on usage_logs (ttft_ms) where ttft_ms >= 5000",
    "create index usage_logs_large on usage_logs (total_tokens) where total_tokens >= 20000",
    "create index api_keys_expiring on api_keys (expires_at) where expires_at is not null",
    "create index api_keys_with_budget on api_keys (id) where budget_limit is not null",
  ],
};
