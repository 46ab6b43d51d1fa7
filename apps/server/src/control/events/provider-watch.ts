// Sees when the gateway leaves a provider alone, and when it asks it again, and stores an event of it.

import type { ControlLog } from "#control/control-log.ts";
import type { RestingTarget } from "#control/live/resting-targets.ts";
import type { EventStore } from "#control/store/events/event-store.ts";
import type { Clock } from "#domain/clock.ts";
import type { Health } from "#link/health.ts";
import { notClosed, targetChanges } from "./target-changes.ts";
import type { KnownTargets, TargetChange } from "./target-changes.ts";
import { draftEvent, type EventDraft } from "#domain/event.ts";

export interface ProviderWatchDeps {
  readonly resting: () => readonly RestingTarget[];
  readonly store: Pick<EventStore, "add">;
  readonly clock: Clock;
  readonly log: ControlLog;
  readonly health: Pick<Health, "report">;
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
  #known: KnownTargets = new Map();
  #told = "";
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
    const targets = this.#deps.resting();
    const known = notClosed(targets);
    for (const change of targetChanges(this.#known, known)) this.#tellTarget(change);
    this.#known = known;
    this.#tellHealth(known);
    const now = byProvider(targets.filter(({ restMs }) => restMs > 0));
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

  #tellTarget({ name, target }: TargetChange): void {
    const { providerId, provider, model, reason, restMs } = target;
    const happenedAt = this.#deps.clock.now();
    const until = name === "target.closed" ? null : new Date(happenedAt + restMs).toISOString();
    const data = { provider_id: providerId, provider, model, reason, until };
    if (this.#untold.length < mostUntold) this.#untold.push(draftEvent(name, { happenedAt, userId: null }, data));
  }

  /** It says how many; who they are is told to those who may know it. */
  #tellHealth(known: KnownTargets): void {
    const parked = [...known.values()].filter(({ state }) => state === "parked").length;
    const detail = known.size === 0 ? "all are asked" : `${known.size - parked} rest or are tried, ${parked} parked`;
    if (detail === this.#told) return;
    this.#told = detail;
    // Others answer in their place, or their vendors say why they do not.
    this.#deps.health.report("targets", { isHealthy: true, detail });
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
