// The gateway's own work meanwhile: small requests at a fixed rate by many keys, answered by the fake vendor.

import { loopbackEndpoint, renderRequest } from "../bench/connection.ts";
import { loadAtRate } from "../bench/load.ts";
import { percentile, sortNumbers } from "../bench/statistics.ts";
import { at, type Cast } from "./cast.ts";

export interface TrafficSeen {
  readonly requests: number;
  readonly errors: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly mostMs: number;
}

const body = JSON.stringify({ model: "openai/gpt-4o-mini", messages: [{ role: "user", content: "Hello" }] });

export class Traffic {
  readonly #request: (turn: number) => Buffer;
  readonly #perSecond: number;
  readonly #ended: Promise<void>;
  #latencies: number[] = [];
  #errors = 0;
  #isOver = false;

  constructor(url: string, { keys }: Cast, perSecond: number) {
    const endpoint = loopbackEndpoint(url);
    this.#perSecond = perSecond;
    // Of those that are in nobody's way: active, and without a budget that is used up.
    this.#request = (turn) =>
      renderRequest({ endpoint, path: "/v1/chat/completions", key: at(keys, 1000 + ((turn * 20) % 500)).secret, body });
    this.#ended = this.#run(endpoint);
  }

  async #run(endpoint: ReturnType<typeof loopbackEndpoint>): Promise<void> {
    for (let turn = 0; !this.#isOver; turn += 1) {
      const load = { endpoint, request: this.#request(turn), seconds: 1, perSecond: this.#perSecond };
      const { latenciesMs, errors } = await loadAtRate(load);
      this.#latencies.push(...latenciesMs);
      this.#errors += errors;
    }
  }

  /** Since this was last asked. */
  take(): TrafficSeen {
    const sorted = sortNumbers(this.#latencies);
    const errors = this.#errors;
    [this.#latencies, this.#errors] = [[], 0];
    const [p50Ms, p99Ms, mostMs] = [50, 99, 100].map((percent) => percentile(sorted, percent));
    return { requests: sorted.length, errors, p50Ms: p50Ms ?? NaN, p99Ms: p99Ms ?? NaN, mostMs: mostMs ?? NaN };
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#ended;
  }
}
