// Keeps the outbox and the deliveries of webhooks within their bounds, and tells whom that has cost events.

import type { ControlLog } from "#control/control-log.ts";
import type { EventStore, WebhookStore } from "#control/store/events/event-store.ts";
import type { Clock } from "#domain/clock.ts";
import type { Health } from "#link/health.ts";
import type { SinkEvents } from "./sink.ts";

export interface Backlog {
  /** Of events that somebody has still to be told. */
  readonly most: number;
  readonly ms: number;
}

export interface OutboxKeeperDeps {
  readonly store: { readonly events: EventStore; readonly webhooks: WebhookStore };
  readonly backlog: Backlog;
  readonly events: SinkEvents;
  readonly health: Health;
  readonly clock: Clock;
  readonly log: ControlLog;
  readonly intervalMs?: number;
}

const dayMs = 24 * 60 * 60 * 1_000;
const usualIntervalMs = 60_000;
/** Of what everybody has been told. */
const mostTold = 100_000;
const deliveriesMs = 7 * dayMs;
const mostDelivered = 10_000;
/** So long `/health` says that events are missing. */
const noticeMs = dayMs;

export class OutboxKeeper {
  readonly #deps: OutboxKeeperDeps;
  readonly #timer: NodeJS.Timeout;
  #working: Promise<void> | null = null;
  #missedAt: number | null = null;

  constructor(deps: OutboxKeeperDeps) {
    this.#deps = deps;
    const work = (): void => {
      this.#working ??= this.#work().finally(() => (this.#working = null));
    };
    this.#timer = setInterval(work, deps.intervalMs ?? usualIntervalMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#working;
  }

  async #work(): Promise<void> {
    const { store, backlog, clock, log } = this.#deps;
    const now = clock.now();
    try {
      const told = { most: Math.min(mostTold, backlog.most), before: now - Math.min(dayMs, backlog.ms) };
      const cut = await store.events.cut({ told, waiting: { most: backlog.most, before: now - backlog.ms } });
      for (const [sink, count] of cut?.missed ?? []) this.#miss(sink, count, now);
      await store.webhooks.prune(now - deliveriesMs, mostDelivered);
      this.#tellHealth(now);
    } catch (error) {
      log.warn({ err: error }, "Old events could not be deleted; that is tried again");
    }
  }

  #miss(sink: string, count: number, now: number): void {
    if (count === 0) return;
    const { events, log } = this.#deps;
    this.#missedAt = now;
    events.eventsMissed(sink.startsWith("webhook ") ? "webhooks" : sink, count);
    log.error({ sink, count }, "Events were deleted before they could be told: the backlog is full");
  }

  #tellHealth(now: number): void {
    if (this.#missedAt === null) return;
    const isRecent = now - this.#missedAt < noticeMs;
    const at = new Date(this.#missedAt).toISOString();
    const detail = isRecent ? `events were deleted at ${at} before they could be told` : "all events are told";
    this.#deps.health.report("events", { isHealthy: !isRecent, detail });
    if (!isRecent) this.#missedAt = null;
  }
}
