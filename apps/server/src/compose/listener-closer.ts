import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { chatStreamPath, realtimePath } from "@ghostllm/contract/routes";
import { carrierOf } from "#edge/carrier.ts";
import { pathOf } from "#gateway/http/exchange.ts";
import { firstPlainRequest } from "#gateway/http/plain/plain-server.ts";
import type { Doors } from "./doors.ts";

/** `onOverdue` is called when the time is over, so that those who are still there can be told. */
export type CloseListener = (drainMs: number, onOverdue: () => void) => Promise<void>;

/** Upgraded connections that are no pages of the console. */
const channels: ReadonlySet<string> = new Set([chatStreamPath, realtimePath]);
const idleCheckMs = 50;
/** A connection that was let in just now, and has sent nothing yet, is not one that is kept in stock. */
const firstRequestMs = 1_000;
/** For what is told to those whose answers are cut. */
const lastWordsMs = 1_000;

/**
 * Answers the function that closes the server: no new connections, requests in progress have `drainMs` to finish.
 * To be called before the server listens. Node takes a connection that has never sent a request for a busy one, and
 * browsers and SDKs open such ahead of need: without a list of them each would hold the stop up for the whole time.
 */
export function prepareClosing(server: Server, doors: Doors): CloseListener {
  const unused = new Map<Duplex, number>();
  server.on("connection", (socket: Socket) => {
    unused.set(socket, performance.now());
    socket.once("close", () => unused.delete(socket));
  });
  server.on("request", ({ socket }) => unused.delete(carrierOf(socket) ?? socket));
  server.on("upgrade", (request: IncomingMessage) => {
    if (channels.has(pathOf(request))) unused.delete(carrierOf(request.socket) ?? request.socket);
  });
  server.on(firstPlainRequest, (socket: Socket) => unused.delete(carrierOf(socket) ?? socket));

  return async (drainMs, onOverdue) => {
    await doors.quietTurn();
    const closed = Promise.all([doors.close(), new Promise<void>((resolve) => server.close(() => resolve()))]);
    const closeIdle = (): void => {
      const longAgo = performance.now() - firstRequestMs;
      for (const [socket, since] of unused) if (since < longAgo) socket.destroy();
      // Those that are kept alive after their last answer become idle only then.
      server.closeIdleConnections();
    };
    closeIdle();
    // Behind the turn's look at the sockets: a request that is there already has been seen then, and its connection is not idle.
    const sweeper = setInterval(() => setImmediate(closeIdle), idleCheckMs);
    const end = setTimeout(() => server.closeAllConnections(), drainMs + lastWordsMs);
    const timer = setTimeout(onOverdue, drainMs);
    await closed;
    clearInterval(sweeper);
    clearTimeout(timer);
    clearTimeout(end);
  };
}
