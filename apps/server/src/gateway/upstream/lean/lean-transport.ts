// HTTP/1.1 over bare sockets, for all that goes to vendors directly: a pool of connections an origin, one write a request, and a reader
// that hands out what it received. Called by lanes.ts. What goes through a proxy goes by way of undici.

import { performance } from "node:perf_hooks";
import type {
  AnswerController,
  AnswerHandler,
  Dispatch,
  Transport,
  UpstreamTimeouts,
} from "#gateway/upstream/transport.ts";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import type { Exchange } from "./exchange.ts";
import { OriginPool } from "./origin-pool.ts";
import type { Connect } from "./connect.ts";

export interface LeanOptions {
  readonly timeouts: UpstreamTimeouts;
  readonly connectTo: (origin: URL) => Connect;
  readonly mostConnections?: number;
}

/** To one origin. */
const usualMostConnections = 4_096;
/** Of deadlines, which are therefore kept to within this or a tenth of the shortest. */
const mostSweepMs = 1_000;
const leastSweepMs = 20;

export class LeanTransport implements Transport {
  readonly #options: LeanOptions;
  readonly #pools = new Map<string, OriginPool>();
  #sweepMs = mostSweepMs;
  #timer: NodeJS.Timeout | null = null;
  #isDestroyed = false;
  #departing: { readonly pool: OriginPool; readonly exchange: Exchange }[] = [];

  constructor(options: LeanOptions) {
    this.#options = options;
  }

  dispatch(request: Dispatch, handler: AnswerHandler): void {
    if (this.#isDestroyed) return refuse(handler);
    // As operators have them now: a request keeps those with which it came.
    const { firstByteMs } = this.#options.timeouts;
    const idleMs = Math.min(this.#options.timeouts.idleMs, request.idleMs ?? Infinity);
    this.#sweepFor(Math.min(firstByteMs, idleMs));
    this.#timer ??= setInterval(() => this.#sweep(), this.#sweepMs).unref();
    const pool = this.#poolTo(request.origin);
    const deadlineMs = performance.now() + firstByteMs;
    const exchange = pool.take(request, handler, { deadlineMs, idleMs });
    if (this.#departing.push({ pool, exchange }) === 1) setImmediate(() => this.#depart());
  }

  /** From now on as often as it takes for the shortest deadline that was ever asked for. */
  #sweepFor(deadlineMs: number): void {
    const sweepMs = Math.max(leastSweepMs, deadlineMs / 10);
    if (sweepMs >= this.#sweepMs) return;
    this.#sweepMs = sweepMs;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /**
   * What one turn of the event loop sends goes out together: a vendor that sleeps is woken once for all of it. And what the turn
   * before has told of connections that were closed is known by then.
   */
  #depart(): void {
    const due = this.#departing;
    this.#departing = [];
    for (const { pool, exchange } of due) pool.serve(exchange);
  }

  #poolTo(origin: string): OriginPool {
    const known = this.#pools.get(origin);
    if (known !== undefined) return known;
    const { connectTo, mostConnections = usualMostConnections } = this.#options;
    const url = new URL(origin);
    const connect = connectTo(url);
    const pool = new OriginPool({ host: url.host, connect, mostConnections });
    this.#pools.set(origin, pool);
    return pool;
  }

  #sweep(): void {
    const now = performance.now();
    for (const [origin, pool] of this.#pools) {
      pool.sweep(now);
      if (pool.isUnused) this.#pools.delete(origin);
    }
    if (this.#pools.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  async destroy(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#isDestroyed = true;
    for (const pool of this.#pools.values()) pool.close();
    this.#pools.clear();
  }
}

function refuse(handler: AnswerHandler): void {
  const nothing: AnswerController = { paused: false, pause() {}, resume() {}, abort() {} };
  handler.onResponseError(nothing, new UpstreamFailure("aborted", "the gateway stops"));
}
