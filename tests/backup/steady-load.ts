// So many requests in a second, whatever becomes of them: for what a backup does to those who ask meanwhile.

import { setTimeout as sleep } from "node:timers/promises";

export interface Answered {
  /** Epoch ms. */
  readonly askedAt: number;
  readonly answeredAt: number;
  readonly ms: number;
}

export interface SteadyLoad {
  readonly answered: readonly Answered[];
  /** Others than 200, and those that were cut off. */
  readonly failed: number;
  /** Waits for those under way. */
  stop(): Promise<void>;
}

interface LoadOptions {
  readonly url: string;
  readonly key: string;
  readonly model: string;
  readonly perSecond: number;
}

const tickMs = 10;
/** On a machine that cannot keep up nobody sends more and more: what is due then is left out. */
const mostAtOnce = 100;

export function startLoad({ url, key, model, perSecond }: LoadOptions): SteadyLoad {
  const [answered, underWay] = [[] as Answered[], new Set<Promise<void>>()];
  const body = JSON.stringify({ model, max_tokens: 50, messages: [{ role: "user", content: "Hello" }] });
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const load = { answered, failed: 0 };
  const ask = async (): Promise<void> => {
    const [askedAt, from] = [Date.now(), performance.now()];
    const response = await fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body });
    await response.arrayBuffer();
    if (response.status === 200) answered.push({ askedAt, answeredAt: Date.now(), ms: performance.now() - from });
    else load.failed += 1;
  };
  const beganAt = performance.now();
  let asked = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - beganAt) / 1_000) * perSecond);
    for (; asked < due; asked += 1) {
      if (underWay.size >= mostAtOnce) continue;
      const asking = ask()
        .catch(() => void (load.failed += 1))
        .finally(() => underWay.delete(asking));
      underWay.add(asking);
    }
  }, tickMs);
  return {
    answered,
    get failed() {
      return load.failed;
    },
    async stop() {
      clearInterval(timer);
      await Promise.race([Promise.all(underWay), sleep(10_000)]);
    },
  };
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
