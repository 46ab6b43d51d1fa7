// Work that one instance at a time does, of all that share a database: `leases.run("prices", work)` calls `work` whenever the lease of
// that name is this instance's. The work goes on until `held.signal` is aborted; one that ends or throws before is begun anew.
// Invariant: who holds a lease stops before another may begin, by clocks that only go forward: the holder counts from before it
// renewed, others from when they saw the lease unchanged, so that it does not matter what time it is on any machine.

import { setTimeout as sleep } from "node:timers/promises";
import type { ControlLog } from "#control/control-log.ts";
import type { LeaseRow } from "#control/store/leases.ts";
import type { Store } from "#control/store/store.ts";
import { LeasedWork, type Work } from "./leased-work.ts";

export interface Leases {
  /** Answers how to stop: resolves when the work has ended, and another instance may have the lease at once. */
  run(name: string, work: Work): () => Promise<void>;
}

export interface LeasesOptions {
  readonly store: Pick<Store, "leases" | "within">;
  /** This process. */
  readonly instance: string;
  /** The data directory, whose lock keeps a second process off it. */
  readonly installation: string;
  readonly leaseMs: number;
  readonly monotonic: () => number;
  readonly log: ControlLog;
}

/** In parts of the lease. Who has not renewed it has lost it; another takes it a fifth later. */
const term = 0.6;
const takeover = 0.8;
const renewal = 0.2;
const turn = 0.1;
const patience = 1 / 6;

interface Seen {
  readonly row: LeaseRow;
  readonly since: number;
}

export class DatabaseLeases implements Leases {
  readonly #options: LeasesOptions;
  readonly #works = new Map<string, LeasedWork>();
  readonly #seen = new Map<string, Seen>();
  #renewAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #turning: Promise<void> | null = null;
  #isFailing = false;
  /** Something is wanted that no turn has looked for. */
  #isAsked = false;

  constructor(options: LeasesOptions) {
    this.#options = options;
  }

  run(name: string, work: Work): () => Promise<void> {
    if (this.#works.has(name)) throw new Error(`the lease ${name} is asked for twice`);
    const { monotonic, log, leaseMs } = this.#options;
    const leased = new LeasedWork({ name, work, monotonic, log, pauseMs: leaseMs * turn });
    this.#works.set(name, leased);
    this.#isAsked = true;
    this.#schedule(0);
    return () => this.#stop(leased);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#works.values()].map((work) => this.#stop(work)));
    clearTimeout(this.#timer);
    await this.#turning;
  }

  async #stop(work: LeasedWork): Promise<void> {
    const { store, instance, leaseMs } = this.#options;
    this.#works.delete(work.name);
    // A turn under way may be just taking it.
    await this.#turning;
    work.end();
    const isDone = await Promise.race([work.ended.then(() => true), sleep(leaseMs * (takeover - term), false)]);
    // What still goes on keeps the lease until that ends by itself. The database may be away: then it does so, too.
    if (!isDone) return;
    await store.within(leaseMs * patience, () => store.leases.giveBack(work.name, instance)).catch(() => undefined);
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#begin(), ms).unref();
  }

  #begin(): void {
    if (this.#turning !== null || this.#works.size === 0) return;
    this.#isAsked = false;
    this.#turning = this.#turn().finally(() => {
      this.#turning = null;
      this.#schedule(this.#isAsked ? 0 : this.#options.leaseMs * turn);
    });
  }

  /** Never rejects: what is not renewed ends by itself. */
  async #turn(): Promise<void> {
    const { store, leaseMs, log } = this.#options;
    try {
      await store.within(leaseMs * patience, async () => {
        await this.#renew();
        await this.#takeFree();
      });
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) log.warn({ err: error }, "Leases cannot be renewed: their work may go to another instance");
      this.#isFailing = true;
    }
  }

  async #renew(): Promise<void> {
    const { store, instance, leaseMs, monotonic } = this.#options;
    const startedAt = monotonic();
    const held = [...this.#works.values()].filter((work) => work.isHeld);
    if (held.length === 0 || startedAt < this.#renewAt) return;
    const names = held.map(({ name }) => name);
    const renewed = new Set(await store.leases.renew(names, instance));
    for (const work of held) {
      if (renewed.has(work.name)) work.hold(startedAt + leaseMs * term);
      else work.end();
    }
    this.#renewAt = startedAt + leaseMs * renewal;
  }

  async #takeFree(): Promise<void> {
    const { store, instance, installation, leaseMs, monotonic } = this.#options;
    const wanted = [...this.#works.values()].filter((work) => work.isIdle);
    if (wanted.length === 0) return;
    const askedAt = monotonic();
    const rows = new Map((await store.leases.list()).map((row) => [row.name, row]));
    for (const work of wanted) {
      const row = rows.get(work.name);
      if (row !== undefined && !this.#isFree(row, askedAt)) continue;
      const startedAt = monotonic();
      if (await store.leases.take(work.name, row, { holder: instance, installation, leaseMs }))
        work.begin(startedAt + leaseMs * term);
    }
  }

  #isFree(row: LeaseRow, askedAt: number): boolean {
    const { instance, installation, monotonic } = this.#options;
    // Its own is one that it took without learning so, or lost without anybody taking it.
    if (row.holder === "" || row.holder === instance || row.installation === installation) return true;
    const seen = this.#seen.get(row.name);
    if (seen?.row.holder === row.holder && seen.row.beat === row.beat)
      return askedAt - seen.since >= row.leaseMs * takeover;
    this.#seen.set(row.name, { row, since: monotonic() });
    return false;
  }
}
