// All of link in the memory of one process: nothing of it is known to another, or lives longer than what its opening tells.

import type { Clock } from "#domain/clock.ts";
import type { Link } from "#link/link.ts";
import type { Meanings } from "#link/meanings.ts";
import type { Openable } from "#link/opening.ts";
import type { OwnedObject } from "#link/owners.ts";
import { MemoryAskers } from "./askers.ts";
import { MemoryCache } from "./cache.ts";
import { MemoryCounters } from "./counters.ts";
import { MemoryHealth } from "./health.ts";
import { MemoryMeanings } from "./meanings.ts";
import { MemoryOwners } from "./owners.ts";
import { MemoryPendingAnswers } from "./pending-answers.ts";
import { MemorySignals } from "./signals.ts";
import { MemoryStreams } from "./streams.ts";
import { MemoryTurns } from "./turns.ts";

/** How much is kept, where that is not the usual. */
export interface LinkBounds {
  readonly objects?: number;
  readonly pendingAnswers?: number;
  readonly turnCharacters?: number;
  readonly cacheBytes?: number;
  readonly vectorBytes?: number;
  readonly streamBytes?: number;
}

interface MemoryLinkOptions {
  readonly clock: Clock;
  /** Told of what is to be known after a restart, too. Must not throw. */
  readonly write?: (object: OwnedObject) => void;
  readonly bounds?: LinkBounds;
  /** Absent: in memory, too. */
  readonly meanings?: Meanings;
}

export function createMemoryLink({ clock, write, bounds = {}, meanings }: MemoryLinkOptions): Link & Openable {
  const counters = new MemoryCounters(clock);
  const owners = new MemoryOwners(clock, { limit: bounds.objects, write });
  return {
    counters,
    owners,
    turns: new MemoryTurns(clock, bounds.turnCharacters),
    cache: new MemoryCache(clock, bounds.cacheBytes),
    meanings: meanings ?? new MemoryMeanings(clock, bounds.vectorBytes),
    askers: new MemoryAskers(clock),
    streams: new MemoryStreams(clock, bounds.streamBytes),
    pendingAnswers: new MemoryPendingAnswers(clock, bounds.pendingAnswers),
    health: new MemoryHealth(),
    signals: new MemorySignals(),
    open({ spent, counted = [], objects }) {
      for (const [scope, spentNanos] of spent) counters.setSpent(scope, spentNanos);
      for (const one of counted) counters.setCounted(one);
      owners.restore(objects);
    },
    addSpent(spent) {
      for (const [scope, nanos] of spent) counters.addSpent(scope, nanos);
    },
  };
}
