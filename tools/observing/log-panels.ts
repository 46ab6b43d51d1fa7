// What Kibana and OpenSearch Dashboards show of the lines of requests, as data: deploy/logs/saved-objects.ndjson follows from it.

/** Fields are those of deploy/logs/index-template.json. */
export interface LogPanel {
  readonly id: string;
  readonly title: string;
  /** `lines`, `bars`: over time; `table`: the most of each. */
  readonly kind: "lines" | "bars" | "table";
  readonly query: string;
  readonly measure: Measure;
  /** What is told apart. */
  readonly by: string | null;
}

export type Measure =
  | { readonly type: "count" }
  | { readonly type: "sum"; readonly field: string; readonly label: string }
  | {
      readonly type: "percentiles";
      readonly field: string;
      readonly label: string;
      readonly percents: readonly number[];
    };

export interface LogSearch {
  readonly id: string;
  readonly title: string;
  readonly query: string;
  readonly columns: readonly string[];
}

const requests = "msg : request";
const failed = "msg : request and level >= 40";
const count = { type: "count" } as const;
const percents = [50, 95, 99];

export const logPanels: readonly LogPanel[] = [
  { id: "status", title: "Requests by how they ended", kind: "bars", query: requests, measure: count, by: "status" },
  { id: "errors", title: "Errors by code", kind: "bars", query: failed, measure: count, by: "error_code" },
  {
    ...{ id: "latency", title: "Latency", kind: "lines", query: requests, by: null },
    measure: { type: "percentiles", field: "latency_ms", label: "ms", percents },
  },
  {
    ...{ id: "first-token", title: "Time to the first token", kind: "lines", query: `${requests} and streamed : true` },
    ...{ measure: { type: "percentiles", field: "ttft_ms", label: "ms", percents }, by: null },
  },
  {
    ...{ id: "cost", title: "Cost by team", kind: "bars", query: requests, by: "team_id" },
    measure: { type: "sum", field: "cost_usd", label: "USD" },
  },
  {
    ...{ id: "tokens", title: "Tokens of answers by model", kind: "bars", query: requests, by: "model" },
    measure: { type: "sum", field: "completion_tokens", label: "tokens" },
  },
  { id: "providers", title: "Failures by provider", kind: "table", query: failed, measure: count, by: "provider" },
  {
    ...{ id: "keys", title: "The dearest keys", kind: "table", query: requests, by: "api_key_id" },
    measure: { type: "sum", field: "cost_usd", label: "USD" },
  },
];

const columns = ["request_id", "status", "http_status", "error_code", "provider", "model", "latency_ms", "attempts"];

export const logSearches: readonly LogSearch[] = [
  { id: "failed", title: "Requests that went wrong", query: failed, columns },
  { id: "server", title: "The server's own log", query: "not msg : request", columns: ["level", "msg", "host"] },
];
