// What was used, from the log: a row for each request, summed by the hour. A row names its token by user and name alone.

import { formatUsd, parseUsd } from "@ghostllm/contract";
import {
  nameOf,
  numberOf,
  textOf,
  type DesiredKey,
  type DesiredUsage,
  type Fields,
  type Findings,
  type SourceDatabase,
  usdOf,
} from "@ghostllm/contract/importing";

interface LogReading {
  readonly tokenRows: readonly Fields[];
  readonly keys: readonly DesiredKey[];
  readonly quotaPerUsd: number;
  readonly findings: Findings;
}

/** Rows of type 2 are of requests. */
const byHour = `select created_at - created_at % 3600 as hour, user_id, token_name, model_name, count(*) as requests,
    sum(prompt_tokens) as prompt_tokens, sum(completion_tokens) as completion_tokens, sum(quota) as quota
  from logs where type = 2 group by 1, 2, 3, 4`;

export async function readLogs(
  database: SourceDatabase,
  { tokenRows, keys, quotaPerUsd, findings }: LogReading,
): Promise<readonly DesiredUsage[]> {
  const rows = await database.query("logs", byHour);
  if (rows.length === 0) return [];
  const byName = Map.groupBy(tokenRows, (row) => `${String(row["user_id"])} ${String(row["name"])}`);
  const hashes = new Map(keys.map((key) => [`${key.user} ${key.name}`, key.sha256]));
  const usage = rows.flatMap((row): readonly DesiredUsage[] => {
    const cost = usdOf((numberOf(row["quota"]) ?? 0) / quotaPerUsd);
    const seconds = numberOf(row["hour"]);
    if (cost === null || seconds === null) return [];
    const name = `${String(row["user_id"])} ${String(row["token_name"])}`;
    const isOne = byName.get(name)?.length === 1;
    const model = textOf(row["model_name"]) ?? "";
    return [
      {
        ...{ hour: new Date(seconds * 1000).toISOString(), provider: "channels", model, requestedModel: model },
        sha256: isOne ? (hashes.get(`${String(row["user_id"])} ${nameOf(String(row["token_name"]))}`) ?? null) : null,
        ...{ requests: numberOf(row["requests"]) ?? 0, errors: 0, cachedTokens: 0, cacheWriteTokens: 0, cost },
        ...{
          promptTokens: numberOf(row["prompt_tokens"]) ?? 0,
          completionTokens: numberOf(row["completion_tokens"]) ?? 0,
        },
      },
    ];
  });
  const sum = usage.reduce((total, row) => total + parseUsd(row.cost), 0);
  const reason =
    "in reports, at providers `imported: ...`; of tokens with one name of one user nobody can tell which it was";
  findings.approximate(`usage: ${formatUsd(sum)} USD in ${usage.length} sums by the hour`, reason);
  return usage;
}
