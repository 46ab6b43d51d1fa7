// Why a request went as it did: what its record has of that in few words, with what follows from the rest of the record.

import { formatUsd } from "@ghostllm/contract";
import type {
  AttemptMade,
  CacheFacts,
  ConsideredTarget,
  PlannedName,
  SemanticFacts,
  WhyFacts,
} from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { Names } from "#control/store/name-store.ts";
import type { Snapshot } from "#domain/snapshot.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import { toToldLimits } from "./consulted-limits.ts";
import { toUsdOrNull } from "./fields.ts";
import { phasesOf } from "./request-phases.ts";

type Told = RouteAnswer<AdminRoutes["requests"]["get"]>["why"];
type Plan = Told["plans"][number];
type Target = Plan["targets"][number];

/** What of a record it takes for its plans. */
type Explained = Pick<UsageRecord, "trail" | "provider" | "model" | "requestedModel" | "providerId">;

interface Context {
  readonly snapshot: Pick<Snapshot, "providers">;
  readonly names: Names;
}

/** Of records of before it is empty. */
export function explainRequest(record: UsageRecord, { snapshot, names }: Context): Told {
  const facts: WhyFacts = record.why ?? {};
  const {
    plans = [],
    notLedTo = [],
    limits = "",
    capped = "",
    held,
    cache,
    guards = [],
    notes = [],
    hedge,
    continued = [],
  } = facts;
  const { shadowOf = null, embeddedFor = null, semantic } = facts;
  const tried = new Tried(record);
  return {
    phases: phasesOf(record),
    limits: toToldLimits(limits, record, names),
    held_usd: toUsdOrNull(held ?? null),
    shadow_of: shadowOf,
    capped: toToldLimits(capped, record, names)[0] ?? null,
    cache: cache === undefined ? null : toCache(cache, record),
    semantic: semantic === undefined ? null : toSemantic(semantic),
    embedded_for: embeddedFor,
    guardrails: guards.map(([name, stage, outcome]) => ({ name, stage, outcome })),
    notes: [...notes],
    hedge: hedge === undefined ? null : { after_ms: hedge[0], outcome: hedge[1] },
    continued: continued.map(([afterMs, outcome]) => ({ after_ms: afterMs, outcome })),
    plans: plans.map((plan) => toPlan(plan, record, { snapshot, tried })),
    not_led_to: notLedTo.map(([name, reason]) => ({ name, reason })),
  };
}

function toCache([scope, digest, reason]: CacheFacts, { cache }: Pick<UsageRecord, "cache">): Told["cache"] {
  return { outcome: cache ?? "bypass", scope, digest, reason: reason ?? null };
}

function toSemantic(facts: SemanticFacts): NonNullable<Told["semantic"]> {
  const [outcome, similarity, threshold, of, differences = []] = facts;
  return { outcome, similarity, threshold, request_id: of, differences: [...differences] };
}

interface Known {
  readonly snapshot: Pick<Snapshot, "providers">;
  readonly tried: Tried;
}

function toPlan(plan: PlannedName, { requestedModel }: Explained, known: Known): Plan {
  const { by, name = requestedModel, targets, asked, sticky, probe, more = 0, prefer, merits = [], holder } = plan;
  const told = targets.map((target, index) => ({
    ...toTarget(target, prefer ?? by, index < asked ? index + 1 : null, known),
    merit: toMerit(merits[index]),
    holds_prompt: index === holder,
  }));
  return {
    name,
    strategy: by,
    prefer: prefer ?? null,
    is_sticky: sticky === true,
    is_probe: probe === true,
    targets: told,
    more,
  };
}

const statesWithLength: readonly string[] = ["tight", "length"];

function toMerit(merit: NonNullable<PlannedName["merits"]>[number] | undefined): Target["merit"] {
  if (merit === undefined) return null;
  const [nanos, waitMs, quality] = merit;
  return { most_cost_usd: toUsdOrNull(nanos), wait_ms: waitMs, quality };
}

function toTarget(
  [provider, model, score = null, state = "ready", figure, because]: ConsideredTarget,
  strategy: string,
  place: number | null,
  { snapshot, tried }: Known,
): Omit<Target, "merit" | "holds_prompt"> {
  const came = tried.what(provider, model);
  return {
    place,
    provider_id: snapshot.providers.get(provider)?.id ?? null,
    ...{ provider, model, state },
    score: score === null ? null : toScore(strategy, score),
    rest_ms: state === "resting" ? (figure ?? null) : null,
    rest_reason: because ?? null,
    context_length: statesWithLength.includes(state) ? (figure ?? null) : null,
    decision: came?.decision ?? (place === null ? "left_out" : "not_needed"),
    reason: came?.reason ?? null,
  };
}

const kinds = new Map([
  ["weighted", "weight"],
  ["latency", "wait_ms"],
  ["least-busy", "running"],
  ["cheapest", "most_cost_usd"],
  ["auto", "balance"],
  ["cost", "most_cost_usd"],
  ["speed", "wait_ms"],
  ["quality", "quality"],
]);

function toScore(strategy: string, score: number): Target["score"] {
  const kind = kinds.get(strategy) ?? strategy;
  return { kind, value: kind === "most_cost_usd" ? formatUsd(score) : String(score) };
}

type Came = Pick<Target, "decision" | "reason">;

/** What came of the targets that were asked, or would have been. */
class Tried {
  readonly #byPlace = new Map<string, Came>();

  constructor({ trail, providerId, provider, model }: Explained) {
    for (const attempt of trail ?? []) this.#note(attempt);
    if (trail === null && providerId !== null)
      this.#byPlace.set(placeOf(provider, model), { decision: "answered", reason: null });
  }

  /** Names are cut where they are written down. */
  what(provider: string, model: string): Came | undefined {
    return this.#byPlace.get(placeOf(provider, model));
  }

  /** Of several at the same target the last one tells. */
  #note({ provider, model, reason }: AttemptMade): void {
    const isPassedOver = reason !== null && /^(?:provider|target|alias)_(?:limit|budget)$/.test(reason);
    const decision = reason === null ? "answered" : isPassedOver ? "passed_over" : "failed";
    const isOutpaced = reason === "outpaced";
    this.#byPlace.set(placeOf(provider, model), { decision: isOutpaced ? reason : decision, reason });
  }
}

const longestName = 100;

function placeOf(provider: string, model: string): string {
  return `${provider}/${model.slice(0, longestName)}`;
}
