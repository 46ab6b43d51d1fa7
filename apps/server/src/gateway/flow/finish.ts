// The end of every request that was answered or reached a vendor: exactly once, however it ended, and before the last byte of the
// answer leaves. usage -> price -> settle -> journal -> events.

import { GhostError } from "@ghostllm/contract";
import type { ErrorCode } from "@ghostllm/contract";
import { costOf, priceAt, withinSense, withoutUsage } from "@ghostllm/llm";
import type { Price, Usage } from "@ghostllm/llm";
import type { BilledTarget, ProviderEntry, Snapshot, Target } from "#domain/snapshot.ts";
import { writeProviderCharges } from "#domain/budgets/budget.ts";
import { chargedScopes } from "#domain/usage-record.ts";
import type { RequestFacts, UsageRecord, UsageStatus } from "#domain/usage-record.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Outlet } from "#gateway/flow/answer/outlet.ts";
import type { MeasuredUsage } from "#gateway/flow/answer/measured-usage.ts";
import { settleHold, sumOfCharges } from "#gateway/flow/ask/provider-holds.ts";
import { sumOf } from "#gateway/flow/ask/unanswered.ts";
import type { ProviderCosts } from "#link/pending-answers.ts";
import type { RequestTrace } from "#telemetry/traces/request-trace.ts";
import type { Run } from "./call.ts";
import { findTarget } from "./resolve.ts";
import { noCacheFacts } from "./why.ts";

/** What it takes to settle a request and to write it down. */
export type FinishDeps = Pick<GatewayDeps, "counters" | "journal" | "events" | "clock">;

export interface Ending {
  readonly status: UsageStatus;
  readonly httpStatus: number;
  readonly errorCode: ErrorCode | null;
  readonly usage: MeasuredUsage;
  /** What was not spent, since it was told before; null, or absent: a vendor was asked, or nobody knows. */
  readonly savedNanos?: number | null;
  /** Ms until the first byte of the answer; null when none came. */
  readonly ttftMs: number | null;
  /** Ms of our own until the answer could begin: all but the waiting for vendors. */
  readonly overheadMs: number;
}

export interface FinishInput {
  readonly facts: RequestFacts;
  /** In which models that others asked for advice have their prices. */
  readonly snapshot: Snapshot;
  /** Null where no vendor was asked. */
  readonly target: BilledTarget | null;
  /** The target's; null where it is not in use any more. */
  readonly provider: ProviderEntry | null;
  readonly ending: Ending;
  /** What providers are charged that have limits or budgets; null, or absent: none of those was asked. */
  readonly providers?: ProviderCosts | null | undefined;
  /** Nano-USD of what was asked beside it, and has a record of its own. */
  readonly besideNanos?: number;
  /** The request for whose sake it was made settles it with itself. */
  readonly isSettledElsewhere?: true;
  /** Tells when the answer's bytes have left, where its request counts as running until then. */
  readonly whenLeft?: Outlet["whenLeft"] | undefined;
  /** Null, or absent: nothing is told of it. */
  readonly trace?: RequestTrace | null;
}

/** As they are now. */
export function factsOf(run: Run, now: number): RequestFacts {
  const { exchange, principal, request, protection, dialect, candidates, admission, trail, content, caching } = run;
  const guards = run.guarding?.told ?? null;
  const elapsedMs = exchange.elapsedMs();
  return {
    id: exchange.id,
    createdAt: exchange.startedAt,
    userId: principal.userId,
    apiKeyId: principal.keyId,
    teamId: principal.teamId,
    organisationId: principal.organisationId,
    requestedModel: candidates.requested,
    dialect: dialect.name,
    operation: request.operation,
    streamed: request.stream,
    ...sumOf(trail.unanswered, now),
    latencyMs: Math.round(elapsedMs),
    attempts: trail.attempts,
    trail: trail.told(elapsedMs),
    privacy: protection === null || protection.found.length === 0 ? null : protection.found,
    content: content === null ? null : content.outcome,
    ipAddress: exchange.ipAddress,
    userAgent: exchange.userAgent,
    budgetPeriods: admission.budgetPeriods,
    cache: caching === null ? null : caching.outcome,
    shadow: false,
    downgradedTo: admission.downgraded?.alias ?? null,
    sessionId: run.session?.id ?? null,
    why: trail.why.told(admission, caching?.facts ?? noCacheFacts, guards),
  };
}

