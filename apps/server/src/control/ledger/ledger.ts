// Drains the journal into the store. Started by compose; it wakes by itself a moment after an append.
// Invariant: a record leaves the journal only when the store has it, or when it is set aside with the reason.

import { setTimeout as sleep } from "node:timers/promises";
import type { Store } from "#control/store/store.ts";
import type { Journal } from "#link/journal/journal.ts";
import { drainBatch, type LedgerEvents } from "./drain-batch.ts";
import { PendingBatches } from "./pending-batches.ts";

export interface LedgerOptions {
  readonly journal: Journal;
  readonly store: Pick<Store, "usage" | "storedObjects">;
  readonly events: LedgerEvents;
  /** A number from 0 up to 1, to spread the tries of many instances. */
  readonly random?: () => number;
  /** How long records are collected before they are stored together. */
  readonly gatherMs?: number;
}

export interface Ledger {
  /** Stores what is pending now. Answers false when the time was not enough; the rest stays in the journal. */
  drainAll(timeoutMs: number): Promise<boolean>;
  /** Ends after the batch in progress. The journal keeps what is not stored. */
  stop(): Promise<void>;
}

const firstPauseMs = 100;
const longestPauseMs = 2_000;

export function startLedger({ journal, store, events, random = Math.random, gatherMs = 100 }: LedgerOptions): Ledger {
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;
  let failures = 0;

  /** Until nothing is pending, or the ledger is stopped. */
  const drain = async (): Promise<void> => {
    const batches = new PendingBatches(journal);
    while (!stopping.signal.aborted) {
      try {
        const batch = await batches.next();
        if (batch.position === null) return;
        await drainBatch({ journal, store, events }, batch);
        failures = 0;
      } catch (error) {
        failures += 1;
        events.drainFailed(error);
        await batches.forget();
        await pause(pauseAfter(failures, random()), stopping.signal);
      }
    }
    await batches.forget();
  };

  const run = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    running ??= drain().finally(() => {
      running = null;
      if (journal.pendingRecords > 0) wake();
    });
    return running;
  };

  const wake = (): void => {
    if (timer !== undefined || running !== null || stopping.signal.aborted) return;
    timer = setTimeout(() => void run(), gatherMs);
  };

  journal.onAppend(wake);
  if (journal.pendingRecords > 0) wake();

  return {
    async drainAll(timeoutMs) {
      const deadline = AbortSignal.timeout(timeoutMs);
      while (journal.pendingRecords > 0 && !deadline.aborted && !stopping.signal.aborted) {
        await Promise.race([run(), pause(timeoutMs, deadline, false)]);
      }
      return journal.pendingRecords === 0;
    },
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
}

/** Doubles with each failure, and varies so that many instances do not come back all at once. */
function pauseAfter(failures: number, random: number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1)) * (0.5 + random / 2);
}

async function pause(durationMs: number, signal: AbortSignal, ref = true): Promise<void> {
  await sleep(durationMs, undefined, { signal, ref }).catch(() => {});
}
