import type { AttemptMade } from "@ghostllm/contract";
import type { Target } from "#domain/snapshot.ts";
import type { UpstreamCall, UpstreamFailure } from "#gateway/upstream/upstream.ts";
import type { MeasuredUsage } from "#gateway/flow/answer/measured-usage.ts";
import { isCharged, usageOfBegun } from "#gateway/flow/ask/unanswered.ts";
import type { ProviderHolds } from "#gateway/flow/ask/provider-holds.ts";
import type { Begun, UnansweredAttempt } from "#gateway/flow/ask/unanswered.ts";
import type { RequestTrace } from "#telemetry/traces/request-trace.ts";
import { Tried } from "./tried.ts";
import type { AskedBefore, WhyLeft } from "./tried.ts";
import { Why } from "./why.ts";

/** What is told of one request at most, and of the name of a model, which a client may have made up. */
const mostTold = 16;
const longestName = 200;

/** What has been tried for a request so far: the facts that its usage record needs, whatever way it ends. */
export class Trail {
  attempts = 0;
  /** The attempt that goes on, or was the last one. */
  last: Tried | null = null;
  /** The usage record has been made: there is never a second one. */
  isFinished = false;
  /** Ms spent waiting for vendors. */
  upstreamMs = 0;
  /** Attempts that came to nothing, and that their vendors may charge. */
  readonly unanswered: UnansweredAttempt[] = [];
  /** Nano-USD of what was asked beside it, which has records of its own: its reservation pays for that, too. */
  besideNanos = 0;
  /** What providers hold for it; null as long as none that has limits or budgets was asked. */
  providers: ProviderHolds | null = null;
  /** Names of providers that have no room for it. */
  readonly passedOver: string[] = [];
  readonly why = new Why();
  /** Null, as where no traces are told of. */
  readonly trace: RequestTrace | null;
  /** Of the request, by the monotonic clock. */
  readonly #requestedAt: number;
  readonly #left: AttemptMade[] = [];
  /** Of the request, by the monotonic clock; known when an attempt was left. */
  #arrivedAt = 0;

  constructor(requestedAt = 0, trace: RequestTrace | null = null) {
    this.#requestedAt = requestedAt;
    this.trace = trace;
    if (trace !== null) trace.passedOver = this.passedOver;
  }

  /** The last one that was asked; null: none was. */
  get target(): Target | null {
    return this.last === null ? null : this.last.target;
  }

  /** What is tried failed again and again before this request. */
  get isProbe(): boolean {
    return this.last !== null && this.last.isProbe;
  }

  /** The name that is asked, where the request was led on from what it asked for. */
  get ledTo(): string | null {
    return this.last === null ? null : this.last.ledTo;
  }

  /** The target that was asked before works on it no more. `now` is of the monotonic clock. */
  begin(target: Target, now: number): Tried {
    if (this.attempts === 0) this.why.begun(now - this.#requestedAt);
    this.last?.work?.end(now);
    this.attempts += 1;
    const tried = new Tried(target, this.attempts, now);
    this.trace?.tries.push(tried);
    return (this.last = tried);
  }

  /** Beside the one that goes on. */
  beginBeside(target: Target, now: number): Tried {
    this.attempts += 1;
    const tried = new Tried(target, this.attempts, now);
    tried.isBeside = true;
    this.trace?.tries.push(tried);
    return tried;
  }

  /** Of two it is this one whose answer, or end, the record tells. */
  goOnWith(tried: Tried): void {
    this.last = tried;
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

  /** It is over, and shows why somebody else, or nobody, is asked next. */
  leave(tried: Tried, why: WhyLeft, now: number, elapsedMs: number): void {
    tried.left = why;
    tried.leftAt = now;
    tried.work?.end(now);
    this.#arrivedAt = now - elapsedMs;
    if (this.#left.length < mostTold) this.#left.push(this.#attemptMade(tried, why, now));
  }

  /** For the record; null of the ordinary request, whose only attempt it tells of anyway. */
  told(elapsedMs: number): readonly AttemptMade[] | null {
    if (this.#left.length === 0) return null;
    const { last } = this;
    if (last === null || last.isLeft) return this.#left;
    const isOver = { status: null, reason: null, restMs: 0 };
    const made = [...this.#left, this.#attemptMade(last, isOver, this.#arrivedAt + elapsedMs)];
    // Of two that went on at the same time the second one may have been left before.
    return made.toSorted((one, other) => one.startedMs - other.startedMs);
  }

  #attemptMade({ target: { provider, model }, startedAt }: Tried, why: WhyLeft, now: number): AttemptMade {
    const startedMs = Math.round(startedAt - this.#arrivedAt);
    return {
      ...{ providerId: provider.id, provider: provider.name, model: model.slice(0, longestName) },
      ...{ startedMs, ms: Math.round(now - startedAt), ...why },
    };
  }

  /** What is known of the last attempt, by which its usage is estimated. */
  begun(asked: AskedBefore): Begun {
    return this.last?.begun(asked) ?? { ...asked, call: null, elapsedMs: 0 };
  }

  fail(tried: Tried, failure: UpstreamFailure, asked: AskedBefore): void {
    const begun = tried.begun(asked);
    const { number: attempt, target } = tried;
    if (isCharged(failure, begun)) this.unanswered.push({ attempt, target, usage: usageOfBegun(begun) });
  }

  /** Its vendor was told to stop, and charges so much all the same. */
  charge({ number: attempt, target }: Tried, usage: MeasuredUsage): void {
    this.unanswered.push({ attempt, target, usage });
  }

  /** What it came to, where it came to nothing that its vendor may charge all the same. */
  unansweredOf({ number }: Tried): UnansweredAttempt | null {
    return this.unanswered.find(({ attempt }) => attempt === number) ?? null;
  }

  /** Takes the last attempt out of those that came to nothing: it is what the record tells. */
  takeLast(): MeasuredUsage | null {
    const place = this.unanswered.findIndex(({ attempt }) => attempt === this.last?.number);
    return place < 0 ? null : (this.unanswered.splice(place, 1)[0]?.usage ?? null);
  }

  /** Something else was asked for its sake, and waited for. */
  waitedBeside(ms: number, costNanos: number): void {
    this.upstreamMs += ms;
    this.besideNanos += costNanos;
    this.why.besides(ms);
  }

  hold(call: UpstreamCall): void {
    this.last?.hold(call);
  }

  /** A failure that it ends with has been tried again already. */
  get isTriedAgain(): boolean {
    return this.attempts > 1 || this.isProbe;
  }

  /** The last vendor asked has the whole request and may have worked on it. */
  get isSent(): boolean {
    return this.last?.isSent ?? false;
  }
}
