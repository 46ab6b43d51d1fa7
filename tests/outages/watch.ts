// What a server says of itself while the plug is out: looked at again and again, and kept with the time.

import { setTimeout as sleep } from "node:timers/promises";
import type { Place } from "./places.ts";

export interface Look {
  readonly at: number;
  readonly isReady: boolean;
  readonly isOk: boolean;
  readonly parts: Readonly<Record<string, { readonly healthy: boolean; readonly detail: string }>>;
}

export interface MetricsLook {
  readonly at: number;
  /** By their names, as far as they have no labels. */
  readonly values: ReadonlyMap<string, number>;
}

/** Of the admin API: what the console would show. */
export interface AdminLook {
  readonly at: number;
  readonly status: number;
  readonly ms: number;
}

const healthEveryMs = 100;
const metricsEveryMs = 500;
const adminEveryMs = 1_000;

export class Watch {
  readonly looks: Look[] = [];
  readonly metrics: MetricsLook[] = [];
  readonly admin: AdminLook[] = [];
  readonly #place: Place;
  readonly #running: Promise<unknown>;
  #isStopped = false;

  constructor(place: Place) {
    this.#place = place;
    this.#running = Promise.all([
      this.#repeat(healthEveryMs, () => this.#lookAtHealth()),
      this.#repeat(metricsEveryMs, () => this.#lookAtMetrics()),
      this.#repeat(adminEveryMs, () => this.#lookAtAdmin()),
    ]);
  }

  /** Resolves with the first look of which it is so, beginning with those behind `since`; null after that time. */
  async first(since: number, isSo: (look: Look) => boolean, patienceMs: number): Promise<Look | null> {
    for (;;) {
      const found = this.looks.find((look) => look.at >= since && isSo(look));
      if (found !== undefined) return found;
      if (performance.now() - since > patienceMs) return null;
      await sleep(healthEveryMs / 2);
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #repeat(everyMs: number, look: () => Promise<void>): Promise<void> {
    while (!this.#isStopped) {
      await look();
      await sleep(everyMs);
    }
  }

  async #lookAtHealth(): Promise<void> {
    const at = performance.now();
    const { url } = this.#place.server;
    const [health, ready] = await Promise.all([fetch(`${url}/health`), fetch(`${url}/health/ready`)]);
    await ready.arrayBuffer();
    const { parts } = (await health.json()) as Pick<Look, "parts">;
    this.looks.push({ at, isReady: ready.ok, isOk: health.ok, parts });
  }

  async #lookAtMetrics(): Promise<void> {
    const at = performance.now();
    const text = await (await fetch(`${this.#place.server.url}/metrics`)).text();
    const lines = text.matchAll(/^(\w+) (\S+)$/gm);
    this.metrics.push({ at, values: new Map([...lines].map(([, name = "", value]) => [name, Number(value)])) });
  }

  async #lookAtAdmin(): Promise<void> {
    const at = performance.now();
    const { url, adminKey } = this.#place.server;
    const headers = { authorization: `Bearer ${adminKey}` };
    const answer = await fetch(`${url}/admin/users?limit=1`, { headers });
    await answer.arrayBuffer();
    this.admin.push({ at, status: answer.status, ms: performance.now() - at });
  }
}
