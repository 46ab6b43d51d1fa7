import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { carrierOf } from "#edge/carrier.ts";

/** `onOverdue` is called when the time is over, so that those who are still there can be told. */
export type CloseListener = (drainMs: number, onOverdue: () => void) => Promise<void>;

const idleCheckMs = 50;
/** For what is told to those whose answers are cut. */
const lastWordsMs = 1_000;

/**
 * Answers the function that closes the server: no new connections, requests in progress have `drainMs` to finish.
 * To be called before the server listens. Node takes a connection that has never sent a request for a busy one, and
 * browsers and SDKs open such ahead of need: without a list of them each would hold the stop up for the whole time.
 */
export function prepareClosing(server: Server): CloseListener {
  const unused = new Set<Duplex>();
  server.on("connection", (socket: Socket) => {
    unused.add(socket);
    socket.once("close", () => unused.delete(socket));
  });
  server.on("request", ({ socket }) => unused.delete(carrierOf(socket) ?? socket));

  return async (drainMs, onOverdue) => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const closeIdle = (): void => {
      for (const socket of unused) socket.destroy();
      // Those that are kept alive after their last answer become idle only then.
      server.closeIdleConnections();
    };
    closeIdle();
    const sweeper = setInterval(closeIdle, idleCheckMs);
    const end = setTimeout(() => server.closeAllConnections(), drainMs + lastWordsMs);
    const timer = setTimeout(onOverdue, drainMs);
    await closed;
    clearInterval(sweeper);
    clearTimeout(timer);
    clearTimeout(end);
  };
}
