// What a worker knows of the others: what they hold, and how many connections they have. The system leads new connections to workers by
// chance, and those that are kept alive stay where they are: of 32 one worker of four may have twelve and another one. So whoever has too
// many asks clients to come anew. Called by worker.ts.

import type { GatewayLoad, Neighbours, SharedKind } from "#gateway/connections/neighbours.ts";
import { Gauges } from "./gauges.ts";

const lookEveryMs = 100;
/** So many more than its share a worker may have, whichever is more. */
const tolerance = { connections: 1, share: 1.02 } as const;

export class OtherWorkers implements Neighbours {
  readonly #gauges: Gauges;
  readonly #worker: number;
  readonly #timer: NodeJS.Timeout;
  #tooMany = 0;
  #ownConnections: () => number = () => 0;

  constructor(gauges: SharedArrayBuffer, worker: number) {
    this.#gauges = new Gauges(gauges);
    this.#worker = worker;
    this.#timer = setInterval(() => this.#look(), lookEveryMs).unref();
  }

  get connections(): number {
    return this.#gauges.sumOfOthers("connections", this.#worker);
  }

  get heldBytes(): number {
    return this.#gauges.sumOfOthers("heldBytes", this.#worker);
  }

  tellHeldBytes(bytes: number): void {
    this.#gauges.set("heldBytes", this.#worker, bytes);
  }

  shareElsewhere(kind: SharedKind, name: string): number {
    return this.#gauges.shareOfOthers(kind, this.#worker, name);
  }

  tellShare(kind: SharedKind, name: string, difference: number): void {
    this.#gauges.change(kind, this.#worker, name, difference);
  }

  all(): readonly GatewayLoad[] {
    return this.#gauges.loads();
  }

  watchConnections(read: () => number): void {
    this.#ownConnections = read;
  }

  /** Each time it says so, there is one less to be sent away until it has looked again. */
  sendsAway(): boolean {
    if (this.#tooMany <= 0) return false;
    this.#tooMany -= 1;
    return true;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#gauges.clear(this.#worker);
  }

  #look(): void {
    const own = this.#ownConnections();
    this.#gauges.set("connections", this.#worker, own);
    const share = (own + this.connections) / this.#gauges.workers;
    this.#tooMany = Math.floor(own - Math.max(share + tolerance.connections, share * tolerance.share));
  }
}
