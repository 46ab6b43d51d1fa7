// The connections to one origin: those that are free are used again, youngest first, those that are not wanted any more are closed, and
// who comes when there can be no more waits for his turn. Called by lean-transport.ts.

import { performance } from "node:perf_hooks";
import type { Socket } from "node:net";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import type { AnswerHandler, Dispatch } from "#gateway/upstream/transport.ts";
import { Roster } from "#domain/roster.ts";
import { Connection } from "./connection.ts";
import type { ConnectionOwner } from "./connection.ts";
import type { Connect } from "./connect.ts";
import { Exchange } from "./exchange.ts";

export interface PoolOptions {
  readonly host: string;
  readonly connect: Connect;
  readonly idleMs: number;
  readonly mostConnections: number;
}

/** Vendors close idle connections after a minute or so: ours go before that, so that no request meets a closed one. */
const usualIdleMs = 20_000;
/** Ours go this much earlier than a vendor says that its end will. */
const marginMs = 1_000;
const leastIdleMs = 500;
/** How long what a vendor has taught is held true: one that starts anew closes all of its connections, too. */
const lessonMs = 600_000;
/** What was in use a moment ago is open. */
const freshMs = 10;

export class OriginPool implements ConnectionOwner {
  readonly host: string;
  readonly idleMs: number;
  readonly #options: PoolOptions;
  /** Oldest first. */
  #idle: Connection[] = [];
  readonly #running = new Roster<Exchange>();
  readonly #connecting = new Set<Socket>();
  #waiting: Exchange[] = [];
  #connections = 0;
  /** A vendor that closes idle connections without a word teaches how long it waits. */
  #longestIdleMs = usualIdleMs;
  #learntAtMs = 0;
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.host = options.host;
    this.idleMs = options.idleMs;
  }

  get isUnused(): boolean {
    return this.#connections === 0 && this.#running.size === 0;
  }

  /** It counts as running from now on. */
  take(request: Dispatch, handler: AnswerHandler, deadlineMs: number): Exchange {
    return new Exchange(request, handler, { deadlineMs, running: this.#running });
  }

  serve(exchange: Exchange): void {
    if (exchange.isOver) return;
    const nowMs = performance.now();
    const free = this.#takeIdle(nowMs);
    if (free !== null) this.#useAgain(free, exchange, nowMs);
    else if (this.#hasRoom) this.#open(exchange);
    else this.#waiting.push(exchange);
  }

  get #hasRoom(): boolean {
    return this.#connections < this.#options.mostConnections && !this.#isClosed;
  }

  #takeIdle(nowMs: number): Connection | null {
    for (let last = this.#idle.pop(); last !== undefined; last = this.#idle.pop()) {
      if (last.isUsable && !this.#isStale(last, nowMs)) return last;
      last.destroy();
    }
    return null;
  }

  /** That a vendor has closed it may be known to the kernel, and not here yet: that is found out before, not after. */
  #useAgain(connection: Connection, exchange: Exchange, nowMs: number): void {
    if (nowMs - connection.idleSinceMs < freshMs) return connection.start(exchange);
    setImmediate(() => {
      if (exchange.isOver) this.onFree(connection);
      else if (connection.isUsable) connection.start(exchange);
      else this.serve(exchange);
    });
  }

  #open(exchange: Exchange): void {
    this.#connections += 1;
    const made = this.#options.connect((error, socket) => {
      this.#connecting.delete(made);
      if (socket === null) {
        this.#connections -= 1;
        exchange.fail(error);
        return this.#serveWaiting();
      }
      const connection = new Connection(socket, this);
      if (exchange.isOver) this.onFree(connection);
      else connection.start(exchange);
    });
    this.#connecting.add(made);
  }

  onFree(connection: Connection): void {
    const next = this.#nextWaiting();
    if (next === null) this.#keep(connection);
    else connection.start(next);
  }

  #keep(connection: Connection): void {
    if (!connection.isUsable) return;
    connection.idleSinceMs = performance.now();
    this.#idle.push(connection);
  }

  onClosed(connection: Connection): void {
    this.#connections -= 1;
    const place = this.#idle.lastIndexOf(connection);
    if (place >= 0) {
      this.#idle.splice(place, 1);
      this.#learn(performance.now() - connection.idleSinceMs);
    }
    this.#serveWaiting();
  }

  /** It was the vendor that closed it: ours leave the list first. */
  #learn(idleMs: number): void {
    if (idleMs <= 2 * leastIdleMs) return;
    this.#longestIdleMs = Math.min(this.#longestIdleMs, Math.max(leastIdleMs, idleMs * 0.75));
    this.#learntAtMs = performance.now();
  }

  /**
   * A vendor that closes a connection at the moment of its next use may have read the request or not: nothing tells. What is only
   * read is asked for again; what costs money is not asked for twice without its caller's knowing.
   */
  onUnanswered(exchange: Exchange, error: Error): void {
    if (exchange.request.method !== "GET" || exchange.isRepeated || this.#isClosed) return exchange.fail(error);
    exchange.isRepeated = true;
    if (this.#hasRoom) this.#open(exchange);
    else this.#waiting.unshift(exchange);
  }

  #nextWaiting(): Exchange | null {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (!next.isOver) return next;
    }
    return null;
  }

  #serveWaiting(): void {
    if (!this.#hasRoom) return;
    const next = this.#nextWaiting();
    if (next !== null) this.#open(next);
  }

  /** To be called again and again. */
  sweep(nowMs: number): void {
    if (nowMs - this.#learntAtMs > lessonMs) this.#longestIdleMs = usualIdleMs;
    this.#dropIdle(nowMs);
    if (this.#waiting.length > 0) this.#waiting = this.#waiting.filter((one) => !one.isOver);
    for (const exchange of this.#running) {
      // Who does not want to be told does not wait.
      const isAwaited = !exchange.paused || !exchange.hasAnswer;
      if (isAwaited && exchange.deadlineMs < nowMs) exchange.fail(lateness(exchange));
    }
  }

  #dropIdle(nowMs: number): void {
    const isStale = (one: Connection): boolean => this.#isStale(one, nowMs);
    if (!this.#idle.some(isStale)) return;
    const stale = this.#idle.filter(isStale);
    this.#idle = this.#idle.filter((one) => !isStale(one));
    for (const connection of stale) connection.destroy();
  }

  #isStale({ idleSinceMs, keepAliveMs }: Connection, nowMs: number): boolean {
    return nowMs - idleSinceMs >= this.#mostIdleMs(keepAliveMs);
  }

  #mostIdleMs(keepAliveMs: number | null): number {
    if (keepAliveMs === null) return this.#longestIdleMs;
    return Math.min(usualIdleMs, Math.max(leastIdleMs, keepAliveMs - marginMs));
  }

  close(): void {
    this.#isClosed = true;
    const idle = this.#idle;
    this.#idle = [];
    for (const connection of idle) connection.destroy();
    for (const socket of this.#connecting) socket.destroy();
    for (const exchange of this.#running) exchange.fail(new UpstreamFailure("aborted", "the gateway stops"));
  }
}

function lateness({ connection, hasAnswer }: Exchange): UpstreamFailure {
  if (hasAnswer) return new UpstreamFailure("timeout", "the answer stalled");
  if (connection !== null) return new UpstreamFailure("timeout", "no answer in time");
  return new UpstreamFailure("connect", "no connection became free in time");
}
