// The two ways to load a target: as many requests as it takes with a fixed number of connections, and a fixed rate.

import { Connection, type Endpoint } from "./connection.ts";
import { sortNumbers } from "./statistics.ts";

export interface Load {
  readonly endpoint: Endpoint;
  readonly request: Uint8Array;
  readonly seconds: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly errors: number;
  readonly seconds: number;
  /** Sorted. */
  readonly latenciesMs: Float64Array;
}

const longestWaitMs = 10_000;
const mostErrors = 1_000;

export function loadAtConcurrency(load: Load & { readonly concurrency: number }): Promise<LoadResult> {
  const run = new Run(load);
  return run.finish(() => {
    for (let index = 0; index < load.concurrency; index += 1) run.keepBusy(run.open());
  });
}

const tickMs = 2;

/** Sends on time whether or not earlier answers have come, over as many connections as that takes. */
export function loadAtRate(load: Load & { readonly perSecond: number }): Promise<LoadResult> {
  const run = new Run(load);
  let sent = 0;
  return run.finish(() => {
    const timer = setInterval(() => {
      const due = Math.min(run.elapsedMs, load.seconds * 1000) * (load.perSecond / 1000);
      for (; sent < due; sent += 1) run.sendOnce();
      if (run.isOver) clearInterval(timer);
    }, tickMs);
  });
}

class Lane {
  connection: Connection | undefined;
  sentMs = 0;
}

class Run {
  readonly #load: Load;
  readonly #startedMs = performance.now();
  readonly #lanes = new Set<Lane>();
  readonly #idle: Lane[] = [];
  readonly #latencies: number[] = [];
  #errors = 0;
  #inFlight = 0;
  #isAbandoned = false;

  constructor(load: Load) {
    this.#load = load;
  }

  get elapsedMs(): number {
    return performance.now() - this.#startedMs;
  }

  get isOver(): boolean {
    return this.#isAbandoned || this.elapsedMs >= this.#load.seconds * 1000 || this.#errors > mostErrors;
  }

  open(): Lane {
    const lane = new Lane();
    this.#lanes.add(lane);
    return lane;
  }

  /** Sends one request after the other until the time is over. */
  keepBusy(lane: Lane): void {
    if (!this.isOver) this.#send(lane, () => this.keepBusy(lane));
  }

  sendOnce(): void {
    const lane = this.#idle.pop() ?? this.open();
    this.#send(lane, () => this.#idle.push(lane));
  }

  /** Resolves when every request that was sent has its answer, or none came for too long. */
  finish(start: () => void): Promise<LoadResult> {
    start();
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        this.#isAbandoned = this.elapsedMs > this.#load.seconds * 1000 + longestWaitMs;
        if (!this.isOver || (this.#inFlight > 0 && !this.#isAbandoned)) return;
        clearInterval(timer);
        resolve(this.#conclude());
      }, tickMs);
    });
  }

  #conclude(): LoadResult {
    const seconds = this.elapsedMs / 1000;
    for (const lane of this.#lanes) lane.connection?.destroy();
    const latenciesMs = sortNumbers(this.#latencies);
    return { requests: latenciesMs.length, errors: this.#errors + this.#inFlight, seconds, latenciesMs };
  }

  #send(lane: Lane, next: () => void): void {
    if (lane.connection?.isUsable !== true) lane.connection = this.#connect(lane);
    this.#afterAnswer.set(lane, next);
    this.#inFlight += 1;
    lane.sentMs = performance.now();
    lane.connection.send(this.#load.request);
  }

  readonly #afterAnswer = new Map<Lane, () => void>();

  #connect(lane: Lane): Connection {
    return new Connection(this.#load.endpoint, {
      onAnswer: (status) => {
        if (status === 200) this.#latencies.push(performance.now() - lane.sentMs);
        else this.#errors += 1;
        this.#settle(lane);
      },
      onLost: (isMidway) => {
        if (!isMidway) return;
        this.#errors += 1;
        this.#settle(lane);
      },
    });
  }

  #settle(lane: Lane): void {
    this.#inFlight -= 1;
    this.#afterAnswer.get(lane)?.();
  }
}
