// Requests at a steady rate, of all kinds in turn, over connections that are kept, and ended now and then. What was answered otherwise than
// it should be is counted by its reason.

import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { percentile, sortNumbers } from "../bench/statistics.ts";
import { type Kind, kindNames, type KindName, kindOf } from "./kinds.ts";

export interface Seen {
  readonly asked: Readonly<Record<KindName, number>>;
  /** How often, by what was wrong. */
  readonly failures: ReadonlyMap<string, number>;
}

interface TrafficOptions {
  readonly url: string;
  readonly keys: readonly string[];
  readonly perSecond: number;
}

const tickMs = 10;
/** One request in so many is alone on its connection. */
const aloneEvery = 20;
/** The connections of so many requests are given up after them, and others opened. */
const requestsOfAnAgent = 3_000;
const patienceMs = 30_000;
const longestReason = 200;

export class Traffic {
  readonly #options: TrafficOptions;
  readonly #asked = Object.fromEntries(kindNames.map((name) => [name, 0])) as Record<KindName, number>;
  readonly #failures = new Map<string, number>();
  readonly #running = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  readonly #beganAt = performance.now();
  #agent = new Agent({ keepAlive: true });
  #turn = 0;
  #latenciesMs: number[] = [];

  constructor(options: TrafficOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  get seen(): Seen {
    return { asked: this.#asked, failures: this.#failures };
  }

  /** Of small requests since this was last asked, in ms. */
  takeP99(): number {
    const sorted = sortNumbers(this.#latenciesMs);
    this.#latenciesMs = [];
    return percentile(sorted, 99);
  }

  /** Resolves when all are answered. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#running);
    this.#agent.destroy();
  }

  #tick(): void {
    const due = ((performance.now() - this.#beganAt) / 1_000) * this.#options.perSecond;
    for (; this.#turn < due; this.#turn += 1) {
      if (this.#turn % requestsOfAnAgent === requestsOfAnAgent - 1) this.#changeAgent();
      const asking: Promise<void> = this.#ask(this.#turn).finally(() => this.#running.delete(asking));
      this.#running.add(asking);
    }
  }

  #changeAgent(): void {
    const old = this.#agent;
    this.#agent = new Agent({ keepAlive: true });
    void sleep(patienceMs, undefined, { ref: false }).then(() => old.destroy());
  }

  async #ask(turn: number): Promise<void> {
    const kind = kindOf(turn);
    this.#asked[kind.name] += 1;
    const startedAt = performance.now();
    const fault = await this.#send(turn, kind);
    if (kind.name === "small") this.#latenciesMs.push(performance.now() - startedAt);
    if (fault === null) return;
    const reason = `${kind.name}: ${fault.slice(0, longestReason)}`;
    this.#failures.set(reason, (this.#failures.get(reason) ?? 0) + 1);
  }

  /** What was wrong; null where nothing was. */
  #send(turn: number, kind: Kind): Promise<string | null> {
    const { url, keys } = this.#options;
    const agent = turn % aloneEvery === 0 ? false : this.#agent;
    const headers = { authorization: `Bearer ${keys[turn % keys.length]}`, "content-type": "application/json" };
    return new Promise((resolve) => {
      const sending = request(`${url}${kind.path}`, { method: "POST", agent, headers }, (response) => {
        let text = "";
        const { statusCode = 0 } = response;
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part;
          if (kind.isLeft === true && statusCode === 200) {
            resolve(null);
            sending.destroy();
          }
        });
        response.on("error", (error) => resolve(String(error)));
        response.on("end", () => resolve(statusCode === 200 && kind.isWhole(text) ? null : `${statusCode} ${text}`));
      });
      sending.setTimeout(patienceMs, () => sending.destroy(new Error(`no answer within ${patienceMs} ms`)));
      sending.on("error", (error) => resolve(String(error))).end(JSON.stringify(kind.body(turn)));
    });
  }
}
