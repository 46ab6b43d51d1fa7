// One of two attempts that go on at the same time, with what it needs for itself: its line to the client, and whoever writes down what it
// answers. Held by hedge.ts.

import type { AliasTimeouts } from "#domain/alias-policy.ts";
import type { ContentKeeper } from "#gateway/flow/content/content-keeper.ts";
import type { Caching } from "#gateway/flow/recall/caching.ts";
import type { Tried } from "#gateway/flow/tried.ts";
import type { Step } from "./course.ts";
import { failureOf } from "./failure.ts";
import { judge } from "./judge.ts";
import type { Outcome } from "./judge.ts";
import type { Lifeline } from "./lifeline.ts";
import { patienceOf } from "./patience.ts";
import { Strand } from "./strand.ts";
import { beginTry, tryTarget } from "./try-target.ts";
import type { TryDeps, TryInput } from "./try-target.ts";

export interface ContenderInput extends TryInput {
  readonly content: ContentKeeper | null;
  readonly caching: Caching | null;
  readonly lifeline: Lifeline;
  /** How long it wants to be waited for itself; null: as others are. */
  readonly times: AliasTimeouts | null;
}

export class Contender {
  readonly step: Step;
  readonly tried: Tried;
  readonly strand: Strand;
  readonly over: Promise<void>;
  outcome: Outcome | null = null;
  /** What it was given up for, which is no fault of the target's. */
  fault: unknown = null;
  #whenBegun: () => void = () => undefined;
  readonly #goOn: () => void;

  constructor(deps: TryDeps, input: ContenderInput, step: Step, tried: Tried) {
    this.step = step;
    this.tried = tried;
    this.strand = new Strand(input.lifeline, step.target);
    const content = input.content?.beside() ?? null;
    const caching = input.caching?.beside() ?? null;
    this.#goOn = () => {
      content?.goOn();
      caching?.goOn();
    };
    beginTry(deps, input, step, tried);
    // A stream is held back until it has said something: its opening alone is no answer.
    const patience = patienceOf(step.leg.policy?.timeouts, input.times, () => this.#whenBegun());
    const own = { ...input, content, caching, lifeline: this.strand };
    this.over = tryTarget(deps, own, step, { tried, patience }).then(
      (outcome) => void (this.outcome = outcome),
      (error: unknown) => void (this.fault = error),
    );
  }

  get isOver(): boolean {
    return this.outcome !== null || this.fault !== null;
  }

  get hasAnswered(): boolean {
    return this.outcome !== null && failureOf(this.outcome) === null;
  }

  /** It is the client's, be it an answer or not. */
  get isAccepted(): boolean {
    return this.outcome !== null && judge(this.outcome) === "accept";
  }

  /** After so many ms it has neither ended nor, where it is not streamed, begun. */
  isSlow(afterMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(true), afterMs);
      this.#whenBegun = () => clearTimeout(timer);
      void this.over.then(() => {
        clearTimeout(timer);
        resolve(false);
      });
    });
  }

  /** From now on there is no other one. */
  goOn(lifeline: Lifeline): void {
    lifeline.hold(this.strand.call);
    this.#goOn();
  }

  /** What is told to the client in the end, if nobody else is asked. Throws what it was given up for. */
  end(): Outcome {
    if (this.outcome === null) throw this.fault;
    return this.outcome;
  }
}
