import { GhostError } from "@ghostllm/contract";
import { wayTo } from "@ghostllm/llm";
import type { ClientDialectName, Operation } from "@ghostllm/llm";
import type { Target } from "#domain/snapshot.ts";
import type { TargetHealth } from "./health.ts";
import type { Candidates } from "./resolve.ts";

export interface PlanInput {
  readonly candidates: Candidates;
  readonly operation: Operation;
  /** The client's. */
  readonly dialect: ClientDialectName;
  readonly health: TargetHealth;
  /** Epoch ms. */
  readonly now: number;
  /** A number from 0 up to 1, drawn anew by each call. */
  readonly random: () => number;
}

/** Targets in the order in which to try them, never none. Throws `invalid_request_error` or `no_healthy_provider`. */
export function planTargets({ candidates, operation, dialect, health, now, random }: PlanInput): readonly Target[] {
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
  const rested = ordered.map(({ target }) => ({ target, restMs: health.restMs(target, now) }));
  const ready = rested.filter(({ restMs }) => restMs === 0).map(({ target }) => target);
  if (ready.length > 0) return ready;
  throw new GhostError("no_healthy_provider", `Every provider of '${candidates.requested}' failed recently.`, {
    retryAfterSeconds: Math.ceil(Math.min(...rested.map(({ restMs }) => restMs)) / 1000),
  });
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
