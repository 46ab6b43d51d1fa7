// One piece of work and the right to do it. Called by leases.ts. Invariant: it never runs twice at a time in this process.

import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { ControlLog } from "#control/control-log.ts";

export interface Held {
  /** Aborted when the lease is lost or given up. */
  readonly signal: AbortSignal;
  /** Is it still ours? A process that was paused learns here what its signal tells a little later. */
  holds(): boolean;
}

export type Work = (held: Held) => Promise<void>;

interface LeasedWorkOptions {
  readonly name: string;
  readonly work: Work;
  readonly monotonic: () => number;
  readonly log: ControlLog;
  /** Before work that ended by itself is begun anew. */
  readonly pauseMs: number;
}

export class LeasedWork {
  readonly #options: LeasedWorkOptions;
  /** The patience of the turn that takes the lease is not that of the work. */
  readonly #outside = AsyncLocalStorage.snapshot();
  #until = -Infinity;
  #ending: AbortController | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** Resolves when nothing of it goes on. */
  ended: Promise<void> = Promise.resolve();
  #isRunning = false;

  constructor(options: LeasedWorkOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get isHeld(): boolean {
    return this.#ending !== null;
  }

  /** It can be begun. */
  get isIdle(): boolean {
    return !this.#isRunning;
  }

  /** `until` is of the monotonic clock. */
  begin(until: number): void {
    const ending = new AbortController();
    this.#ending = ending;
    this.hold(until);
    const holds = (): boolean => !ending.signal.aborted && this.#options.monotonic() < this.#until;
    this.#isRunning = true;
    const repeat = () => this.#repeat({ signal: ending.signal, holds });
    this.ended = this.#outside(repeat).finally(() => (this.#isRunning = false));
  }

  hold(until: number): void {
    this.#until = until;
    clearTimeout(this.#timer);
    const leftMs = until - this.#options.monotonic();
    this.#timer = setTimeout(() => this.end(), Math.max(0, leftMs)).unref();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#until = -Infinity;
    this.#ending?.abort();
    this.#ending = null;
  }

  async #repeat(held: Held): Promise<void> {
    const { name, work, log, pauseMs } = this.#options;
    const { signal } = held;
    while (!signal.aborted) {
      try {
        await work(held);
      } catch (error) {
        if (!signal.aborted) log.error({ err: error, lease: name }, "Work under a lease failed; it is begun anew");
      }
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
