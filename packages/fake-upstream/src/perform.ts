import type { ServerResponse } from "node:http";
import type { Pacer } from "./pacer.ts";
import type { Performance, Stop } from "./performance.ts";

export interface Stage {
  readonly response: ServerResponse;
  readonly pacer: Pacer;
  /** Called before the script itself ends the connection, so that it is not taken for the client's doing. */
  readonly onCut: () => void;
}

// Long enough for what was written before a cut to reach the client first.
const settleBeforeCutMs = 10;

/** Plays one answer. Stops by itself when the client leaves, and never writes faster than the client reads. */
export function perform(performance: Performance, stage: Stage): void {
  if (performance.delayMs > 0) setTimeout(() => begin(performance, stage), performance.delayMs).unref();
  else begin(performance, stage);
}

function begin(performance: Performance, stage: Stage): void {
  const { response } = stage;
  if (response.destroyed) return;
  if (performance.insteadOfHttp !== undefined) return replaceHttp(performance.insteadOfHttp, stage);
  const { stop } = performance;
  if (stop?.after === "connect") return halt(stop, stage);
  response.writeHead(performance.status, headersOf(performance));
  if (stop !== undefined && allowance(stop) === 0) {
    response.flushHeaders();
    return halt(stop, stage);
  }
  new Run(performance, stage).start();
}

function headersOf(performance: Performance): Record<string, string | number> {
  const { headers, length } = performance;
  return length === undefined ? headers : { ...headers, "content-length": length };
}

function replaceHttp(bytes: Uint8Array, stage: Stage): void {
  stage.onCut();
  stage.response.socket?.end(bytes);
}

/** How much may be written before the stop, in the stop's own unit. */
function allowance(stop: Stop): number {
  if (typeof stop.after === "string") return 0;
  return "chunks" in stop.after ? stop.after.chunks : stop.after.bytes;
}

function halt(stop: Stop, stage: Stage): void {
  if (stop.how === "stall") return;
  stage.onCut();
  setTimeout(() => endConnection(stop, stage), settleBeforeCutMs).unref();
}

function endConnection(stop: Stop, stage: Stage): void {
  const { socket } = stage.response;
  if (stop.how === "reset") socket?.resetAndDestroy();
  else socket?.destroySoon();
}

class Run {
  readonly #performance: Performance;
  readonly #stage: Stage;
  readonly #pieces: Iterator<Uint8Array>;
  readonly #startedMs: number;
  #upcoming: Uint8Array | undefined;
  #written = 0;
  #leftBeforeStop: number;

  constructor(performance: Performance, stage: Stage) {
    this.#performance = performance;
    this.#stage = stage;
    this.#pieces = performance.pieces[Symbol.iterator]();
    this.#startedMs = globalThis.performance.now();
    this.#leftBeforeStop = performance.stop === undefined ? Infinity : allowance(performance.stop);
  }

  start(): void {
    this.#upcoming = this.#pull();
    this.#step();
  }

  readonly #step = (): void => {
    const { response } = this.#stage;
    if (response.destroyed) return;
    const piece = this.#admit(this.#upcoming);
    if (this.#leftBeforeStop === 0 && this.#performance.stop !== undefined) {
      response.write(piece ?? "");
      return halt(this.#performance.stop, this.#stage);
    }
    this.#upcoming = this.#pull();
    if (this.#upcoming === undefined) return this.#end(piece);
    const canTakeMore = response.write(piece);
    this.#written += 1;
    if (canTakeMore) this.#schedule();
    else response.once("drain", () => this.#schedule());
  };

  /** The part of the piece that may go out before the stop. */
  #admit(piece: Uint8Array | undefined): Uint8Array | undefined {
    const after = this.#performance.stop?.after;
    if (piece === undefined || typeof after !== "object") return piece;
    const admitted = "bytes" in after ? piece.subarray(0, this.#leftBeforeStop) : piece;
    this.#leftBeforeStop -= "bytes" in after ? admitted.length : 1;
    return admitted;
  }

  #pull(): Uint8Array | undefined {
    const next = this.#pieces.next();
    return next.done === true ? undefined : next.value;
  }

  #schedule(): void {
    const { paceMs } = this.#performance;
    if (paceMs > 0) this.#stage.pacer.at(this.#startedMs + this.#written * paceMs, this.#step);
    else setImmediate(this.#step);
  }

  #end(piece: Uint8Array | undefined): void {
    const { response, onCut } = this.#stage;
    const { dropAfter } = this.#performance;
    const { socket } = response;
    response.end(piece, () => {
      if (dropAfter === undefined) return;
      onCut();
      socket?.destroySoon();
    });
  }
}
