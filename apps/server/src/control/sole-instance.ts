// Limits and budgets are counted in the memory of one process, so a database may be served by one installation only.
// Called by compose. The journal's lock keeps a second process off the same data directory; this lease keeps one with
// another data directory off the same database. Invariant: who holds it stops admitting before another may begin, by
// clocks that only go forward: the holder counts from before it renewed, the other from when it saw the lease unchanged.

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { ControlLog } from "#control/control-log.ts";
import { readInstallation } from "#control/installation.ts";
import type { Store } from "#control/store/store.ts";
import type { Lease } from "#link/lease.ts";

export const leaseSetting = "sole_instance";
/** In parts of the lease. Who has not renewed it admits nobody; another takes over after a margin more. */
const margin = 1 / 3;
const renewal = 1 / 5;
const retry = 1 / 15;
const patience = 1 / 6;
/** A database that refuses connections serves nobody: for so long after that, no other can have taken over. */
const down = 2 / 3;
const usualLeaseMs = 15_000;
const longestPollMs = 500;

/** What is stored. `until` is for earlier versions, and 0 where the lease was given back. */
export const leaseRow = z.object({
  installation: z.string(),
  until: z.number(),
  process: z.string().default(""),
  /** Differs at every renewal, which is how others see that the holder is alive. */
  beat: z.number().default(0),
  leaseMs: z.number().default(usualLeaseMs),
});

type LeaseStore = Pick<Store, "settings" | "engine" | "within" | "isDown">;

export interface SoleInstanceOptions {
  readonly store: LeaseStore;
  readonly dataDir: string;
  readonly monotonic: () => number;
  readonly leaseMs?: number;
  readonly log: ControlLog;
}

export interface SoleInstanceHold extends Lease {
  /** Of the monotonic clock: it is held until then, whatever happens. Infinity where it does not end by itself. */
  readonly until: number;
  release(): Promise<void>;
}

/** Rejects with a sentence when another installation serves from the database. Waits for one that has just ended. */
export async function holdSoleInstance(options: SoleInstanceOptions): Promise<SoleInstanceHold> {
  const hold = new Hold(options, await readInstallation(options.dataDir));
  await hold.take();
  return hold;
}

const refusal =
  "another GhostLLM serves from this database. Several of them share one where each has the same REDIS_URL, by which " +
  "limits and budgets are counted together: set REDIS_URL, stop the other one, or give this one a database of its own";

class Hold implements SoleInstanceHold {
  readonly #options: SoleInstanceOptions;
  readonly #installation: string;
  readonly #leaseMs: number;
  readonly #process = randomBytes(8).toString("hex");
  #beat = 0;
  #stored: string | undefined;
  #until = -Infinity;
  #isLost = false;
  #timer: NodeJS.Timeout | undefined;
  #renewing: Promise<void> | null = null;

  constructor(options: SoleInstanceOptions, installation: string) {
    this.#options = options;
    this.#installation = installation;
    this.#leaseMs = options.leaseMs ?? usualLeaseMs;
  }

  /** The embedded database lies in the data directory, whose own lock keeps others off it: there only a proof ends it. */
  get until(): number {
    if (this.#isLost) return -Infinity;
    return this.#options.store.engine === "sqlite" ? Infinity : this.#until;
  }

  holds(now: number): boolean {
    return now < this.until;
  }

  async take(): Promise<void> {
    const { monotonic } = this.#options;
    const deadline = monotonic() + this.#leaseMs * (1 + margin + renewal);
    let seen: { readonly stored: string | undefined; readonly since: number } | null = null;
    for (;;) {
      const startedAt = monotonic();
      const stored = await this.#read().catch((error: unknown) => {
        if (monotonic() > deadline) throw error;
        // What was not seen may have changed.
        return null;
      });
      if (stored === null || seen?.stored !== stored.text) seen = stored && { stored: stored.text, since: monotonic() };
      if (stored !== null && this.#isFree(stored, startedAt - (seen?.since ?? startedAt))) {
        if (await this.#replace(stored.text, startedAt)) break;
      }
      if (monotonic() > deadline) throw new Error(refusal);
      await sleep(Math.min(longestPollMs, this.#leaseMs * retry));
    }
    this.#schedule(renewal);
  }

  async release(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#renewing;
    this.#isLost = true;
    // The database may be away at the end: then the lease ends by itself.
    await this.#write(this.#stored, 0).catch(() => false);
  }

  #isFree({ row }: StoredLease, unchangedMs: number): boolean {
    if (row === null || row.installation === this.#installation || row.until === 0) return true;
    return unchangedMs >= row.leaseMs * (1 + margin);
  }

  #schedule(part: number): void {
    this.#timer = setTimeout(() => {
      this.#renewing = this.#renew().finally(() => (this.#renewing = null));
    }, part * this.#leaseMs);
  }

  async #renew(): Promise<void> {
    const { store, monotonic } = this.#options;
    const startedAt = monotonic();
    let isRenewed = false;
    try {
      isRenewed = await store.within(patience * this.#leaseMs, async () => {
        return (await this.#replace(this.#stored, startedAt)) || this.#recheck(startedAt);
      });
    } catch (error) {
      if (store.isDown(error)) this.#until = Math.max(this.#until, startedAt + down * this.#leaseMs);
    }
    if (!this.#isLost && this.#timer !== undefined) this.#schedule(isRenewed ? renewal : retry);
  }

  /** An answer of the database may have been lost: then the lease is still ours, in a state that we do not know. */
  async #recheck(startedAt: number): Promise<boolean> {
    const { text, row } = await this.#read();
    if (row === null || row.process === this.#process) return this.#replace(text, startedAt);
    this.#isLost = true;
    this.#options.log.error({}, `This server takes no more requests, for ${refusal}; then start this one again`);
    return false;
  }

  async #read(): Promise<StoredLease> {
    const text = await this.#options.store.settings.get(leaseSetting);
    return { text, row: text === undefined ? null : leaseRow.parse(JSON.parse(text)) };
  }

  async #replace(expected: string | undefined, startedAt: number): Promise<boolean> {
    if (!(await this.#write(expected, Date.now() + this.#leaseMs))) return false;
    this.#until = startedAt + this.#leaseMs;
    return true;
  }

  async #write(expected: string | undefined, until: number): Promise<boolean> {
    this.#beat += 1;
    const [installation, leaseMs, beat] = [this.#installation, this.#leaseMs, this.#beat];
    const text = JSON.stringify({ installation, process: this.#process, beat, leaseMs, until });
    const isWritten = await this.#options.store.settings.replace(leaseSetting, expected, text);
    if (isWritten) this.#stored = text;
    return isWritten;
  }
}

interface StoredLease {
  readonly text: string | undefined;
  readonly row: z.infer<typeof leaseRow> | null;
}
