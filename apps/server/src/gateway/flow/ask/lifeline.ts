import { GhostError } from "@ghostllm/contract";
import type { Principal } from "#domain/principal.ts";
import type { Target } from "#domain/snapshot.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import type { Outlet } from "#gateway/flow/answer/outlet.ts";
import type { UpstreamCall } from "#gateway/upstream/upstream.ts";
import type { RunningCall, Withdrawal } from "#gateway/flow/running-calls.ts";

/** What ends a request from outside: the client leaves, its time is over, or it has lost its right to go on, or the server stops. */
export type Severance = "client" | "timeout" | Withdrawal;

/** What an attempt holds on to. */
export interface Line {
  /** Null: it holds. */
  readonly severedBy: Severance | "outpaced" | null;
  readonly exchange: Pick<Exchange, "held" | "elapsedMs">;
  /** From now on it is this call that is aborted; at once when the line is severed already. */
  hold(call: Pick<UpstreamCall, "abort">): void;
}

interface Tied {
  readonly exchange: Exchange;
  readonly outlet: Outlet;
  readonly principal: Principal;
}

type Ties = Pick<GatewayDeps, "runningCalls" | "timeouts">;

/** Ties the call to the vendor to the client, to the clock and to the right to it: when one ends, the call is aborted. */
export class Lifeline implements RunningCall, Line {
  severedBy: Severance | null;
  readonly principal: Principal;
  place = -1;
  #call: Pick<UpstreamCall, "abort"> | null = null;
  target: RunningCall["target"] = null;
  readonly #timer: NodeJS.Timeout;
  readonly exchange: Exchange;
  readonly #outlet: Outlet;
  readonly #deps: Ties;
  #wake: () => void = () => {};

  constructor(deps: Ties, { exchange, outlet, principal }: Tied, totalMs = deps.timeouts.totalMs) {
    this.#deps = deps;
    this.exchange = exchange;
    this.#outlet = outlet;
    this.principal = principal;
    // Its body may have taken long to arrive.
    this.severedBy = deps.runningCalls.withdrawalOf(this);
    deps.runningCalls.add(this);
    this.#timer = setTimeout(() => this.#sever("timeout"), totalMs);
    outlet.whenClientGone(() => this.#sever("client"));
  }

  /** Before it is asked. Throws where the right to ask it is gone: what else is known of it may be of long ago. */
  turnTo(target: Target): void {
    this.target = target;
    this.severedBy ??= this.#deps.runningCalls.withdrawalOf(this);
    if (this.failure !== null) throw this.failure;
  }

  hold(call: Pick<UpstreamCall, "abort">): void {
    this.#call = call;
    if (this.severedBy !== null) call.abort();
  }

  /** Ends the call that is held, should it still go on. */
  abandon(): void {
    this.#call?.abort();
    this.#call = null;
  }

  /** Waits for so long, or until the line is severed. */
  pause(ms: number): Promise<void> {
    if (this.severedBy !== null) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** At once, where it is severed already; null: nobody is told any more. Not while it pauses. */
  whenSevered(tell: (() => void) | null): void {
    this.#wake = tell ?? (() => undefined);
    if (this.severedBy !== null) this.#wake();
  }

  release(): void {
    clearTimeout(this.#timer);
    this.#deps.runningCalls.delete(this);
    this.#outlet.whenClientGone(null);
    this.#call = null;
  }

  withdraw(reason: Withdrawal): void {
    this.#sever(reason);
  }

  /** What the client is told of it; null where the line holds, and where nobody is there to be told. */
  get failure(): GhostError | null {
    const { severedBy } = this;
    return severedBy === null || severedBy === "client" ? null : failures[severedBy](this);
  }

  #sever(by: Severance): void {
    this.severedBy ??= by;
    this.#call?.abort();
    this.#wake();
  }
}

const nameOf = ({ target }: Lifeline): string => target?.provider.name ?? "The provider";

const failures: Readonly<Record<Exclude<Severance, "client">, (line: Lifeline) => GhostError>> = {
  timeout: (line) => new GhostError("timeout_error", `${nameOf(line)} did not finish in time.`),
  revoked: ({ principal: { publicId } }) =>
    new GhostError("invalid_api_key", `The API key ${publicId} was revoked while the request was running.`),
  expired: ({ principal: { publicId } }) =>
    new GhostError("invalid_api_key", `The API key ${publicId} expired while the request was running.`),
  stopping: () =>
    new GhostError("service_unavailable", "GhostLLM was stopped before the answer was whole. Send the request again.", {
      retryAfterSeconds: 2,
    }),
  disabled: (line) =>
    new GhostError("service_unavailable", `${nameOf(line)} was disabled while it answered. Send the request again.`, {
      retryAfterSeconds: 1,
    }),
};
