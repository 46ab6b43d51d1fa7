// The tables of rollups beside the finest one, as migrations 37 and 39 make them.

export const sums = [
  ...["requests", "errors", "unpriced_requests", "failed_attempts"],
  ...["prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens", "cost"],
  ...["cache_write_tokens", "cache_write_hour_tokens"],
];
export const sketches = ["latency_sketch", "ttft_sketch"];

export interface CoarserRollup {
  readonly table: string;
  readonly time: "hour" | "day";
  readonly keys: readonly string[];
  readonly facts: readonly string[];
}

export function creationOf({ table, time, keys, facts }: CoarserRollup, ending: string): string {
  return `create table ${table} (
    ${[
      `${time} bigint not null`,
      ...[...keys, ...facts].map((column) => `${column} text not null`),
      ...sums.map((column) => `${column} bigint not null`),
      ...sketches.map((column) => `${column} text not null`),
      `primary key (${[time, ...keys].join(", ")})`,
    ].join(",\n    ")}
  ) ${ending}`;
}
