// Takes the connections of clients before Node's HTTP server, which has those that bring anything that is not plain. Called by
// listener.ts. Invariant: one timer looks after all of them, by the same limits as Node's.

import { performance } from "node:perf_hooks";
import type { Server } from "node:http";
import type { Socket } from "node:net";
import { Roster } from "#domain/roster.ts";
import type { RequestHead } from "#edge/request-head.ts";
import type { ExchangeParts } from "#gateway/http/exchange.ts";
import type { Serve } from "#gateway/http/route.ts";
import { PlainConnection } from "./plain-connection.ts";
import type { PlainOwner, Unreadable } from "./plain-connection.ts";
import { DateLine } from "./response-head.ts";

export interface PlainDeps {
  route(request: RequestHead): Serve | null;
  serve(serve: Serve, parts: ExchangeParts): void;
  refuse(socket: Socket, code: Unreadable): void;
}

/** Told to the server of each connection that has brought its first plain request. */
export const firstPlainRequest = "first plain request";

const reviewMs = 5_000;

export class PlainServer implements PlainOwner {
  readonly #server: Server;
  readonly #deps: PlainDeps;
  readonly #date = new DateLine();
  readonly #connections = new Roster<PlainConnection>();
  /** Node's own. */
  #accept: readonly ((socket: Socket) => void)[] = [];
  readonly #keepAliveLines: string;

  constructor(server: Server, deps: PlainDeps) {
    this.#server = server;
    this.#deps = deps;
    this.#keepAliveLines = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(server.keepAliveTimeout / 1000)}\r\n\r\n`;
  }

  /** To be called before others listen for the server's connections: from then on it gets those alone that are handed over. */
  takeFirst(event: "connection" | "secureConnection"): void {
    const server = this.#server;
    this.#accept = server
      .listeners(event)
      .map((listener) => (socket) => void Reflect.apply(listener, server, [socket]));
    server.removeAllListeners(event);
    server.on(event, (socket: Socket) => this.#take(socket));
    const reviewer = setInterval(() => this.#review(), reviewMs);
    reviewer.unref();
    server.once("close", () => clearInterval(reviewer));
    this.#closeWithServer();
  }

  #closeWithServer(): void {
    const server = this.#server;
    const closeIdle = server.closeIdleConnections.bind(server);
    const closeAll = server.closeAllConnections.bind(server);
    server.closeIdleConnections = () => {
      closeIdle();
      for (const { isIdle, socket } of this.#connections) if (isIdle) socket.destroy();
    };
    server.closeAllConnections = () => {
      closeAll();
      for (const { socket } of this.#connections) socket.destroy();
    };
  }

  #take(socket: Socket): void {
    this.#connections.add(new PlainConnection(socket, this));
  }

  #review(): void {
    const { headersTimeout: headMs, requestTimeout: requestMs, keepAliveTimeout: idleMs } = this.#server;
    const now = performance.now();
    for (const connection of this.#connections) connection.review(now, { headMs, requestMs, idleMs });
  }

  route(request: RequestHead): Serve | null {
    return this.#deps.route(request);
  }

  serve(serve: Serve, parts: ExchangeParts): void {
    this.#deps.serve(serve, parts);
  }

  refuse(socket: Socket, code: Unreadable): void {
    this.#deps.refuse(socket, code);
  }

  endOfHead(keepsAlive: boolean): string {
    return this.#date.at(Date.now()) + (keepsAlive ? this.#keepAliveLines : "Connection: close\r\n\r\n");
  }

  onFirstRequest({ socket }: PlainConnection): void {
    this.#server.emit(firstPlainRequest, socket);
  }

  onClosed(connection: PlainConnection): void {
    this.#connections.delete(connection);
  }

  handOver(connection: PlainConnection, bytes: Buffer): void {
    const { socket } = connection;
    connection.release();
    this.#connections.delete(connection);
    // It flows again when Node's server listens, and hands over these first.
    socket.pause();
    socket.unshift(bytes);
    for (const accept of this.#accept) accept(socket);
    socket.resume();
  }
}