/** Answers the cost in nano-USD, null where the price is unknown. Throws when the record cannot be written down. */
export async function finish(deps: FinishDeps, input: FinishInput): Promise<number | null> {
  const last = buildRecord(input, deps.clock.now());
  const built = withUnanswered(last);
  const chargedNanos = input.isSettledElsewhere ? 0 : await settle(deps, built, input);
  // Budgets are hard: what nobody knows the cost of, or saw the end of, is charged as it was reserved.
  const whole = chargedNanos > (built.costNanos ?? 0) ? { ...built, chargedNanos } : built;
  const record = input.providers ? await chargeProviders(deps, whole, last, input) : whole;
  await writeDown(deps, record);
  deps.events.requestFinished(record, input.ending.overheadMs);
  input.trace?.recorded(record, deps.clock.monotonic());
  return record.costNanos;
}

/** What else vendors may charge for the request is part of its cost. */
function withUnanswered(record: UsageRecord): UsageRecord {
  const { unansweredAttempts, unansweredCostNanos, costNanos } = record;
  if (unansweredAttempts === 0) return record;
  const sum = costNanos === null || unansweredCostNanos === null ? null : costNanos + unansweredCostNanos;
  return { ...record, estimated: true, costNanos: sum };
}

/** `last`: what the attempt came to that the record tells of. */
async function chargeProviders(
  deps: FinishDeps,
  whole: UsageRecord,
  { totalTokens: tokens, costNanos }: UsageRecord,
  { ending, providers }: FinishInput,
): Promise<UsageRecord> {
  const { charges = [], open = null } = providers ?? {};
  const takesAll = ending.usage.isUnseen === true;
  const own = open === null ? [] : await settleHold(deps, open, { tokens, costNanos, takesAll });
  return { ...whole, providerCharges: writeProviderCharges(sumOfCharges([...charges, ...own])) };
}

/** Counters that cannot be reached must not cost the client its answer: the reservation expires by itself. */
async function settle(
  { counters, events }: Pick<FinishDeps, "counters" | "events">,
  record: UsageRecord,
  { ending, whenLeft, besideNanos = 0 }: FinishInput,
): Promise<number> {
  const { id, totalTokens, unansweredTokens } = record;
  const costNanos = record.costNanos === null ? null : record.costNanos + besideNanos;
  const tokens = totalTokens + unansweredTokens;
  const staysRunning = whenLeft !== undefined;
  try {
    const takesAll = ending.usage.isUnseen === true;
    const settled = counters.settle({ id, tokens, costNanos, staysRunning, takesAll, scopes: chargedScopes(record) });
    const chargedNanos = settled instanceof Promise ? await settled : settled;
    whenLeft?.(() => counters.leave(id));
    return chargedNanos - besideNanos;
  } catch (error) {
    events.internalError("settling", error);
    return 0;
  }
}

async function writeDown(
  { journal, events }: Pick<FinishDeps, "journal" | "events">,
  record: UsageRecord,
): Promise<void> {
  try {
    await journal.append(record);
  } catch (error) {
    events.internalError("journal", error);
    throw new GhostError("service_unavailable", "Usage cannot be recorded at the moment.", { retryAfterSeconds: 5 });
  }
}

