// Drains the journal into the store. Started by compose; it wakes by itself a moment after an append.
// Invariant: a record leaves the journal only when the store has it, or when it is set aside with the reason.

import { setTimeout as sleep } from "node:timers/promises";
import type { Store } from "#control/store/store.ts";
import type { JournalSource } from "#link/journal/journal.ts";
import { drainBatch, type LedgerEvents, type LineArchive, type StoredLines } from "./drain-batch.ts";
import { PendingBatches } from "./pending-batches.ts";

export interface LedgerOptions {
  readonly journal: JournalSource;
  readonly store: Pick<Store, "usage">;
  readonly events: LedgerEvents;
  readonly onStored?: StoredLines;
  readonly archive?: LineArchive | null;
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

const usualGatherMs = 250;
const firstPauseMs = 100;
const longestPauseMs = 2_000;

export function startLedger(options: LedgerOptions): Ledger {
  return new JournalLedger(options);
}

class JournalLedger implements Ledger {
  readonly #options: LedgerOptions;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | null = null;
  #failures = 0;

  constructor(options: LedgerOptions) {
    const { journal } = options;
    this.#options = options;
    journal.onAppend(() => this.#wake());
    if (journal.pendingRecords > 0) this.#wake();
  }

  async drainAll(timeoutMs: number): Promise<boolean> {
    const { journal } = this.#options;
    const deadline = AbortSignal.timeout(timeoutMs);
    while (journal.pendingRecords > 0 && !deadline.aborted && !this.#stopping.signal.aborted) {
      await Promise.race([this.#run(), pause(timeoutMs, deadline, false)]);
    }
    return journal.pendingRecords === 0;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  #wake(): void {
    if (this.#timer !== undefined || this.#running !== null || this.#stopping.signal.aborted) return;
    this.#timer = setTimeout(() => void this.#run(), this.#options.gatherMs ?? usualGatherMs);
  }

  #run(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running ??= this.#drain().finally(() => {
      this.#running = null;
      if (this.#options.journal.pendingRecords > 0) this.#wake();
    });
    return this.#running;
  }

  /** Until nothing is pending, or the ledger is stopped. */
  async #drain(): Promise<void> {
    const batches = new PendingBatches(this.#options.journal);
    while (!this.#stopping.signal.aborted) {
      try {
        const batch = await batches.next();
        if (batch.position === null) return;
        await drainBatch(this.#options, batch);
        this.#failures = 0;
      } catch (error) {
        await this.#recover(batches, error);
      }
    }
    await batches.forget();
  }

  async #recover(batches: PendingBatches, error: unknown): Promise<void> {
    const { events, random = Math.random } = this.#options;
    this.#failures += 1;
    events.drainFailed(error);
    await batches.forget();
    await pause(pauseAfter(this.#failures, random()), this.#stopping.signal);
  }
}

/** Doubles with each failure, and varies so that many instances do not come back all at once. */
function pauseAfter(failures: number, random: number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1)) * (0.5 + random / 2);
}

async function pause(durationMs: number, signal: AbortSignal, ref = true): Promise<void> {
  await sleep(durationMs, undefined, { signal, ref }).catch(() => {});
}
