// Several instances on one database count limits and budgets by one Redis. One without Redis counts for itself: each kind refuses
// to start where the other serves. Called by compose/books.ts. Invariant: whoever serves says so in the database, again and again.

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { readInstallation } from "#control/installation.ts";
import { leaseRow, leaseSetting } from "#control/sole-instance.ts";
import type { SoleInstanceHold, SoleInstanceOptions } from "#control/sole-instance.ts";

/** In place of one installation: all that share. */
const everybody = "shared";
const usualLeaseMs = 15_000;
const renewal = 1 / 5;
const takeover = 4 / 3;
const pollMs = 250;

const refusal =
  "a GhostLLM without REDIS_URL serves from this database. Limits and budgets are counted together only where all have the " +
  "same REDIS_URL: set it there, too, or stop that one";

/** Rejects with a sentence where one serves that shares nothing. */
export async function shareDatabase(options: SoleInstanceOptions): Promise<SoleInstanceHold> {
  const share = new Share(options, await readInstallation(options.dataDir));
  await share.join();
  return share;
}

class Share implements SoleInstanceHold {
  readonly #options: SoleInstanceOptions;
  readonly #installation: string;
  readonly #leaseMs: number;
  readonly #process = randomBytes(8).toString("hex");
  #beat = 0;
  #isLost = false;
  #timer: NodeJS.Timeout | undefined;
  #saying: Promise<unknown> | null = null;

  constructor(options: SoleInstanceOptions, installation: string) {
    this.#options = options;
    this.#installation = installation;
    this.#leaseMs = options.leaseMs ?? usualLeaseMs;
  }

  /** Others count with this one, so a database that is silent stops nothing. */
  get until(): number {
    return this.#isLost ? -Infinity : Infinity;
  }

  holds(): boolean {
    return !this.#isLost;
  }

  async join(): Promise<void> {
    const { monotonic } = this.#options;
    const deadline = monotonic() + this.#leaseMs * (takeover + renewal);
    let seen: { readonly text: string | undefined; readonly since: number } | null = null;
    for (;;) {
      const text = await this.#options.store.settings.get(leaseSetting);
      if (seen === null || seen.text !== text) seen = { text, since: monotonic() };
      if (this.#isFree(text, monotonic() - seen.since) && (await this.#say(text))) break;
      if (monotonic() > deadline) throw new Error(refusal);
      await sleep(Math.min(pollMs, this.#leaseMs * renewal));
    }
    this.#timer = setInterval(() => {
      this.#saying ??= this.#again()
        .catch(() => undefined)
        .finally(() => (this.#saying = null));
    }, this.#leaseMs * renewal);
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#saying;
    this.#isLost = true;
  }

  #isFree(text: string | undefined, unchangedMs: number): boolean {
    if (text === undefined) return true;
    const { installation, until, leaseMs } = leaseRow.parse(JSON.parse(text));
    if (installation === everybody || installation === this.#installation || until === 0) return true;
    return unchangedMs >= leaseMs * takeover;
  }

  /** Another that shares may have said so at the same time: then all is well, too. */
  async #again(): Promise<void> {
    const text = await this.#options.store.settings.get(leaseSetting);
    if (this.#isFree(text, 0)) return void (await this.#say(text));
    this.#isLost = true;
    this.#options.log.error({}, `This server takes no more requests, for ${refusal}; then start this one again`);
  }

  #say(expected: string | undefined): Promise<boolean> {
    this.#beat += 1;
    const [process, beat, leaseMs] = [this.#process, this.#beat, this.#leaseMs];
    const row = { installation: everybody, process, beat, leaseMs, until: Date.now() + leaseMs };
    return this.#options.store.settings.replace(leaseSetting, expected, JSON.stringify(row));
  }
}
