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

const usualRefreshMs = 5_000;
/** At most this share of the time goes into refreshing, however large the store is. */
const largestShare = 0.01;

export function createSnapshotSource(options: SnapshotSourceOptions): SnapshotSource {
  return new StoreSnapshots(options);
}

class StoreSnapshots implements SnapshotSource {
  readonly #options: SnapshotSourceOptions;
  #snapshot = emptySnapshot;
  #running: Promise<void> | null = null;
  /** Begins when the one that runs has ended. */
  #following: Promise<void> | null = null;
  #lastBuildMs = 0;
  #isFailing = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SnapshotSourceOptions) {
    this.#options = options;
  }

  current(): Snapshot {
    return this.#snapshot;
  }

  async rebuild(): Promise<void> {
    try {
      await this.#options.store.wait(this.#rebuildNow());
    } catch (cause) {
      const message = "The store does not answer, so the change is not in force yet";
      throw new GhostError("service_unavailable", message, { retryAfterSeconds: 5, cause });
    }
  }

  startRefreshing(): void {
    if (this.#isClosed) return;
    const { refreshMs = usualRefreshMs } = this.#options;
    this.#timer = setTimeout(() => void this.#refresh(), Math.max(refreshMs, this.#lastBuildMs / largestShare));
    this.#timer.unref();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await Promise.allSettled([this.#running, this.#following]);
  }

  /** A build under way may have read the store before the change, so the caller waits for the one after it. */
  #rebuildNow(): Promise<void> {
    if (this.#following !== null) return this.#following;
    if (this.#running === null) return this.#start();
    this.#following = this.#running
      .catch(() => undefined)
      .then(() => {
        this.#following = null;
        return this.#start();
      });
    return this.#following;
  }

  #start(): Promise<void> {
    const building = this.#build().finally(() => {
      if (this.#running === building) this.#running = null;
    });
    this.#running = building;
    return building;
  }

  async #build(): Promise<void> {
    const { prices = builtInPrices, onSwap, ...sources } = this.#options;
    const startedAt = performance.now();
    const previous = this.#snapshot;
    this.#snapshot = await buildSnapshot(sources, { version: previous.version + 1, prices: prices() });
    this.#lastBuildMs = performance.now() - startedAt;
    logUnusable(sources.log, previous, this.#snapshot);
    onSwap?.(this.#snapshot);
    this.#isFailing = false;
  }

  async #refresh(): Promise<void> {
    try {
      await this.#rebuildNow();
    } catch (error) {
      const { log } = this.#options;
      if (!this.#isFailing)
        log.warn({ err: error }, "The store does not answer: the gateway goes on with what it knows");
      this.#isFailing = true;
    }
    this.startRefreshing();
  }
}

/** Once when it begins, not at every refresh. */
function logUnusable(log: SnapshotSources["log"], previous: Snapshot, next: Snapshot): void {
  for (const [provider, reason] of next.unusableProviders) {
    if (previous.unusableProviders.get(provider) === reason) continue;
    log.error({ provider, reason }, "Provider left out: its row cannot be used");
  }
}
