import type { Target } from "#domain/snapshot.ts";
import type { UpstreamCall } from "#gateway/upstream/upstream.ts";

/** What has been tried for a request so far: the facts that its usage record needs, whatever way it ends. */
export class Trail {
  attempts = 0;
  target: Target | null = null;
  /** What is tried failed again and again before this request. */
  isProbe = false;
  /** The usage record has been made: there is never a second one. */
  isFinished = false;
  /** Ms spent waiting for vendors. */
  upstreamMs = 0;
  #call: UpstreamCall | null = null;

  begin(target: Target): void {
    this.attempts += 1;
    this.target = target;
    this.#call = null;
  }

  hold(call: UpstreamCall): void {
    this.#call = call;
  }

  /** A failure that it ends with has been tried again already. */
  get isTriedAgain(): boolean {
    return this.attempts > 1 || this.isProbe;
  }

  /** The last vendor asked has the whole request and may have worked on it. */
  get isSent(): boolean {
    return this.#call?.isSent ?? false;
  }
}
