// In which order the targets of a name are asked, by its strategy. Called by plan.ts.

import { hash } from "node:crypto";
import type { AliasStrategy } from "@ghostllm/contract";
import type { ParsedRequest } from "@ghostllm/llm";
import type { Routing } from "#domain/routing/routing.ts";
import { pathOf } from "#domain/target-path.ts";
import type { Candidates } from "#gateway/flow/resolve.ts";
import { estimatedNanos } from "./estimated-cost.ts";
import { balanceOf, burdenOf, meritOf, toldMerit } from "./merit.ts";
import type { MeritInput } from "./merit.ts";

export type Weighted = Candidates["targets"][number];

export interface RankInput extends MeritInput {
  readonly request: ParsedRequest;
  /** The user who asks. */
  readonly caller: string;
  /** A number from 0 up to 1, drawn anew by each call. */
  readonly random: () => number;
}

type Rank = (targets: readonly Weighted[], input: RankInput) => readonly Weighted[];

const ranks: Readonly<Record<AliasStrategy, Rank>> = {
  ordered: (targets) => targets,
  weighted: shuffleByWeight,
  latency: byExpectedWait,
  "least-busy": byRunning,
  cheapest: byPrice,
  auto: byMerit,
};

/** By what a strategy told it from the others; null where it goes by none, or nobody knows. */
const scores: Readonly<Record<AliasStrategy, (one: Weighted, input: RankInput) => number | null>> = {
  ordered: () => null,
  weighted: ({ weight }) => weight,
  latency: waitOf,
  "least-busy": ({ target }, { work }) => work.running(target),
  cheapest: ({ target }, input) => estimatedNanos(target, input),
  auto: ({ target }, input) => toldMerit(meritOf(target, input), input.routing ?? {}),
};

/** In the same turn of the event loop the one by which the target was put in order. */
export function scoreBy({ strategy }: Pick<Candidates, "strategy">, one: Weighted, input: RankInput): number | null {
  return scores[strategy](one, input);
}

export function rank(
  { strategy, sticky = null }: Pick<Candidates, "strategy" | "sticky">,
  targets: readonly Weighted[],
  input: RankInput,
): readonly Weighted[] {
  if (targets.length === 1) return targets;
  return strategy === "weighted" && sticky !== null
    ? byUser(targets, sticky, input.caller)
    : ranks[strategy](targets, input);
}

/**
 * The same order for the same user, in which each is first as often as its weight says, over all users. Of a target that is added or gone,
 * or weighs more or less, those move alone whom it gains or loses. https://en.wikipedia.org/wiki/Rendezvous_hashing
 */
function byUser(targets: readonly Weighted[], sticky: string, caller: string): readonly Weighted[] {
  const scoreOf = ({ target, weight }: Weighted): number =>
    -weight / Math.log(fractionOf(`${sticky} ${pathOf(target)} ${caller}`));
  return targets
    .map((target) => ({ target, score: scoreOf(target) }))
    .toSorted((one, other) => other.score - one.score)
    .map(({ target }) => target);
}

/** Between 0 and 1, and neither of them. */
function fractionOf(text: string): number {
  return (hash("sha256", text, "buffer").readUInt32BE() + 0.5) / 2 ** 32;
}

/** Draws one after the other: the chance to be first is in proportion to the weight. */
function shuffleByWeight(targets: readonly Weighted[], { random }: RankInput): readonly Weighted[] {
  const left = [...targets];
  const order: Weighted[] = [];
  while (left.length > 0) {
    let draw = random() * left.reduce((sum, { weight }) => sum + weight, 0);
    const found = left.findIndex(({ weight }) => (draw -= weight) < 0);
    order.push(...left.splice(Math.max(0, found), 1));
  }
  return order;
}

/**
 * Of two that are drawn the one that begins sooner: were it always the best of all, every request that comes before its answer would go
 * there as well. The others follow from the soonest to the latest.
 */
function byExpectedWait(targets: readonly Weighted[], input: RankInput): readonly Weighted[] {
  const { random } = input;
  const sorted = sortedBy(targets, (one) => waitOf(one, input), random);
  const first = Math.floor(random() * sorted.length);
  const second = Math.floor(random() * (sorted.length - 1));
  const best = Math.min(first, second < first ? second : second + 1);
  const chosen = sorted[best];
  return chosen === undefined ? sorted : [chosen, ...sorted.toSpliced(best, 1)];
}

function waitOf({ target }: Weighted, { request: { operation, stream }, work, now }: RankInput): number {
  return work.expectedMs({ target, operation, stream }, now);
}

function byRunning(targets: readonly Weighted[], { work, random }: RankInput): readonly Weighted[] {
  return sortedBy(targets, ({ target }) => work.running(target), random);
}

/** Of those that cost the same, the one that is written first. */
function byPrice(targets: readonly Weighted[], input: RankInput): readonly Weighted[] {
  return sortedBy(
    targets,
    ({ target }) => estimatedNanos(target, input) ?? Infinity,
    () => 0,
  );
}

/** By what the request prefers; among equals by the balance of all that speaks for a target. */
function byMerit(targets: readonly Weighted[], input: RankInput): readonly Weighted[] {
  const wish: Partial<Routing> = input.routing ?? {};
  const isLast = (isLocal: boolean): number => (wish.prefersLocal === true && !isLocal ? 1 : 0);
  return targets
    .map((one) => ({ one, merit: meritOf(one.target, input) }))
    .map(({ one, merit }) => ({
      one,
      last: isLast(merit.isLocal),
      burden: burdenOf(merit, wish),
      balance: balanceOf(merit),
    }))
    .toSorted((a, b) => a.last - b.last || compare(a.burden, b.burden) || b.balance - a.balance)
    .map(({ one }) => one);
}

/** Also of what is endless. */
const compare = (one: number, other: number): number => (one === other ? 0 : one < other ? -1 : 1);

/** What is equal is in the order that is drawn. */
function sortedBy(
  targets: readonly Weighted[],
  scoreOf: (target: Weighted) => number,
  random: () => number,
): readonly Weighted[] {
  return targets
    .map((target) => ({ target, score: scoreOf(target), draw: random() }))
    .toSorted((one, other) => (one.score === other.score ? one.draw - other.draw : one.score - other.score))
    .map(({ target }) => target);
}
