// What was used, as LiteLLM sums it by days: DailyUserSpend, or where that is empty SpendLogs by the hour.

import { formatUsd, parseUsd } from "#money.ts";
import { usdOf } from "#importing/amounts.ts";
import type { DesiredUsage } from "#importing/desired.ts";
import { numberOf, type Fields } from "#importing/fields.ts";
import type { Findings } from "#importing/findings.ts";
import type { Tables } from "./tables.ts";

export function readUsage({ usage }: Tables, findings: Findings): readonly DesiredUsage[] {
  const rows = usage.flatMap((row) => toUsage(row) ?? []);
  if (rows.length === 0) return rows;
  const cost = rows.reduce((sum, row) => sum + parseUsd(row.cost), 0);
  const days = rows.map(({ hour }) => hour.slice(0, 10)).toSorted();
  findings.approximate(
    `usage from ${days[0]} to ${days.at(-1)}: ${formatUsd(cost)} USD in ${rows.length} sums`,
    "in reports, at providers `imported: ...`; single requests, their times and texts, end users and tags are not moved",
  );
  return rows;
}

function toUsage(row: Fields): DesiredUsage | null {
  const count = (name: string): number => Math.max(0, Math.trunc(numberOf(row[name]) ?? 0));
  const hour = new Date(String(row["hour"]));
  const cost = usdOf(row["spend"]);
  if (Number.isNaN(hour.getTime()) || cost === null) return null;
  const [requests, errors] = [count("requests"), count("errors")];
  return {
    ...{ hour: hour.toISOString(), sha256: String(row["api_key"] ?? ""), provider: String(row["vendor"] ?? "") },
    ...{ model: String(row["model"]), requestedModel: String(row["model_group"] || row["model"]) },
    ...{ requests: Math.max(requests, errors), errors },
    ...{ promptTokens: count("prompt_tokens"), completionTokens: count("completion_tokens") },
    ...{ cachedTokens: count("cached_tokens"), cacheWriteTokens: count("cache_write_tokens"), cost },
  };
}
