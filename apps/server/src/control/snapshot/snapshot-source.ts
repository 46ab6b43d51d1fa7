// Holds the snapshot in force. The gateway reads `current`; the admin plane calls `rebuild` after every change.
// Invariant: a `rebuild` that has resolved reflects all that was stored before it was called.

import { GhostError } from "@ghostllm/contract";
import { builtInPrices } from "@ghostllm/llm";
import type { PriceBook } from "@ghostllm/llm";
import { emptySnapshot } from "#domain/snapshot.ts";
import type { Snapshot } from "#domain/snapshot.ts";
import { buildSnapshot } from "./build-snapshot.ts";
import type { SnapshotSources } from "./build-snapshot.ts";

export interface SnapshotSource {
  current(): Snapshot;
  /** Rejects with `service_unavailable` when the store does not answer; the old snapshot stays in force. */
  rebuild(): Promise<void>;
  /** Rebuilds from time to time, since another process may change the store. */
  startRefreshing(): void;
  close(): Promise<void>;
}

export interface SnapshotSourceOptions extends SnapshotSources {
  /** The list of prices in force. */
  readonly prices?: () => PriceBook;
  readonly refreshMs?: number;
  /** Told of every new snapshot when it is in force. */
  readonly onSwap?: (snapshot: Snapshot) => void;
}

/** At most this share of the time goes into refreshing, however large the store is. */
const largestShare = 0.01;

export function createSnapshotSource({
  prices = builtInPrices,
  refreshMs = 5000,
  onSwap,
  ...sources
}: SnapshotSourceOptions): SnapshotSource {
  let snapshot = emptySnapshot;
  let running: Promise<void> | null = null;
  let following: Promise<void> | null = null;
  let lastBuildMs = 0;
  let failing = false;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  async function build(): Promise<void> {
    const startedAt = performance.now();
    const previous = snapshot;
    snapshot = await buildSnapshot(sources, { version: previous.version + 1, prices: prices() });
    lastBuildMs = performance.now() - startedAt;
    logUnusable(sources.log, previous, snapshot);
    onSwap?.(snapshot);
    failing = false;
  }

  function start(): Promise<void> {
    const building = build().finally(() => {
      if (running === building) running = null;
    });
    running = building;
    return building;
  }

  /** A build under way may have read the store before the change, so the caller waits for the one after it. */
  function rebuildNow(): Promise<void> {
    if (following !== null) return following;
    if (running === null) return start();
    following = running
      .catch(() => undefined)
      .then(() => {
        following = null;
        return start();
      });
    return following;
  }

  function scheduleRefresh(): void {
    if (closed) return;
    timer = setTimeout(() => void refresh(), Math.max(refreshMs, lastBuildMs / largestShare));
    timer.unref();
  }

  async function refresh(): Promise<void> {
    try {
      await rebuildNow();
    } catch (error) {
      if (!failing)
        sources.log.warn({ err: error }, "The store does not answer: the gateway goes on with what it knows");
      failing = true;
    }
    scheduleRefresh();
  }

  return {
    current: () => snapshot,
    async rebuild() {
      try {
        await sources.store.wait(rebuildNow());
      } catch (cause) {
        throw new GhostError("service_unavailable", "The store does not answer, so the change is not in force yet", {
          retryAfterSeconds: 5,
          cause,
        });
      }
    },
    startRefreshing: scheduleRefresh,
    async close() {
      closed = true;
      clearTimeout(timer);
      await Promise.allSettled([running, following]);
    },
  };
}

/** Once when it begins, not at every refresh. */
function logUnusable(log: SnapshotSources["log"], previous: Snapshot, next: Snapshot): void {
  for (const [provider, reason] of next.unusableProviders) {
    if (previous.unusableProviders.get(provider) === reason) continue;
    log.error({ provider, reason }, "Provider left out: its row cannot be used");
  }
}
