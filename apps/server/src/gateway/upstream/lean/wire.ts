// A socket whose bytes come in one piece of memory that all share: it is read into by the kernel, looked at, and free again. A stream
// of Node's would take 64 kB for each read, give most of it back, and have it collected later.

import type { OnReadOpts, Socket } from "node:net";

/** What the kernel hands over at once, at most. */
const sharedBytes = 64 * 1024;
const shared = Buffer.allocUnsafeSlow(sharedBytes);

/** Given what came, which is only there until it returns. */
export type Receive = (bytes: Buffer) => void;

export class Wire {
  readonly socket: Socket;
  #receive: Receive | null = null;

  /** `open` makes the socket, which is to be read in that way. */
  constructor(open: (onread: OnReadOpts) => Socket) {
    this.socket = open({ buffer: shared, callback: (bytes) => this.#take(bytes) });
  }

  receive(receive: Receive): void {
    this.#receive = receive;
  }

  #take(bytes: number): boolean {
    // Nobody has asked for anything.
    if (this.#receive === null) this.socket.destroy();
    else this.#receive(shared.subarray(0, bytes));
    return true;
  }
}
