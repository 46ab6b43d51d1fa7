// Who is asked next, and after which pause, by what the last attempt showed and by what the alias says of failures. Called by attempts.ts.
// Invariant: no name is gone on with twice, and all attempts together are bounded.

import type { FallbackReason } from "@ghostllm/contract";
import type { AliasHedge, AliasPolicy, RetryPolicy } from "#domain/alias-policy.ts";
import type { Awaitable } from "#domain/clock.ts";
import type { LimitedScope } from "#domain/principal.ts";
import type { Target } from "#domain/snapshot.ts";
import type { Plan } from "#gateway/flow/plan/plan.ts";
import type { Failure } from "./failure.ts";

/** One name, with what it stands for in the order in which to ask it. */
export interface Leg extends Plan {
  /** Its name, where the request was led on to it; null: it is what was asked for. */
  readonly ledTo: string | null;
  readonly policy: AliasPolicy | null;
  /** What its attempts are held to beside their providers; null: nothing, or the whole request is. */
  readonly scope: LimitedScope | null;
  /** When a second one of its targets is asked beside the first; absent or null: never. */
  readonly hedge?: AliasHedge | null;
}

export interface Step {
  readonly target: Target;
  readonly leg: Leg;
  readonly pauseMs: number;
}

export interface CourseInput {
  readonly leg: Leg;
  /** Names that are not gone on with. */
  readonly known: readonly string[];
  /** Null: the request may not be led there. */
  readonly find: (name: string) => Awaitable<Leg | null>;
  /** May this one be asked before its rest is over, since nobody else has answered? */
  readonly tryEarly: (target: Target) => boolean;
  /** Before the last target is asked once more, where the alias does not say. */
  readonly retryDelayMs: number;
  /** Nobody is asked a second time. */
  readonly isOnce: boolean;
  readonly random: () => number;
}

/** Where the alias says nothing of it; more only where it has as many targets. */
const mostAttempts = 20;

export class Course {
  readonly #input: CourseInput;
  readonly #legs: Leg[];
  /** Made when a name is looked for: almost no request is led on. */
  #known: Set<string> | null = null;
  #place = 0;
  /** At the target that is asked. */
  #tries = 0;
  #attempts = 0;
  #waiting: readonly string[] = [];
  #lastFailed: { readonly target: Target; readonly leg: Leg; readonly failure: Failure } | null = null;
  #isLastTwice = false;
  #isDoubled = false;
  /** The one that is asked out of its turn: it rested, or was asked beside another one. */
  #outOfTurn: Step | null = null;
  /** Of those out of their turn. */
  #tried: Set<Target> | null = null;

  constructor(input: CourseInput) {
    this.#input = input;
    this.#legs = [input.leg];
  }

  /** Null: no target of the name can be asked. */
  first(): Step | null {
    return this.#stepTo(0);
  }

  /** Nobody was asked: as if nothing had been tried. */
  again(): Step | null {
    this.#legs.splice(1);
    this.#known = null;
    this.#waiting = [];
    return this.#stepTo(0);
  }

