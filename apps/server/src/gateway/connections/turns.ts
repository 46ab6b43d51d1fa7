// Requests that do not wait for the answer before them (pipelining): each is served when its turn comes, so that a
// connection holds one answer at a time, and a few of all in each turn of the event loop, so that those who wait for their
// answers are served before those who do not. Called by listener.ts.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

export type ServeInTurn = (request: IncomingMessage, response: ServerResponse) => void;

interface Waiting {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Of one connection. Hardly any client sends ahead; what sends more than this does not want the answers. */
const maxWaiting = 100;
/** Of all connections: they are some 20 KB each. */
const maxWaitingInAll = 1_000;
const servedAtOnce = 8;

export class Turns {
  readonly #serve: ServeInTurn;
  readonly #waiting = new WeakMap<Socket, number>();
  #waitingInAll = 0;
  /** Those whose turn has come on their connection. */
  #ready: Waiting[] = [];

  constructor(serve: ServeInTurn) {
    this.#serve = serve;
  }

  /** Node gives an answer its socket when the one before it has left. */
  take(request: IncomingMessage, response: ServerResponse): void {
    if (response.socket === null) this.#wait({ request, response });
    else this.#serveOpen({ request, response });
  }

  /** Nobody would tell an answer whose connection has been closed before it began. */
  #serveOpen({ request, response }: Waiting): void {
    if (!request.socket.destroyed) this.#serve(request, response);
  }

  #wait(one: Waiting): void {
    const { socket } = one.request;
    const waiting = this.#waiting.get(socket) ?? 0;
    // Answers come in order, so that there is no place for a refusal.
    if (socket.destroyed || waiting >= maxWaiting || this.#waitingInAll >= maxWaitingInAll)
      return void socket.destroy();
    this.#count(socket, 1);
    const leave = (): void => {
      this.#count(socket, -1);
      one.response.removeListener("socket", beReady);
      one.response.removeListener("close", leave);
    };
    const beReady = (): void => {
      leave();
      if (this.#ready.push(one) === 1) setImmediate(() => this.#serveSome());
    };
    one.response.on("socket", beReady);
    one.response.on("close", leave);
  }

  #serveSome(): void {
    for (const one of this.#ready.splice(0, servedAtOnce)) this.#serveOpen(one);
    if (this.#ready.length > 0) setImmediate(() => this.#serveSome());
  }

  #count(socket: Socket, change: 1 | -1): void {
    this.#waiting.set(socket, (this.#waiting.get(socket) ?? 0) + change);
    this.#waitingInAll += change;
  }
}
