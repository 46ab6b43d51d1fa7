// Counts tokens of answers for which the vendor told no usage: in a worker, since tokenizing is far too slow for the
// event loop. The worker starts when it is first needed. Invariant: what waits for it is bounded, in bytes as in time.

import { Worker } from "node:worker_threads";

export interface EstimateRequest {
  readonly dialect: string;
  /** The request body. */
  readonly prompt: Buffer;
  /** The answer or stream as it came, or its beginning. */
  readonly answer: string;
  readonly streamed: boolean;
}

export interface TokenCounts {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export interface Estimator {
  /** Null when the worker did not answer in time, or has too much to do: the caller then guesses from the sizes. */
  estimate(request: EstimateRequest): Promise<TokenCounts | null>;
  close(): Promise<void>;
}

/** How long the last bytes of an answer may be held back for a better count. */
const usualDeadlineMs = 250;
/** Of all that waits: beyond it nobody would be answered in time. */
const maxWaitingBytes = 32 * 2 ** 20;

interface Job {
  readonly request: EstimateRequest;
  readonly resolve: (counts: TokenCounts | null) => void;
  readonly timer: NodeJS.Timeout;
}

export function createEstimator(deadlineMs = usualDeadlineMs): Estimator {
  return new WorkerEstimator(deadlineMs);
}

class WorkerEstimator implements Estimator {
  readonly #deadlineMs: number;
  #worker: Worker | null = null;
  /** In the order in which they came. */
  readonly #waiting = new Set<Job>();
  #waitingBytes = 0;
  /** What the worker works on: it is given one at a time, so that none waits there who has given up. */
  #current: Job | null = null;

  constructor(deadlineMs: number) {
    this.#deadlineMs = deadlineMs;
  }

  estimate(request: EstimateRequest): Promise<TokenCounts | null> {
    const bytes = sizeOf(request);
    if (this.#waiting.size > 0 && this.#waitingBytes + bytes > maxWaitingBytes) return Promise.resolve(null);
    return new Promise((resolve) => {
      const job: Job = { request, resolve, timer: setTimeout(() => this.#giveUp(job), this.#deadlineMs) };
      this.#waiting.add(job);
      this.#waitingBytes += bytes;
      this.#next();
    });
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #next(): void {
    const [job] = this.#waiting;
    if (job === undefined || this.#current !== null) return;
    this.#leave(job);
    this.#current = job;
    this.#worker ??= this.#start();
    this.#worker.postMessage(job.request);
  }

  #start(): Worker {
    const worker = new Worker(new URL("./tokenizer-worker.ts", import.meta.url));
    worker.on("message", (counts: TokenCounts | null) => this.#answer(counts));
    worker.on("error", () => {
      this.#worker = null;
      this.#answer(null);
    });
    // Last of all: whoever listens to its messages keeps the process running again.
    worker.unref();
    return worker;
  }

  #answer(counts: TokenCounts | null): void {
    const job = this.#current;
    this.#current = null;
    if (job !== null) {
      clearTimeout(job.timer);
      job.resolve(counts);
    }
    this.#next();
  }

  #giveUp(job: Job): void {
    if (this.#waiting.has(job)) this.#leave(job);
    job.resolve(null);
  }

  #leave(job: Job): void {
    this.#waiting.delete(job);
    this.#waitingBytes -= sizeOf(job.request);
  }
}

function sizeOf({ prompt, answer }: EstimateRequest): number {
  return prompt.length + answer.length;
}
