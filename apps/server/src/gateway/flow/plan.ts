import { GhostError } from "@ghostllm/contract";
import { wayTo } from "@ghostllm/llm";
import type { ClientDialectName, Operation } from "@ghostllm/llm";
import type { Target } from "#domain/snapshot.ts";
import type { TargetHealth } from "#gateway/flow/ask/target-health.ts";
import type { Candidates } from "./resolve.ts";

export interface PlanInput {
  readonly candidates: Candidates;
  readonly operation: Operation;
  /** The client's. */
  readonly dialect: ClientDialectName;
  readonly health: TargetHealth;
  /** The user who asks. */
  readonly caller: string;
  /** By the monotonic clock. */
  readonly now: number;
  /** A number from 0 up to 1, drawn anew by each call. */
  readonly random: () => number;
}

export interface Plan {
  /** In the order in which to try them, never none. */
  readonly targets: readonly Target[];
  /** All of them failed again and again just now: each is tried once, and that is how it shows that one is well. */
  readonly isProbe: boolean;
}

/** Nobody is refused because targets rest: there may be no other. Throws `invalid_request_error`. */
export function planTargets(input: PlanInput): Plan {
  const { candidates, operation, dialect, random } = input;
  const able = candidates.targets.filter(
    ({ target }) => wayTo(target.provider.definition, dialect, operation, target.model) !== null,
  );
  if (able.length === 0) {
    throw new GhostError(
      "invalid_request_error",
      `No provider of the model '${candidates.requested}' offers ${operation}.`,
      { param: "model" },
    );
  }
  const ordered = candidates.strategy === "weighted" ? shuffleByWeight(able, random) : able;
  const rested = ordered.map(({ target }) => ({ target, restMs: restMsOf(target, input) }));
  const ready = rested.filter(({ restMs }) => restMs === 0);
  const isProbe = ready.length === 0;
  const chosen = isProbe ? rested.toSorted((one, other) => one.restMs - other.restMs) : ready;
  return { targets: chosen.map(({ target }) => target), isProbe };
}

function restMsOf(target: Target, { health, operation, caller, now }: PlanInput): number {
  return health.restMs({ target, operation, caller }, now);
}

type Weighted = Candidates["targets"][number];

/** Draws one after the other: the chance to be first is in proportion to the weight. */
function shuffleByWeight(targets: readonly Weighted[], random: () => number): readonly Weighted[] {
  const left = [...targets];
  const order: Weighted[] = [];
  while (left.length > 0) {
    let draw = random() * left.reduce((sum, { weight }) => sum + weight, 0);
    const found = left.findIndex(({ weight }) => (draw -= weight) < 0);
    order.push(...left.splice(Math.max(0, found), 1));
  }
  return order;
}
