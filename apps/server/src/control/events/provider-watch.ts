// Sees when the gateway leaves a provider alone, and when it asks it again, and stores an event of it.

import type { ControlLog } from "#control/control-log.ts";
import type { RestingTarget } from "#control/live/resting-targets.ts";
import type { EventStore } from "#control/store/events/event-store.ts";
import type { Clock } from "#domain/clock.ts";
import { draftEvent, type EventDraft } from "#domain/event.ts";

export interface ProviderWatchDeps {
  readonly resting: () => readonly RestingTarget[];
  readonly store: Pick<EventStore, "add">;
  readonly clock: Clock;
  readonly log: ControlLog;
  readonly intervalMs?: number;
}

interface Down {
  readonly provider: string;
  readonly models: readonly string[];
}

const usualIntervalMs = 500;
/** Told later where the database is away; more of them are of no use to anybody. */
const mostUntold = 1_000;

export class ProviderWatch {
  readonly #deps: ProviderWatchDeps;
  readonly #timer: NodeJS.Timeout;
  #down = new Map<string, Down>();
  #untold: EventDraft[] = [];
  #storing: Promise<void> | null = null;

  constructor(deps: ProviderWatchDeps) {
    this.#deps = deps;
    this.#timer = setInterval(() => this.#look(), deps.intervalMs ?? usualIntervalMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#storing;
  }

  #look(): void {
    const now = byProvider(this.#deps.resting());
    const before = this.#down;
    this.#down = now;
    for (const [id, down] of now) if (!before.has(id)) this.#tell("provider.down", id, down);
    for (const [id, down] of before) if (!now.has(id)) this.#tell("provider.up", id, down);
    if (this.#untold.length > 0) this.#storing ??= this.#store().finally(() => (this.#storing = null));
  }

  #tell(name: "provider.down" | "provider.up", providerId: string, { provider, models }: Down): void {
    const circumstances = { happenedAt: this.#deps.clock.now(), userId: null };
    const data = { provider_id: providerId, provider, models: [...models] };
    if (this.#untold.length < mostUntold) this.#untold.push(draftEvent(name, circumstances, data));
  }

  async #store(): Promise<void> {
    const events = this.#untold;
    this.#untold = [];
    try {
      await this.#deps.store.add(events);
    } catch (error) {
      this.#untold = [...events, ...this.#untold];
      this.#deps.log.warn({ err: error }, "Events of providers cannot be stored yet");
    }
  }
}

function byProvider(targets: readonly RestingTarget[]): Map<string, Down> {
  const down = new Map<string, { provider: string; models: string[] }>();
  for (const { providerId, provider, model } of targets) {
    const known = down.get(providerId);
    if (known === undefined) down.set(providerId, { provider, models: [model] });
    else known.models.push(model);
  }
  return down;
}
