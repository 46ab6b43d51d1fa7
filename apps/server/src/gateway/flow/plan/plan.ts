import { GhostError } from "@ghostllm/contract";
import { wayTo } from "@ghostllm/llm";
import type { ClientDialectName, OpeningRules } from "@ghostllm/llm";
import type { Target } from "#domain/snapshot.ts";
import { pathOf } from "#domain/target-path.ts";
import type { TargetHealth } from "#gateway/flow/ask/target-health.ts";
import type { TargetRoom } from "#gateway/flow/ask/target-room.ts";
import type { Candidates } from "#gateway/flow/resolve.ts";
import { fitting } from "./fit.ts";
import type { FitInput, Fitting } from "./fit.ts";
import { conversationOf } from "./prompt-holders.ts";
import type { Conversation, PromptHolders } from "./prompt-holders.ts";
import { rank } from "./rank.ts";
import type { RankInput } from "./rank.ts";

export interface PlanInput extends RankInput, FitInput {
  readonly candidates: Candidates;
  /** The client's. */
  readonly dialect: ClientDialectName;
  readonly health: TargetHealth;
  readonly room: TargetRoom;
  readonly holders: PromptHolders;
  /** How its conversation begins, in the client's dialect. */
  readonly opening: OpeningRules;
}

export interface Plan {
  /** In the order in which to try them, never none. */
  readonly targets: readonly Target[];
  /** All of them failed again and again just now: each is tried once, and that is how it shows that one is well. */
  readonly isProbe: boolean;
  /** The conversation that it goes on with, where whoever answers may keep its prompt; absent: none that matters. */
  readonly conversation?: string;
  /** Those that are left alone, soonest first: where nobody else has answered, one of them may be well again. Absent: none. */
  readonly resting?: readonly Target[];
}

/** With what its targets were chosen from, for whoever is to be told why. */
export interface ConsideredPlan extends Plan {
  readonly able: Candidates["targets"];
  readonly fitting: Fitting;
  /** Who may have kept its prompt; absent: nobody knows of one. */
  readonly holder?: Target;
}

/**
 * Nobody is refused because targets rest: there may be no other. Throws `invalid_request_error`, and `context_length_exceeded` for what no
 * target can hold.
 */
export function planTargets(input: PlanInput): ConsideredPlan {
  const { candidates } = input;
  const { operation } = input.request;
  const able = candidates.targets.filter(({ target }) => offers(target, input));
  if (able.length === 0) {
    throw new GhostError(
      "invalid_request_error",
      `No provider of the model '${candidates.requested}' offers ${operation}.`,
      { param: "model" },
    );
  }
  const fits = fitting(candidates, able, input);
  const { targets: fit, tight } = fits;
  const ready = fit.filter(({ target }) => restMsOf(target, input) === 0);
  const isProbe = ready.length === 0;
  const conversation = canStay(candidates) ? conversationOf(input) : null;
  const holder = holderOf(conversation, candidates, input);
  const asked = holder === null ? input : { ...input, holder };
  const ranked = rank(candidates, isProbe ? fit : ready, asked).map(({ target }) => target);
  const stayed = holder === null ? ranked : holderFirst(ranked, holder, candidates);
  const targets = isProbe ? soonestFirst(stayed, input) : withRoomFirst(stayed, input);
  const put = tight.size === 0 ? targets : roomyFirst(targets, { fit, tight }, input);
  const kept = {
    ...(conversation !== null && { conversation: conversation.name }),
    ...(holder !== null && { holder }),
  };
  const plan = { targets: put, isProbe, able, fitting: fits, ...kept };
  if (isProbe || ready.length === fit.length) return plan;
  const resting = fit.map(({ target }) => target).filter((target) => !put.includes(target));
  return { ...plan, resting: soonestFirst(resting, input) };
}

/** Where targets are written in an order that order holds, and users who stay with a target stay with it. */
function canStay({ targets, strategy, sticky = null, policy = null }: Candidates): boolean {
  return targets.length > 1 && strategy !== "ordered" && sticky === null && policy?.promptAffinity !== false;
}

function holderOf(conversation: Conversation | null, { targets }: Candidates, input: PlanInput): Target | null {
  if (conversation?.isContinued !== true) return null;
  const path = input.holders.find(conversation.name, input.now);
  return path === null ? null : (targets.find(({ target }) => pathOf(target) === path)?.target ?? null);
}

/** Those that go by what is paid know already what it is worth. */
function holderFirst(ranked: readonly Target[], holder: Target, { strategy }: Candidates): readonly Target[] {
  if (strategy === "cheapest" || strategy === "auto" || !ranked.includes(holder)) return ranked;
  return [holder, ...ranked.filter((target) => target !== holder)];
}

/** One whose rest is over is asked by one request at a time: whoever goes by the plan takes that place. */
export function tryFirst({ targets: [first], isProbe }: Plan, { health, request, caller, now }: PlanInput): void {
  if (!isProbe && first !== undefined)
    health.try({ target: first, operation: request.operation, caller }, request, now);
}

export function offers({ provider, model }: Target, { dialect, request: { operation } }: PlanInput): boolean {
  return wayTo(provider.definition, dialect, operation, model) !== null;
}

/** Who has used up what his account may ask for would refuse: others go before him. */
function withRoomFirst(targets: readonly Target[], input: PlanInput): readonly Target[] {
  const hasRoom = (target: Target): boolean => hasRoomFor(target, input);
  if (targets.length === 1 || targets.every(hasRoom)) return targets;
  return [...targets.filter(hasRoom), ...targets.filter((target) => !hasRoom(target))];
}

export function hasRoomFor(target: Target, { room, request, now }: PlanInput): boolean {
  return room.hasRoom({ target, tokens: request.promptTokensEstimate }, now);
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

export function restMsOf(target: Target, { health, request: { operation }, caller, now }: PlanInput): number {
  return health.restMs({ target, operation, caller }, now);
}
