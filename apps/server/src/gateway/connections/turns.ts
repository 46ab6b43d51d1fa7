// Requests that do not wait for the answer before them (pipelining): each is served when its turn comes, so that a
// connection holds one answer at a time. Called by listener.ts.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

export type ServeInTurn = (request: IncomingMessage, response: ServerResponse) => void;

/** Of one connection. Hardly any client sends ahead; what sends more than this does not want the answers. */
const maxWaiting = 100;
/** Of all connections: they are a few kilobytes each. */
const maxWaitingInAll = 10_000;

export class Turns {
  readonly #serve: ServeInTurn;
  readonly #waiting = new WeakMap<Socket, number>();
  #waitingInAll = 0;

  constructor(serve: ServeInTurn) {
    this.#serve = serve;
  }

  /** Node gives an answer its socket when the one before it has left. */
  take(request: IncomingMessage, response: ServerResponse): void {
    if (response.socket === null) this.#wait(request, response);
    else this.#serve(request, response);
  }

  #wait(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const waiting = this.#waiting.get(socket) ?? 0;
    // Answers come in order, so that there is no place for a refusal.
    if (socket.destroyed || waiting >= maxWaiting || this.#waitingInAll >= maxWaitingInAll)
      return void socket.destroy();
    this.#count(socket, 1);
    const leave = (): void => {
      this.#count(socket, -1);
      response.removeListener("socket", serve);
      response.removeListener("close", leave);
    };
    const serve = (): void => {
      leave();
      this.#serve(request, response);
    };
    response.on("socket", serve);
    response.on("close", leave);
  }

  #count(socket: Socket, change: 1 | -1): void {
    this.#waiting.set(socket, (this.#waiting.get(socket) ?? 0) + change);
    this.#waitingInAll += change;
  }
}
