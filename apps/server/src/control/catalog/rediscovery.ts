// Asks every provider for its models from time to time, so that a server that was down at the start, or has got another
// model since, is known without a restart. Run by compose, under a lease.
// Invariant: one provider is asked at a time, and one that does not answer ever less often.

import { setTimeout as sleep } from "node:timers/promises";
import type { ControlLog } from "#control/control-log.ts";
import type { Held } from "#control/leases/leased-work.ts";
import type { Store } from "#control/store/store.ts";
import type { Clock } from "#domain/clock.ts";
import type { ProviderEntry, Snapshot } from "#domain/snapshot.ts";
import { takeOver } from "./discover.ts";
import { probeProvider } from "./probe.ts";
import type { FetchJson } from "./vendor.ts";

export interface RediscoveryOptions {
  readonly snapshot: () => Snapshot;
  readonly store: Store;
  readonly fetchJson: FetchJson;
  readonly clock: Clock;
  readonly log: ControlLog;
  readonly changed: () => Promise<void>;
  /** Between two lists of a vendor that answers. */
  readonly intervalMs: number;
  /** Between two looks at who is due. */
  readonly sweepMs?: number;
}

interface Turn {
  readonly dueAt: number;
  readonly failures: number;
}

const usualSweepMs = 1_000;
const firstWaitMs = 5_000;
/** On hardware of one's own models come and go, and asking costs nothing. */
const ownServerIntervalMs = 60_000;

export class Rediscovery {
  readonly #options: RediscoveryOptions;
  readonly #turns = new Map<string, Turn>();

  constructor(options: RediscoveryOptions) {
    this.#options = options;
  }

  /** Goes on until the lease is lost. */
  async run({ signal }: Pick<Held, "signal">): Promise<void> {
    const { sweepMs = usualSweepMs } = this.#options;
    while (!signal.aborted) {
      await this.#askAllDue(signal);
      await sleep(sweepMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #askAllDue(signal: AbortSignal): Promise<void> {
    const { snapshot, clock } = this.#options;
    const providers = [...snapshot().providers.values()].filter(({ definition }) => definition.modelList !== undefined);
    for (const provider of providers) {
      const due = this.#turns.get(provider.id)?.dueAt ?? 0;
      if (!signal.aborted && clock.monotonic() >= due) await this.#ask(provider, signal);
    }
  }

  async #ask(provider: ProviderEntry, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    try {
      const isReached = await this.#takeOver(provider, signal);
      const failures = isReached ? 0 : (this.#turns.get(provider.id)?.failures ?? 0) + 1;
      this.#turns.set(provider.id, { dueAt: clock.monotonic() + this.#waitMs(provider, failures), failures });
    } catch (error) {
      this.#turns.set(provider.id, { dueAt: clock.monotonic() + this.#options.intervalMs, failures: 0 });
      if (!signal.aborted) log.warn({ err: error, provider: provider.name }, "The list of models could not be stored");
    }
  }

  #waitMs({ definition }: ProviderEntry, failures: number): number {
    const { intervalMs } = this.#options;
    const usual = definition.free === true ? Math.min(intervalMs, ownServerIntervalMs) : intervalMs;
    return failures === 0 ? usual : Math.min(usual, firstWaitMs * 2 ** (failures - 1));
  }

  /** False where nobody answered. A vendor that answered something else has no list, or none for us. */
  async #takeOver(provider: ProviderEntry, signal: AbortSignal): Promise<boolean> {
    const { store, fetchJson, clock, log, changed } = this.#options;
    const options = { provider, fetchJson, monotonic: () => clock.monotonic(), store };
    const { list, httpStatus } = await probeProvider(options);
    // Whoever removed the provider meanwhile does not want its models.
    if (list === null || signal.aborted || (await store.providers.find(provider.id)) === undefined)
      return httpStatus !== null || list !== null;
    const { added, removed } = await takeOver(options, list);
    if (added + removed === 0) return true;
    log.info({ provider: provider.name, added, removed }, "The vendor's list of models is taken over");
    await changed();
    return true;
  }
}
