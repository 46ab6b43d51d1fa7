// Counts tokens of answers for which the vendor told no usage: in a worker, since tokenizing is far too slow for the
// event loop. The worker starts when it is first needed and always answers in bounded time.

import { Worker } from "node:worker_threads";

export interface EstimateRequest {
  readonly dialect: string;
  /** The request body. */
  readonly prompt: string;
  /** The answer or stream as it came, or its beginning. */
  readonly answer: string;
  readonly streamed: boolean;
}

export interface TokenCounts {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export interface Estimator {
  /** Null when the worker did not answer in time: the caller then guesses from the sizes. */
  estimate(request: EstimateRequest): Promise<TokenCounts | null>;
  close(): Promise<void>;
}

/** How long the last bytes of an answer may be held back for a better count. */
const deadlineMs = 250;

export function createEstimator(): Estimator {
  let worker: Worker | null = null;
  let nextId = 0;
  const waiting = new Map<number, (counts: TokenCounts | null) => void>();

  const start = (): Worker => {
    const started = new Worker(new URL("./tokenizer-worker.ts", import.meta.url));
    started.unref();
    started.on("message", ({ id, counts }: { id: number; counts: TokenCounts | null }) => waiting.get(id)?.(counts));
    started.on("error", () => {
      worker = null;
      for (const answer of waiting.values()) answer(null);
    });
    return started;
  };

  return {
    estimate(request) {
      worker ??= start();
      const id = nextId++;
      return new Promise((resolve) => {
        const answer = (counts: TokenCounts | null): void => {
          clearTimeout(timer);
          waiting.delete(id);
          resolve(counts);
        };
        const timer = setTimeout(() => answer(null), deadlineMs);
        waiting.set(id, answer);
        worker?.postMessage({ id, request });
      });
    },
    async close() {
      await worker?.terminate();
    },
  };
}
