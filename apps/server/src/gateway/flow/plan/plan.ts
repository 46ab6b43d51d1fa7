import { GhostError } from "@ghostllm/contract";
import { wayTo } from "@ghostllm/llm";
import type { ClientDialectName } from "@ghostllm/llm";
import type { Target } from "#domain/snapshot.ts";
import type { TargetHealth } from "#gateway/flow/ask/target-health.ts";
import type { TargetRoom } from "#gateway/flow/ask/target-room.ts";
import type { Candidates } from "#gateway/flow/resolve.ts";
import { fitting } from "./fit.ts";
import type { FitInput } from "./fit.ts";
import { rank } from "./rank.ts";
import type { RankInput } from "./rank.ts";

export interface PlanInput extends RankInput, FitInput {
  readonly candidates: Candidates;
  /** The client's. */
  readonly dialect: ClientDialectName;
  readonly health: TargetHealth;
  readonly room: TargetRoom;
}

export interface Plan {
  /** In the order in which to try them, never none. */
  readonly targets: readonly Target[];
  /** All of them failed again and again just now: each is tried once, and that is how it shows that one is well. */
  readonly isProbe: boolean;
}

/**
 * Nobody is refused because targets rest: there may be no other. Throws `invalid_request_error`, and `context_length_exceeded` for what no
 * target can hold.
 */
export function planTargets(input: PlanInput): Plan {
  const { candidates, dialect } = input;
  const { operation } = input.request;
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
  const { targets: fit, tight } = fitting(candidates, able, input);
  const ready = fit.filter(({ target }) => restMsOf(target, input) === 0);
  const isProbe = ready.length === 0;
  const ranked = rank(candidates, isProbe ? fit : ready, input).map(({ target }) => target);
  const targets = isProbe ? soonestFirst(ranked, input) : withRoomFirst(ranked, input);
  return { targets: tight.size === 0 ? targets : roomyFirst(targets, { fit, tight }, input), isProbe };
}

/** Who has used up what his account may ask for would refuse: others go before him. */
function withRoomFirst(targets: readonly Target[], { room, request, now }: PlanInput): readonly Target[] {
  const tokens = request.promptTokensEstimate;
  const hasRoom = (target: Target): boolean => room.hasRoom({ target, tokens }, now);
  if (targets.length === 1 || targets.every(hasRoom)) return targets;
  return [...targets.filter(hasRoom), ...targets.filter((target) => !hasRoom(target))];
}

/** Those with room that rest are asked all the same where the others have none: nobody else could answer. */
function roomyFirst(
  targets: readonly Target[],
  { fit, tight }: { readonly fit: Candidates["targets"]; readonly tight: ReadonlySet<Target> },
  input: PlanInput,
): readonly Target[] {
  const isRoomy = (target: Target): boolean => !tight.has(target);
  const roomy = targets.filter(isRoomy);
  const close = targets.filter((target) => tight.has(target));
  if (roomy.length > 0) return [...roomy, ...close];
  const resting = fit.map(({ target }) => target).filter(isRoomy);
  return [...close, ...soonestFirst(resting, input)];
}

function soonestFirst(targets: readonly Target[], input: PlanInput): readonly Target[] {
  return targets
    .map((target) => ({ target, restMs: restMsOf(target, input) }))
    .toSorted((one, other) => one.restMs - other.restMs)
    .map(({ target }) => target);
}

function restMsOf(target: Target, { health, request: { operation }, caller, now }: PlanInput): number {
  return health.restMs({ target, operation, caller }, now);
}