  /** The target of the last step was asked, and failed so. Null: nobody is asked any more. */
  after(failure: Failure): Awaitable<Step | null> {
    const { target, leg } = this.#current;
    this.#attempts += 1;
    if (target !== undefined) this.#lastFailed = { target, leg, failure };
    if (this.#attempts >= this.#mostAttempts) return null;
    if (failure.verdict === "accept") return this.#goOn(failure);
    return this.#again(failure) ?? this.#stepTo(this.#place + 1) ?? this.#goOn(failure);
  }

  /** The target of the last step was not asked. */
  passedOver(reason: Failure): Awaitable<Step | null> {
    if (this.#isLastTwice) return null;
    return this.#stepTo(this.#place + 1) ?? this.#goOn(reason);
  }

  /** Two were asked at the same time: once in a request is enough. */
  get isDoubled(): boolean {
    return this.#isDoubled;
  }

  /** Those that may be asked beside the target of the last step, in their order. */
  get besides(): readonly Target[] {
    if (this.#outOfTurn !== null || this.#attempts + 2 > this.#mostAttempts) return [];
    return this.#leg.isProbe ? [] : this.#leg.targets.slice(this.#place + 1);
  }

  /** What attempts at the targets of the last step are held to. */
  get scope(): LimitedScope | null {
    return this.#leg.scope;
  }

  /** This one is asked beside it, the only one of the request. */
  askBeside(target: Target): Step {
    this.#isDoubled = true;
    this.#attempts += 1;
    (this.#tried ??= new Set()).add(target);
    return { target, leg: this.#leg, pauseMs: 0 };
  }

  /** Of two that were asked, this one was the last to fail. */
  turnTo(step: Step): void {
    this.#outOfTurn = step;
    this.#tries = 1;
  }

  /** Who may go on with what this one has told, one of the last step's: the others of its name, those behind it first, and itself at last. */
  goOnBehind(target: Target): readonly Step[] {
    const { leg } = this.#current;
    const at = leg.targets.indexOf(target);
    const others = [...leg.targets.slice(at + 1), ...leg.targets.slice(0, Math.max(0, at))];
    return [...others, target].map((one) => ({ target: one, leg, pauseMs: 0 }));
  }

  get #visited(): Set<string> {
    return (this.#known ??= new Set(this.#input.known));
  }

  get #leg(): Leg {
    return this.#legs.at(-1) ?? this.#input.leg;
  }

  get #current(): { readonly leg: Leg; readonly target: Target | undefined } {
    return this.#outOfTurn ?? { leg: this.#leg, target: this.#leg.targets[this.#place] };
  }

  get #mostAttempts(): number {
    const { policy, targets } = this.#input.leg;
    return policy?.retries?.attempts ?? Math.max(mostAttempts, targets.length + 1);
  }

  /** Of what a name stands for that says nothing itself, the alias says that has led there. */
  get #retries(): RetryPolicy | null {
    return this.#leg.policy?.retries ?? this.#input.leg.policy?.retries ?? null;
  }

  #stepTo(place: number): Step | null {
    const leg = this.#leg;
    const target = leg.targets[place];
    if (target === undefined) return null;
    if (this.#isDoubled && this.#tried?.has(target)) return this.#stepTo(place + 1);
    this.#outOfTurn = null;
    this.#place = place;
    this.#tries = 1;
    return { target, leg, pauseMs: 0 };
  }

  #again({ kind, askedMs }: Failure): Step | null {
    const retries = this.#retries;
    const { leg, target } = this.#current;
    if (retries === null || target === undefined || this.#input.isOnce || leg.isProbe) return null;
    if (this.#tries >= retries.attemptsPerTarget || askedMs > retries.maxRetryAfterMs) return null;
    if (!retries.on.some((one) => one === kind)) return null;
    const grown = Math.min(retries.maxBackoffMs, retries.backoffMs * 2 ** (this.#tries - 1));
    this.#tries += 1;
    return { target, leg, pauseMs: Math.max(askedMs, grown * (1 - this.#input.random() / 2)) };
  }

  /** No target of the name is left. */
  #goOn(failure: Failure): Awaitable<Step | null> {
    const { reason } = failure;
    const names = reason === null ? [] : this.#namesFor(reason);
    return names.length === 0 ? this.#lastResort(failure) : this.#fallBack(names, failure);
  }

  /** What is still to come goes before what this failure leads to; what the last name says before what led to it. */
  #namesFor(reason: FallbackReason): readonly string[] {
    const lists = this.#legs.toReversed().flatMap(({ policy }) => listOf(policy, reason));
    const names = reason === "content_filter" ? lists : [...this.#waiting, ...lists];
    return names.filter((name) => !this.#visited.has(name));
  }

  async #fallBack(names: readonly string[], failure: Failure): Promise<Step | null> {
    for (const [place, name] of names.entries()) {
      if (this.#visited.has(name)) continue;
      this.#visited.add(name);
      const leg = await this.#input.find(name);
      if (leg === null || leg.targets.length === 0) continue;
      this.#legs.push(leg);
      this.#waiting = names.slice(place + 1);
      return this.#stepTo(0);
    }
    return this.#lastResort(failure);
  }

  /** Sooner than the client hears of a failure, one that rests is asked: it may be well, and then all others hear of that. */
  #lastResort(failure: Failure): Step | null {
    if (failure.verdict === "accept") return this.#lastOneTwice();
    for (const leg of this.#legs) {
      const target = leg.resting?.find((one) => this.#tried?.has(one) !== true && this.#input.tryEarly(one));
      if (target === undefined) continue;
      (this.#tried ??= new Set()).add(target);
      return (this.#outOfTurn = { target, leg: { ...leg, isProbe: true }, pauseMs: 0 });
    }
    return this.#lastOneTwice();
  }

  /** As long as no alias says otherwise, whoever was asked last is asked once more where that may help. */
  #lastOneTwice(): Step | null {
    const last = this.#lastFailed;
    if (last === null || this.#isLastTwice || this.#input.isOnce || this.#retries !== null) return null;
    if (last.failure.verdict !== "anywhere" || last.leg.isProbe) return null;
    this.#isLastTwice = true;
    const { target, leg } = last;
    return { target, leg, pauseMs: this.#input.retryDelayMs * (1 + this.#input.random()) };
  }
}

function listOf(policy: AliasPolicy | null, reason: FallbackReason): readonly string[] {
  const { fallbacks = {} } = policy ?? {};
  const own = fallbacks[reason] ?? [];
  // A vendor that refuses the content has answered: only who says so asks another one.
  return own.length > 0 || reason === "content_filter" ? own : (fallbacks.any ?? []);
}
