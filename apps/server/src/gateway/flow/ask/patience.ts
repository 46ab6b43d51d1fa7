// How long one attempt is waited for, by what its alias, its key and itself say: until there is a connection, and until the first word. Called by attempts.ts.
// The silence within an answer is the connection's to see, and the whole time the lifeline's.

import { noTimeouts, shorterOf } from "#domain/alias-policy.ts";
import type { AliasTimeouts } from "#domain/alias-policy.ts";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import type { UpstreamCall } from "#gateway/upstream/upstream.ts";

type Waited = Pick<UpstreamCall, "abort" | "isConnected">;

export class Patience {
  readonly idleMs: number | null;
  /** A stream is held back until it has said something, for as long as that may take. */
  readonly awaitsFirstToken: boolean;
  #call: Waited | null = null;
  #late: UpstreamFailure | null = null;
  readonly #connecting: NodeJS.Timeout | undefined;
  readonly #waiting: NodeJS.Timeout | undefined;

  readonly #whenBegun: (() => void) | null;

  /** `whenBegun`: somebody is asked beside it as long as it has not begun, and is told of the first byte of what is not streamed. */
  constructor({ connectMs, firstTokenMs, idleMs }: AliasTimeouts, whenBegun: (() => void) | null = null) {
    this.idleMs = idleMs;
    this.awaitsFirstToken = firstTokenMs !== null || whenBegun !== null;
    this.#whenBegun = whenBegun;
    if (connectMs !== null) this.#connecting = setTimeout(() => this.#unconnected(connectMs), connectMs);
    if (firstTokenMs !== null) this.#waiting = setTimeout(() => this.#silent(firstTokenMs), firstTokenMs);
  }

  /** Before it is connected. */
  hold(call: Waited): void {
    this.#call = call;
    if (this.#late !== null) call.abort();
  }

  /** An answer that is not streamed: from now on its silence is what counts. */
  begun(): void {
    clearTimeout(this.#waiting);
    this.#whenBegun?.();
  }

  end(): void {
    clearTimeout(this.#connecting);
    clearTimeout(this.#waiting);
  }

  /** What ended the attempt. */
  explain(failure: UpstreamFailure): UpstreamFailure {
    return failure.kind === "aborted" ? (this.#late ?? failure) : failure;
  }

  #unconnected(ms: number): void {
    if (this.#call?.isConnected !== true) this.#giveUp(new UpstreamFailure("connect", `no connection within ${ms} ms`));
  }

  #silent(ms: number): void {
    this.#giveUp(new UpstreamFailure("timeout", `no first word within ${ms} ms`));
  }

  #giveUp(late: UpstreamFailure): void {
    this.#late ??= late;
    this.#call?.abort();
  }
}

/** Null, as for almost all: nothing is said about it. */
export function patienceOf(
  alias: AliasTimeouts | undefined,
  asked: AliasTimeouts | null,
  whenBegun: (() => void) | null = null,
): Patience | null {
  const timeouts = alias === undefined ? asked : asked === null ? alias : shorterOf(alias, asked);
  if (whenBegun !== null) return new Patience(timeouts ?? noTimeouts, whenBegun);
  if (timeouts === null) return null;
  const { connectMs, firstTokenMs, idleMs } = timeouts;
  return connectMs === null && firstTokenMs === null && idleMs === null ? null : new Patience(timeouts);
}
