import type { IncomingMessage } from "node:http";
import { bytesPerTurn } from "./request-body.ts";
import type { BodyTaker, RequestBody } from "./request-body.ts";

/** The body of a request that Node's HTTP server reads. */
export class MessageBody implements RequestBody {
  readonly #message: IncomingMessage;
  #stopDelivery: (() => void) | null = null;

  constructor(message: IncomingMessage) {
    this.#message = message;
  }

  /** Node hands over pieces, and no sooner than in the next turn. */
  takeWhole(): null {
    return null;
  }

  deliverTo(taker: BodyTaker): void {
    const message = this.#message;
    const onData = (piece: Buffer): void => taker.onData(piece);
    const onEnd = (): void => {
      this.#stop();
      taker.onEnd();
    };
    const onCutOff = (): void => {
      this.#stop();
      taker.onCutOff();
    };
    this.#stop();
    this.#stopDelivery = () => {
      message.removeListener("data", onData);
      message.removeListener("end", onEnd);
      message.removeListener("close", onCutOff);
    };
    message.on("data", onData);
    message.on("end", onEnd);
    message.on("close", onCutOff);
    // The close that follows tells the rest; without a listener an error would end the process.
    message.on("error", () => {});
  }

  #stop(): void {
    this.#stopDelivery?.();
    this.#stopDelivery = null;
  }

  waitForTurn(): void {
    const message = this.#message;
    message.pause();
    setImmediate(() => message.resume());
  }

  dropRest(): void {
    const message = this.#message;
    this.#stop();
    if (message.complete || message.listenerCount("data") > 0) return;
    let bytes = 0;
    message.on("data", (piece: Buffer) => {
      bytes += piece.length;
      if (bytes < bytesPerTurn) return;
      bytes = 0;
      this.waitForTurn();
    });
  }
}
