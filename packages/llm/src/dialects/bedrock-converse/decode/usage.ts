import { counted, serviceClassOf } from "#dialects/fields/usage-parts.ts";
import type { Usage } from "#hub.ts";
import { countOf, isNoCount, isObject, memberOf } from "#wire/json.ts";

/** The dialect counts tokens read from and written to its cache beside `inputTokens`. Null where there is no usage. */
export function readUsage(usage: unknown, serviceTier?: unknown): Usage | null {
  if (!isObject(usage) || isNoCount(usage["inputTokens"]) || isNoCount(usage["outputTokens"])) return null;
  const cachedTokens = countOf(usage["cacheReadInputTokens"]);
  const written = countOf(usage["cacheWriteInputTokens"]);
  const details = usage["cacheDetails"];
  const long = Math.min(written, sumOfHours(Array.isArray(details) ? details : []));
  const short = written - long;
  const serviceClass = serviceClassOf(memberOf(serviceTier, "type"));
  return {
    promptTokens: countOf(usage["inputTokens"]) + cachedTokens + written,
    completionTokens: countOf(usage["outputTokens"]),
    cachedTokens,
    reasoningTokens: 0,
    ...counted({ cacheWriteTokens: short, cacheWriteHourTokens: long }),
    ...(serviceClass !== undefined && { serviceClass }),
  };
}

function sumOfHours(details: readonly unknown[]): number {
  const hours = details.filter((detail) => memberOf(detail, "ttl") === "1h");
  return hours.reduce<number>((sum, detail) => sum + countOf(memberOf(detail, "inputTokens")), 0);
}
