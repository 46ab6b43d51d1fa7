// What a client of a stream hears while the vendor is silent, before its answer as within it, so that neither the client nor
// what lies between takes the connection for dead. Called by run.ts. Invariant: nothing is said within an event.

import type { ClientDialect, ParsedRequest } from "@ghostllm/llm";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { RateReport } from "#link/counters.ts";
import { rateHeaders } from "#gateway/flow/admit.ts";
import type { Outlet } from "./outlet.ts";
import type { Observer } from "./relay.ts";

export interface KeepAliveParts {
  readonly outlet: Outlet;
  readonly request: ParsedRequest;
  /** The client's. */
  readonly dialect: { readonly client: ClientDialect };
  readonly report: RateReport;
}

/** Streams of sound and pictures are of types that are not known before the vendor has answered. */
const operations: ReadonlySet<string> = new Set(["chat.completions", "completions"]);

export class KeepAlive implements Observer {
  /** The answer has begun with words of ours: its status is 200, whatever comes. */
  hasBegun = false;
  readonly #deps: Pick<GatewayDeps, "clock" | "timeouts">;
  readonly #parts: KeepAliveParts;
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | undefined;
  #lastAt: number;
  #lastBytes: Buffer | null = null;

  constructor(deps: Pick<GatewayDeps, "clock" | "timeouts">, parts: KeepAliveParts) {
    this.#deps = deps;
    this.#parts = parts;
    this.#lastAt = deps.clock.monotonic();
    const { operation, stream } = parts.request;
    const isHeard = stream && operations.has(operation) && parts.dialect.client.keepAlive !== undefined;
    this.#intervalMs = isHeard ? deps.timeouts.streamKeepAliveMs : 0;
    if (this.#intervalMs > 0) this.#wait(this.#intervalMs);
  }

  /** One timer for each stream, which is not touched while something comes. */
  #wait(ms: number): void {
    this.#timer = setTimeout(() => this.#look(), ms);
  }

  #look(): void {
    const silentMs = this.#deps.clock.monotonic() - this.#lastAt;
    if (silentMs < this.#intervalMs) return this.#wait(Math.max(1, this.#intervalMs - silentMs));
    this.#speak();
    this.#wait(this.#intervalMs);
  }

  #speak(): void {
    const { outlet, dialect, report } = this.#parts;
    const { keepAlive } = dialect.client;
    if (keepAlive === undefined || outlet.isClientGone || outlet.isFull) return;
    if (!endsEvent(this.#lastBytes)) return;
    if (!outlet.hasBegun) {
      this.hasBegun = true;
      outlet.begin(200, { ...streamHeaders, ...rateHeaders(report) });
    }
    outlet.write(this.#lastBytes === null ? keepAlive.before : keepAlive.within);
  }

  /** Something of the answer has been written. */
  wrote(bytes: Buffer): void {
    this.#lastBytes = bytes;
    this.#lastAt = this.#deps.clock.monotonic();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** Of the vendor and its model nothing is known yet. */
const streamHeaders = { "content-type": "text/event-stream", "cache-control": "no-cache", "x-accel-buffering": "no" };

/** A large event is written in parts. */
function endsEvent(bytes: Buffer | null): boolean {
  return bytes === null || /\n\r?\n$/.test(bytes.toString("latin1", Math.max(0, bytes.length - 3)));
}
