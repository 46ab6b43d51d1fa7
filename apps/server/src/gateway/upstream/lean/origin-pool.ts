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
import { Exchange, type Deadlines } from "./exchange.ts";
import { IdleLesson } from "./idle-lesson.ts";

export interface PoolOptions {
  readonly host: string;
  readonly connect: Connect;
  readonly mostConnections: number;
}

/** Ours go this much earlier than a vendor says that its end will. */
const marginMs = 1_000;
const leastIdleMs = 500;
/** What was in use a moment ago is open, unless its vendor closes each connection behind its answer. */
const freshMs = 10;
const { nodeTiming } = performance;

/** Of the event loop: within one, nothing new is learned of what the network has brought. */
function currentTurn(): number {
  return nodeTiming.uvMetricsInfo.loopCount;
}

export class OriginPool implements ConnectionOwner {
  readonly host: string;
  readonly #options: PoolOptions;
  /** Oldest first. */
  #idle: Connection[] = [];
  readonly #running = new Roster<Exchange>();
  readonly #connecting = new Set<Socket>();
  #waiting: Exchange[] = [];
  #connections = 0;
  readonly #lesson = new IdleLesson();
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.host = options.host;
  }

  get isUnused(): boolean {
    return this.#connections === 0 && this.#running.size === 0;
  }

  /** It counts as running from now on. */
  take(request: Dispatch, handler: AnswerHandler, { deadlineMs, idleMs }: Deadlines): Exchange {
    return new Exchange(request, handler, { deadlineMs, idleMs, running: this.#running });
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
    const isFresh = nowMs - connection.idleSinceMs < freshMs && connection.idleSinceTurn !== currentTurn();
    if (isFresh) connection.start(exchange);
    else this.#useNextTurn(connection, exchange);
  }

  #useNextTurn(connection: Connection, exchange: Exchange): void {
    setImmediate(() => {
      if (exchange.isOver) this.#offer(connection);
      else if (connection.isUsable) connection.start(exchange);
      else {
        this.#learnFrom(connection);
        this.#openFor(exchange);
      }
    });
  }

  /** It has waited for its turn. */
  #openFor(exchange: Exchange): void {
    if (this.#hasRoom) this.#open(exchange);
    else this.#waiting.unshift(exchange);
  }

  #open(exchange: Exchange): void {
    this.#connections += 1;
    const socket = this.#options.connect((made) => {
      this.#connecting.delete(socket);
      if (made instanceof Error) {
        this.#connections -= 1;
        exchange.fail(made);
        return this.#serveWaiting();
      }
      const connection = new Connection(made, this);
      if (exchange.isOver) this.onFree(connection);
      else connection.start(exchange);
    });
    this.#connecting.add(socket);
  }

  onFree(connection: Connection): void {
    if (connection.uses > 1) this.#lesson.onReuse();
    connection.idleSinceMs = performance.now();
    connection.idleSinceTurn = currentTurn();
    this.#offer(connection);
  }

  #offer(connection: Connection): void {
    const next = this.#nextWaiting();
    if (next === null) this.#keep(connection);
    else this.#useNextTurn(connection, next);
  }

  #keep(connection: Connection): void {
    if (this.#isClosed) return connection.destroy();
    if (!connection.isUsable) return;
    this.#idle.push(connection);
  }

  onClosed(connection: Connection): void {
    this.#connections -= 1;
    const place = this.#idle.lastIndexOf(connection);
    if (place >= 0) {
      // It was the vendor that closed it: ours leave the list first.
      this.#idle.splice(place, 1);
      this.#learnFrom(connection);
    }
    this.#serveWaiting();
  }

  #learnFrom({ idleSinceMs }: Connection): void {
    const nowMs = performance.now();
    this.#lesson.onClosed(nowMs - idleSinceMs, nowMs);
  }

  /**
   * A vendor that closes a connection at the moment of its next use may have read the request or not: nothing tells. What is only
   * read is asked for again; what costs money is not asked for twice without its caller's knowing.
   */
  onUnanswered(exchange: Exchange, error: Error): void {
    if (exchange.request.method !== "GET" || exchange.isRepeated || this.#isClosed) return exchange.fail(error);
    exchange.isRepeated = true;
    this.#openFor(exchange);
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
    this.#lesson.forget(nowMs);
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
    const { mostIdleMs } = this.#lesson;
    return keepAliveMs === null ? mostIdleMs : Math.min(mostIdleMs, Math.max(leastIdleMs, keepAliveMs - marginMs));
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
