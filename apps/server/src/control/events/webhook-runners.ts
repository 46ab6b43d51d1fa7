// A runner for each webhook that is switched on. Which those are is asked when one was changed here, and now and then, since another
// instance may have changed one.

import type { WebhookRow } from "#control/store/events/event-store.ts";
import type { Health } from "#link/health.ts";
import type { Signals } from "#link/signals.ts";
import { WebhookRunner, type WebhookRunnerDeps } from "./webhook-runner.ts";

export interface WebhookRunnersDeps extends Omit<WebhookRunnerDeps, "onChange"> {
  readonly health: Health;
  readonly signals: Pick<Signals, "listen">;
}

const reviewMs = 10_000;
const part = "webhooks";

export class WebhookRunners {
  readonly #deps: WebhookRunnersDeps;
  readonly #runners = new Map<string, WebhookRunner>();
  readonly #timer: NodeJS.Timeout;
  readonly #stopListening: () => void;
  #reviewing: Promise<void> = Promise.resolve();
  #hasReported = false;
  #isStopped = false;

  constructor(deps: WebhookRunnersDeps) {
    this.#deps = deps;
    this.#timer = setInterval(() => this.#review(), reviewMs).unref();
    this.#stopListening = deps.signals.listen("object_changed", ({ change }) => {
      if (change.what === "webhooks") this.#review();
    });
    this.#review();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    this.#stopListening();
    await this.#reviewing;
    await Promise.all([...this.#runners.values()].map((runner) => runner.stop()));
  }

  /** One at a time. */
  #review(): void {
    this.#reviewing = this.#reviewing.then(() => this.#look()).catch(() => undefined);
  }

  async #look(): Promise<void> {
    if (this.#isStopped) return;
    const active = await this.#deps.store.webhooks.active();
    const ids = new Set(active.map(({ id }) => id));
    for (const [id, runner] of this.#runners) {
      if (ids.has(id)) continue;
      this.#runners.delete(id);
      await runner.stop();
    }
    for (const id of ids) {
      const known = this.#runners.get(id);
      if (known === undefined)
        this.#runners.set(id, new WebhookRunner(id, { ...this.#deps, onChange: () => this.#review() }));
      else known.wake();
    }
    await this.#tellHealth(active.filter(({ failingSince }) => failingSince !== null));
  }

  /** Nothing is told of them where there are none. */
  async #tellHealth(failing: readonly WebhookRow[]): Promise<void> {
    const all = await this.#deps.store.webhooks.list({ limit: mostListed });
    const off = all.filter(({ isActive, inactiveReason }) => !isActive && inactiveReason !== null);
    const bad = [...failing.map(({ name }) => `${name} fails`), ...off.map(({ name }) => `${name} was switched off`)];
    const since = Math.min(...failing.map(({ failingSince }) => failingSince ?? Infinity));
    const isHealthy = off.length === 0 && this.#deps.clock.now() - since < graceMs;
    if (all.length === 0 && !this.#hasReported) return;
    this.#hasReported = true;
    const detail = bad.length === 0 ? `${all.length} ${all.length === 1 ? "webhook" : "webhooks"}` : bad.join("; ");
    this.#deps.health.report(part, { isHealthy, detail });
  }
}

const mostListed = 500;
/** One attempt that fails is no illness. */
const graceMs = 60_000;
