import type { AttemptMade } from "@ghostllm/contract";
import type { Target } from "#domain/snapshot.ts";
import type { UpstreamCall, UpstreamFailure } from "#gateway/upstream/upstream.ts";
import type { MeasuredUsage } from "#gateway/flow/answer/measured-usage.ts";
import { isCharged, usageOfBegun } from "#gateway/flow/ask/unanswered.ts";
import type { Work } from "#gateway/flow/ask/target-work.ts";
import type { ProviderHolds } from "#gateway/flow/ask/provider-holds.ts";
import type { Begun, UnansweredAttempt } from "#gateway/flow/ask/unanswered.ts";
import { Why } from "./why.ts";

interface AskedBefore extends Pick<Begun, "request" | "assumedOutputTokens"> {
  readonly now: number;
}

/** What an attempt showed that was not the client's answer, or not yet. */
export type WhyLeft = Pick<AttemptMade, "status" | "reason" | "restMs">;

/** What is told of one request at most, and of the name of a model, which a client may have made up. */
const mostTold = 16;
const longestName = 200;

/** What has been tried for a request so far: the facts that its usage record needs, whatever way it ends. */
export class Trail {
  attempts = 0;
  target: Target | null = null;
  /** What is tried failed again and again before this request. */
  isProbe = false;
  /** The name that is asked, where the request was led on from what it asked for. */
  ledTo: string | null = null;
  /** The usage record has been made: there is never a second one. */
  isFinished = false;
  /** Ms spent waiting for vendors. */
  upstreamMs = 0;
  /** Attempts that came to nothing, and that their vendors may charge. */
  readonly unanswered: UnansweredAttempt[] = [];
  /** What providers hold for it; null as long as none that has limits or budgets was asked. */
  providers: ProviderHolds | null = null;
  /** The last attempt, where it is counted what its target works on. */
  work: Work | null = null;
  /** Names of providers that have no room for it. */
  readonly passedOver: string[] = [];
  readonly why = new Why();
  /** Of the request, by the monotonic clock. */
  readonly #requestedAt: number;
  readonly #left: AttemptMade[] = [];
  #isLeft = false;
  /** Of the request, by the monotonic clock; known when an attempt was left. */
  #arrivedAt = 0;
  #startedAt = 0;
  #call: UpstreamCall | null = null;

  constructor(requestedAt = 0) {
    this.#requestedAt = requestedAt;
  }

  /** `now` is of the monotonic clock. */
  begin(target: Target, now: number): void {
    if (this.attempts === 0) this.why.begun(now - this.#requestedAt);
    this.attempts += 1;
    this.target = target;
    this.#startedAt = now;
    this.#call = null;
    this.#isLeft = false;
  }

  /** Of the last attempt, by the monotonic clock. */
  get begunAt(): number {
    return this.#startedAt;
  }

  /** The target that was asked before works on it no more. */
  turnTo(work: Work | null, now: number): void {
    this.work?.end(now);
    this.work = work;
  }

  /** A target that is not asked, since its provider has no room for more. */
  passOver({ provider, model }: Target, reason: string, now: number, elapsedMs: number): void {
    this.#arrivedAt = now - elapsedMs;
    this.passedOver.push(provider.name);
    if (this.#left.length >= mostTold) return;
    const place = { providerId: provider.id, provider: provider.name, model: model.slice(0, longestName) };
    this.#left.push({ ...place, startedMs: Math.round(elapsedMs), ms: 0, status: null, reason, restMs: 0 });
  }

  /** Nobody was asked, and all are tried again: that they were passed over before is told once. */
  startOver(): void {
    this.passedOver.length = 0;
    this.#left.length = 0;
  }

  /** The last attempt is over, and shows why somebody else, or nobody, is asked next. */
  leave(why: WhyLeft, now: number, elapsedMs: number): void {
    this.#isLeft = true;
    this.turnTo(null, now);
    this.#arrivedAt = now - elapsedMs;
    if (this.#left.length < mostTold) this.#left.push(this.#attemptMade(why, now));
  }

  /** For the record; null of the ordinary request, whose only attempt it tells of anyway. */
  told(elapsedMs: number): readonly AttemptMade[] | null {
    if (this.#left.length === 0) return null;
    if (this.#isLeft || this.attempts === 0) return this.#left;
    return [...this.#left, this.#attemptMade({ status: null, reason: null, restMs: 0 }, this.#arrivedAt + elapsedMs)];
  }

  #attemptMade(why: WhyLeft, now: number): AttemptMade {
    const { provider, model } = this.target ?? { provider: { id: "", name: "" }, model: "" };
    const startedMs = Math.round(this.#startedAt - this.#arrivedAt);
    return {
      ...{ providerId: provider.id, provider: provider.name, model: model.slice(0, longestName) },
      ...{ startedMs, ms: Math.round(now - this.#startedAt), ...why },
    };
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
