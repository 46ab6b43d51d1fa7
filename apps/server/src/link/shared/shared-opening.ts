// What was spent and counted before this process counted, into the shared memory: one change for each, since a start may know much.

import type { Counted, ScopeMap } from "#domain/access/scope.ts";
import type { Clock } from "#domain/clock.ts";
import { limitsCost } from "#link/decision.ts";
import type { CountedBefore, Opening } from "#link/opening.ts";
import type { SharedMemory } from "./shared-memory.ts";

export function openShared(
  memory: SharedMemory,
  clock: Pick<Clock, "monotonic">,
  { spent, counted = [] }: Pick<Opening, "spent" | "counted">,
): void {
  for (const [scope, spentNanos] of spent) setSpent(memory, scope, spentNanos);
  for (const one of counted) setCounted(memory, one, clock.monotonic());
}

function setSpent(memory: SharedMemory, scope: Counted, spentNanos: number): void {
  memory.change(() => {
    const [counts] = memory.scopesOf([scope]);
    if (counts === undefined || (counts.slot === 0 && spentNanos === 0)) return;
    memory.make(counts, scope, true);
    counts.spentNanos = spentNanos;
    memory.tidy(counts);
  });
}

export function addSpent(memory: SharedMemory, spent: ScopeMap<number>): void {
  for (const [scope, nanos] of spent) {
    memory.change(() => {
      const [counts] = memory.scopesOf([scope]);
      if (counts === undefined) return;
      memory.make(counts, scope, true);
      counts.spentNanos += nanos;
      memory.tidy(counts);
    });
  }
}

/** As far as there is room. */
function setCounted(
  memory: SharedMemory,
  { scope, agoMs, requests, tokens, costNanos }: CountedBefore,
  now: number,
): void {
  memory.change(() => {
    const [counts] = memory.scopesOf([scope]);
    if (counts === undefined) return;
    memory.make(counts, scope, false);
    const at = now - agoMs;
    counts.requests.add(requests, at);
    counts.tokens.add(tokens, at);
    if (limitsCost(scope)) counts.costs.add(costNanos, at);
  });
}
