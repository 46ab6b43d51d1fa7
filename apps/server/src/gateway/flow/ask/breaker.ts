// Whether a target is asked, by one of those for whom it may rest. Closed: it is. Open: it rests, each time for longer. Half-open: its rest is
// over, and one request at a time finds out how it is. Held by target-health.ts.

import type { TargetState } from "#domain/target-report.ts";
import { isParked } from "#domain/target-rest.ts";
import type { RestReason } from "#domain/target-rest.ts";

export interface RestTerms {
  readonly restMs: number;
  readonly longestRestMs: number;
  readonly parkMs: number;
}

interface Opening {
  readonly reason: RestReason;
  /** At least, since the vendor asks for it. */
  readonly askedMs: number;
  readonly now: number;
  /** A number from 0 up to 1. */
  readonly draw: number;
}

/** Rests that follow each other are longer by up to such a part, so that not all gateways come back at once. */
const mostJitter = 0.25;
/** Between requests that ask one before its rest is over. */
const earlyEveryMs = 1_000;
/** Whoever tries a target holds the place no longer than this. */
const tryingMs = 30_000;

export class Breaker {
  /** In a row. */
  failures = 0;
  #reason: RestReason = "failures";
  /** When it was opened, by the monotonic clock; null: it is closed. */
  #openedAt: number | null = null;
  #restingUntil = 0;
  #rests = 0;
  #tries: object | null = null;
  #triesUntil = 0;
  #earlyAgainAt = 0;

  get isOpen(): boolean {
    return this.#openedAt !== null;
  }

  get openedAt(): number | null {
    return this.#openedAt;
  }

  get restingUntil(): number {
    return this.#restingUntil;
  }

  get reason(): RestReason {
    return this.#reason;
  }

  state(now: number): TargetState {
    if (this.#openedAt === null) return "closed";
    if (this.#restingUntil <= now) return "half_open";
    return isParked(this.#reason) ? "parked" : "open";
  }

  /** Answers for how long. */
  open(terms: RestTerms, { reason, askedMs, now, draw }: Opening): number {
    if (this.#openedAt === null || this.#restingUntil <= now) this.#rests += 1;
    const grownMs = Math.min(terms.longestRestMs, terms.restMs * 2 ** (this.#rests - 1));
    const jitter = this.#rests > 1 ? 1 + mostJitter * draw : 1;
    const ownMs = isParked(reason) ? terms.parkMs : Math.min(terms.longestRestMs, grownMs * jitter);
    // Who was asked before its rest is over, or when it began, makes it no longer.
    const isResting = this.#openedAt !== null && this.#restingUntil > now && !isParked(reason);
    const restMs = Math.max(askedMs, isResting ? this.#restingUntil - now : ownMs);
    this.#rest(reason, now, now + restMs);
    return restMs;
  }

  /** Another gateway has opened it. */
  learn({ reason, restMs }: { readonly reason: RestReason; readonly restMs: number }, now: number): void {
    if (now + restMs > this.#restingUntil) this.#rest(reason, now, now + restMs);
  }

  /** True where it was open when the attempt began that shows it, or was not open: what began before says nothing. */
  close(begunAt: number): boolean {
    const openedAt = this.#openedAt;
    if (openedAt !== null && begunAt < openedAt) return false;
    this.failures = 0;
    this.#openedAt = null;
    this.#restingUntil = 0;
    this.#rests = 0;
    this.#tries = null;
    return openedAt !== null;
  }

  /** The next request finds out how it is. */
  endRest(now: number): void {
    this.#restingUntil = Math.min(this.#restingUntil, now);
    this.#tries = null;
  }

  /** Ms until it may be asked; 0: now. */
  restMs(now: number): number {
    if (this.#openedAt === null) return 0;
    if (this.#restingUntil > now) return this.#restingUntil - now;
    return this.#tries === null ? 0 : Math.max(0, this.#triesUntil - now);
  }

  /** Its rest is over: this request finds out. */
  try(request: object, now: number): void {
    if (this.#openedAt === null || this.restMs(now) > 0) return;
    this.#tries = request;
    this.#triesUntil = now + tryingMs;
  }

  /** Once in a while; one that is parked is not well before somebody has done something about it. */
  tryEarly(now: number): boolean {
    if (this.#openedAt === null) return true;
    if (isParked(this.#reason) || now < this.#earlyAgainAt) return false;
    this.#earlyAgainAt = now + earlyEveryMs;
    return true;
  }

  /** It has found out nothing. */
  giveUp(request: object): void {
    if (this.#tries === request) this.#tries = null;
  }

  #rest(reason: RestReason, now: number, until: number): void {
    this.#openedAt ??= now;
    this.#reason = reason;
    this.#restingUntil = until;
    this.#tries = null;
  }
}
