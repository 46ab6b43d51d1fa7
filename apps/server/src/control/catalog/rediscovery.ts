// Asks every provider for its models from time to time, so that a server that was down at the start, or has got another
// model since, is known without a restart. Started by compose.
// Invariant: one provider is asked at a time, and one that does not answer ever less often.

import type { ControlLog } from "#control/control-log.ts";
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
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | null = null;
  #isStopped = false;

  constructor(options: RediscoveryOptions) {
    this.#options = options;
  }

  start(): void {
    const { sweepMs = usualSweepMs } = this.#options;
    this.#timer = setTimeout(() => void this.#sweep(), this.#turns.size === 0 ? 0 : sweepMs);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #sweep(): Promise<void> {
    this.#running = this.#askAllDue();
    await this.#running;
    if (!this.#isStopped) this.start();
  }

  async #askAllDue(): Promise<void> {
    const { snapshot, clock } = this.#options;
    const providers = [...snapshot().providers.values()].filter(({ definition }) => definition.modelList !== undefined);
    for (const provider of providers) {
      const due = this.#turns.get(provider.id)?.dueAt ?? 0;
      if (!this.#isStopped && clock.monotonic() >= due) await this.#ask(provider);
    }
  }

  async #ask(provider: ProviderEntry): Promise<void> {
    const { clock, log } = this.#options;
    try {
      const isReached = await this.#takeOver(provider);
      const failures = isReached ? 0 : (this.#turns.get(provider.id)?.failures ?? 0) + 1;
      this.#turns.set(provider.id, { dueAt: clock.monotonic() + this.#waitMs(provider, failures), failures });
    } catch (error) {
      this.#turns.set(provider.id, { dueAt: clock.monotonic() + this.#options.intervalMs, failures: 0 });
      if (!this.#isStopped) log.warn({ err: error, provider: provider.name }, "The list of models could not be stored");
    }
  }

  #waitMs({ definition }: ProviderEntry, failures: number): number {
    const { intervalMs } = this.#options;
    const usual = definition.free === true ? Math.min(intervalMs, ownServerIntervalMs) : intervalMs;
    return failures === 0 ? usual : Math.min(usual, firstWaitMs * 2 ** (failures - 1));
  }

  /** False where nobody answered. A vendor that answered something else has no list, or none for us. */
  async #takeOver(provider: ProviderEntry): Promise<boolean> {
    const { store, fetchJson, clock, log, changed } = this.#options;
    const options = { provider, fetchJson, monotonic: () => clock.monotonic(), store };
    const { list, httpStatus } = await probeProvider(options);
    // Whoever removed the provider meanwhile does not want its models.
    if (list === null || this.#isStopped || (await store.providers.find(provider.id)) === undefined)
      return httpStatus !== null || list !== null;
    const { added, removed } = await takeOver(options, list);
    if (added + removed === 0) return true;
    log.info({ provider: provider.name, added, removed }, "The vendor's list of models is taken over");
    await changed();
    return true;
  }
}
