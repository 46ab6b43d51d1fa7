import type { Target } from "#domain/snapshot.ts";
import type { UpstreamCall, UpstreamFailure } from "#gateway/upstream/upstream.ts";
import type { MeasuredUsage } from "#gateway/flow/answer/measured-usage.ts";
import { isCharged, usageOfBegun } from "#gateway/flow/ask/unanswered.ts";
import type { Begun, UnansweredAttempt } from "#gateway/flow/ask/unanswered.ts";

interface AskedBefore extends Pick<Begun, "request" | "assumedOutputTokens"> {
  readonly now: number;
}

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
  /** Attempts that came to nothing, and that their vendors may charge. */
  readonly unanswered: UnansweredAttempt[] = [];
  #startedAt = 0;
  #call: UpstreamCall | null = null;

  /** `now` is of the monotonic clock. */
  begin(target: Target, now: number): void {
    this.attempts += 1;
    this.target = target;
    this.#startedAt = now;
    this.#call = null;
  }

  /** What is known of the last attempt, by which its usage is estimated. */
  begun({ request, assumedOutputTokens, now }: AskedBefore): Begun {
    return { request, assumedOutputTokens, call: this.#call, elapsedMs: now - this.#startedAt };
  }

  /** The last attempt has failed. */
  fail(failure: UpstreamFailure, asked: AskedBefore): void {
    const begun = this.begun(asked);
    if (this.target === null || !isCharged(failure, begun)) return;
    this.unanswered.push({ attempt: this.attempts, target: this.target, usage: usageOfBegun(begun) });
  }

  /** Takes the last attempt out of those that came to nothing: it is what the record tells. */
  takeLast(): MeasuredUsage | null {
    if (this.unanswered.at(-1)?.attempt !== this.attempts) return null;
    return this.unanswered.pop()?.usage ?? null;
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