function buildRecord(input: FinishInput, now: number): UsageRecord {
  const { facts, target, ending } = input;
  // A session reads its conversation as often as it answers.
  const context = facts.operation === "realtime" ? null : (target?.contextLength ?? null);
  const usage = withinSense(ending.usage, context);
  const isBounded = usage !== ending.usage;
  return {
    ...facts,
    ...placeOf(target),
    status: ending.status,
    httpStatus: ending.httpStatus,
    errorCode: ending.errorCode,
    promptTokens: usage.promptTokens,
    completionTokens: usage.completionTokens,
    totalTokens: usage.promptTokens + usage.completionTokens,
    cachedTokens: usage.cachedTokens,
    reasoningTokens: usage.reasoningTokens,
    cacheWriteTokens: usage.cacheWriteTokens ?? 0,
    cacheWriteHourTokens: usage.cacheWriteHourTokens ?? 0,
    audioPromptTokens: usage.audioPromptTokens ?? 0,
    audioCompletionTokens: usage.audioCompletionTokens ?? 0,
    imagePromptTokens: usage.imagePromptTokens ?? 0,
    imageCompletionTokens: usage.imageCompletionTokens ?? 0,
    cachedAudioTokens: usage.cachedAudioTokens ?? 0,
    serviceClass: usage.serviceClass ?? null,
    geography: usage.geography ?? null,
    webSearches: usage.webSearches ?? 0,
    fileSearches: usage.fileSearches ?? 0,
    estimated: usage.estimated,
    usageBounded: isBounded,
    chargedNanos: null,
    providerCharges: null,
    ...priced(input, isBounded ? { ...ending, usage } : ending, now),
    savedNanos: ending.savedNanos ?? null,
    ttftMs: ending.ttftMs === null ? null : Math.round(ending.ttftMs),
    overheadUs: Math.max(0, Math.round(ending.overheadMs * 1000)),
  };
}

function placeOf(target: BilledTarget | null): Pick<UsageRecord, "modelId" | "providerId" | "provider" | "model"> {
  if (target === null) return { modelId: null, providerId: null, provider: "", model: "" };
  const { modelId, provider, model } = target;
  return { modelId, providerId: provider.id, provider: provider.name, model };
}

type Cost = Pick<UsageRecord, "costNanos" | "priceVersion">;

const unknownCost: Cost = { costNanos: null, priceVersion: null };
/** Of what no vendor was asked for. */
const noCost: Cost = { costNanos: 0, priceVersion: null };

/** What a vendor says it charges goes before what the list would make of it, and an operator's word before both. */
function priced({ snapshot, target, provider }: FinishInput, { usage, status }: Ending, now: number): Cost {
  if (target === null) return noCost;
  const price = target.prices === null ? null : priceAt(target.prices, now);
  // A vendor that charges by the request does not charge for one that it failed.
  if (status === "error" && usage.promptTokens + usage.completionTokens === 0 && price !== null && !usage.isUnknown)
    return { costNanos: 0, priceVersion: price.version };
  const told = provider?.definition.pricing?.tellsCost ? usage.vendorCostNanos : undefined;
  if (told !== undefined && price?.isOverride !== true) return { costNanos: told, priceVersion: "vendor" };
  if (price === null || usage.isUnknown) return unknownCost;
  const costNanos = costOfAll(snapshot, provider, { usage, price, now });
  return costNanos === null ? unknownCost : { costNanos, priceVersion: price.version };
}

/** Of a request that would have used this; null where nobody knows. */
export function costOfAnother(snapshot: Snapshot, target: Target, usage: Usage, now: number): number | null {
  const { prices, provider } = target;
  const price = prices === null ? null : priceAt(prices, now);
  if (provider.definition.pricing?.tellsCost && usage.vendorCostNanos !== undefined && price?.isOverride !== true)
    return usage.vendorCostNanos;
  return price === null ? null : costOfAll(snapshot, provider, { usage, price, now });
}

interface Priced {
  readonly usage: Usage;
  readonly price: Price;
  readonly now: number;
}

/** Each model's part at its own price; null where one of them has none. */
function costOfAll(snapshot: Snapshot, provider: ProviderEntry | null, { usage, price, now }: Priced): number | null {
  const { byOthers, ...whole } = usage;
  if (byOthers === undefined || price.isFree) return costOf(whole, price);
  const own = byOthers.reduce((rest: Usage, { usage: part }) => withoutUsage(rest, part), whole);
  let sum = costOf(own, price);
  for (const { model, usage: part } of byOthers) {
    const prices = provider === null ? null : findTarget(snapshot, provider, model).prices;
    const other = prices === null ? null : priceAt(prices, now);
    const cost = other === null ? null : costOf({ ...part, ...termsOf(whole) }, other);
    sum = sum === null || cost === null ? null : sum + cost;
  }
  return sum;
}

/** What holds for the whole answer. */
function termsOf({ serviceClass, geography }: Usage): Partial<Usage> {
  return { ...(serviceClass !== undefined && { serviceClass }), ...(geography !== undefined && { geography }) };
}
