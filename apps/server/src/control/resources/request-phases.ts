// Where the time of a request went, from what its record has measured.

import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { UsageRecord } from "#domain/usage-record.ts";

type Phase = RouteAnswer<AdminRoutes["requests"]["get"]>["why"]["phases"][number];
type Timed = Pick<UsageRecord, "why" | "trail" | "latencyMs" | "ttftMs" | "overheadUs">;

/** Those that took no time are left out; none where a version of before has measured nothing. */
export function phasesOf({ why, trail, latencyMs, ttftMs, overheadUs }: Timed): Phase[] {
  const took = why?.took;
  if (took === undefined || overheadUs === null) return [];
  const queued = (why?.queued ?? 0) * 1_000;
  const [read = 0, admit = 0, choose = 0] = took;
  const begun = (ttftMs ?? latencyMs) * 1_000;
  const pause = Math.min(pausesIn(trail) * 1_000, Math.max(0, overheadUs - read - admit - choose));
  const all: Readonly<Record<string, number>> = {
    ...{ read, admit, choose },
    queue: queued,
    vendor: begun - overheadUs - queued,
    pause,
    answer: overheadUs - read - admit - choose - pause,
    deliver: (latencyMs - (ttftMs ?? latencyMs)) * 1_000,
  };
  return Object.entries(all).flatMap(([name, us]) => (us > 0 ? [{ name, us: Math.round(us) }] : []));
}

/** Ms between attempts. */
function pausesIn(trail: UsageRecord["trail"]): number {
  let sum = 0;
  let endedMs = Infinity;
  for (const { startedMs, ms } of trail ?? []) {
    sum += Math.max(0, startedMs - endedMs);
    // Two may have gone on at the same time.
    endedMs = Math.max(endedMs === Infinity ? 0 : endedMs, startedMs + ms);
  }
  return sum;
}
