// Weeks of plausible usage, made up from a seed: people work by day, agents always, vendors have bad hours. The records are as the
// gateway would have written them, priced by the list that comes with GhostLLM.

import { costOf } from "@ghostllm/llm";
import type { Price } from "@ghostllm/llm";
import type { AttemptMade } from "@ghostllm/contract";
import type { UsageRecord, UsageStatus } from "../../apps/server/src/domain/usage-record.ts";
import { keptAliases } from "./cast.ts";
import type { DemoKey, DemoModel, Rhythm } from "./cast.ts";
import type { Chance } from "./random.ts";

/** A model with the ids that the server gave it. */
export interface HistoryTarget {
  readonly providerId: string;
  readonly provider: string;
  readonly modelId: string | null;
  readonly model: DemoModel;
  readonly price: Price | null;
}

export interface HistoryKey extends DemoKey {
  readonly userId: string;
  readonly teamId: string | null;
  readonly organisationId: string | null;
  readonly keyId: string;
}

export interface HistoryOptions {
  readonly chance: Chance;
  readonly keys: readonly HistoryKey[];
  /** By what clients ask for, in the order in which they are tried. */
  readonly targets: ReadonlyMap<string, readonly HistoryTarget[]>;
  /** Epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly requests: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** In the order of time. */
export function* writeHistory(options: HistoryOptions): Generator<UsageRecord> {
  const { from, to, requests, chance } = options;
  const hours = Array.from({ length: Math.ceil((to - from) / hourMs) }, (_, index) => from + index * hourMs);
  const busyness = hours.map((hour) => busynessAt(options, hour));
  const total = busyness.reduce((sum, weight) => sum + weight, 0);
  let owed = 0;
  for (const [index, hour] of hours.entries()) {
    owed += (requests * (busyness[index] ?? 0)) / total;
    const count = Math.floor(owed);
    owed -= count;
    const length = Math.min(hourMs, to - hour);
    const times = Array.from({ length: count }, () => Math.floor(hour + chance.next() * length)).toSorted(
      (one, other) => one - other,
    );
    for (const time of times) yield writeRecord(options, time);
  }
}

const rhythms: Readonly<Record<Rhythm, (hour: number, isWeekend: boolean) => number>> = {
  always: (hour, isWeekend) => (isWeekend ? 0.5 : 0.7) + 0.3 * bell(hour, 14, 5),
  office: (hour, isWeekend) => (isWeekend ? 0.06 : 1) * (0.04 + bell(hour, 10.5, 1.8) + 0.9 * bell(hour, 15, 2.2)),
  nights: (hour) => 0.05 + bell((hour + 12) % 24, 14.5, 1.6),
};

function bell(at: number, middle: number, width: number): number {
  return Math.exp(-((at - middle) ** 2) / (2 * width ** 2));
}

/** More is asked each week, by people at their hours. */
function busynessAt({ keys, from, to }: HistoryOptions, time: number): number {
  const growth = 0.65 + 0.35 * ((time - from) / (to - from));
  return growth * keys.reduce((sum, key) => sum + weightAt(key, time), 0);
}

function weightAt({ rhythm, weight }: DemoKey, time: number): number {
  const date = new Date(time);
  const isWeekend = date.getUTCDay() % 6 === 0;
  return weight * rhythms[rhythm](date.getUTCHours() + date.getUTCMinutes() / 60, isWeekend);
}

/** Hours in which a vendor fails, counted back from the end. */
const incidents = [
  { provider: "anthropic", daysAgo: 0.11, hours: 1.2, share: 0.55 },
  { provider: "anthropic", daysAgo: 9.4, hours: 3, share: 0.8 },
  { provider: "openai", daysAgo: 23.6, hours: 1.5, share: 0.5 },
  { provider: "groq", daysAgo: 2.3, hours: 0.8, share: 0.4 },
];

function failsAt({ chance, to }: HistoryOptions, { provider }: HistoryTarget, time: number): boolean {
  const now = incidents.find(
    (one) => one.provider === provider && Math.abs(to - one.daysAgo * dayMs - time) < (one.hours * hourMs) / 2,
  );
  return chance.happens(now?.share ?? 0.002);
}

function writeRecord(options: HistoryOptions, time: number): UsageRecord {
  const { chance, keys, targets } = options;
  const key = chance.pick(keys.map((one) => ({ one, weight: weightAt(one, time) }))).one;
  const requestedModel = chance.pick(key.asks).model;
  const tried = targets.get(requestedModel) ?? [];
  const failed: HistoryTarget[] = [];
  for (const target of tried) {
    if (!failsAt(options, target, time)) {
      const record = answered(options, { key, requestedModel, time, target, failed });
      return keptAliases.has(requestedModel) ? withCache(chance, record, key) : record;
    }
    failed.push(target);
  }
  const last = failed.at(-1);
  if (last === undefined) throw new Error(`nobody offers ${requestedModel}`);
  return refused(options, { key, requestedModel, time, target: last, failed });
}

interface Asked {
  readonly key: HistoryKey;
  readonly requestedModel: string;
  readonly time: number;
  readonly target: HistoryTarget;
  /** Those that were asked before, or all of them. */
  readonly failed: readonly HistoryTarget[];
}

function answered(options: HistoryOptions, asked: Asked): UsageRecord {
  const { chance } = options;
  const { key, target } = asked;
  const { firstTokenMs, tokensPerSecond } = target.model;
  const isEmbedding = tokensPerSecond === 0;
  const status: UsageStatus = isEmbedding || !chance.happens(0.006) ? "ok" : chance.pick(earlyEnds).status;
  const promptTokens = Math.max(8, Math.round(chance.around(key.promptTokens, 1.9)));
  const fullAnswer = isEmbedding ? 0 : Math.max(1, Math.round(chance.around(key.answerTokens, 2.1)));
  const completionTokens = status === "ok" ? fullAnswer : Math.round(fullAnswer * chance.next());
  const cachedTokens = Math.floor(promptTokens * Math.min(0.97, key.cachedShare * (0.6 + 0.6 * chance.next())));
  const left = trailOf(chance, asked.failed);
  const before = left.reduce((sum, { ms }) => sum + ms, 0);
  const ttftMs = before + Math.round(chance.around(firstTokenMs + promptTokens / 60, 1.45));
  const latencyMs =
    ttftMs + (isEmbedding ? 1 : Math.round((completionTokens / chance.around(tokensPerSecond, 1.2)) * 1000));
  const last = { ...nameOf(target), startedMs: before, ms: latencyMs - before, status: null, reason: null, restMs: 0 };
  const httpStatus = status === "client_abort" ? 499 : status === "timeout" ? 504 : 200;
  return {
    ...recordOf(options, asked, { status, httpStatus, latencyMs }),
    ...{ promptTokens, completionTokens, totalTokens: promptTokens + completionTokens, cachedTokens },
    ...(status === "timeout" && { errorCode: "timeout_error" }),
    estimated: status !== "ok",
    ...priced(target, { promptTokens, completionTokens, cachedTokens, reasoningTokens: 0 }),
    ttftMs: isEmbedding ? latencyMs : ttftMs,
    attempts: left.length + 1,
    trail: left.length === 0 ? null : [...left, last],
  };
}

/** Some of what is kept is asked for again. */
function withCache(chance: Chance, record: UsageRecord, { repeatedShare = 0 }: DemoKey): UsageRecord {
  if (record.status !== "ok" || !chance.happens(repeatedShare)) return { ...record, cache: "miss" };
  const latencyMs = Math.round(chance.around(4, 1.5));
  return {
    ...record,
    ...{ modelId: null, providerId: null, provider: "", model: "", latencyMs, ttftMs: latencyMs },
    ...{ promptTokens: 0, completionTokens: 0, totalTokens: 0, cachedTokens: 0, costNanos: 0, priceVersion: null },
    ...{ attempts: 0, trail: null, cache: "hit", savedNanos: record.costNanos },
  };
}

const earlyEnds: readonly { readonly status: UsageStatus; readonly weight: number }[] = [
  { status: "client_abort", weight: 5 },
  { status: "timeout", weight: 1 },
];

/** By nobody: the vendor's own error is passed on. */
function refused(options: HistoryOptions, asked: Asked): UsageRecord {
  const left = trailOf(options.chance, [...asked.failed, asked.target]);
  const latencyMs = left.reduce((sum, { ms }) => sum + ms, 0);
  const last = left.at(-1);
  return {
    ...recordOf(options, asked, { status: "error", httpStatus: last?.status ?? 502, latencyMs }),
    errorCode: last?.reason ?? "provider_error",
    attempts: left.length,
    trail: left,
  };
}

const reasons = [
  { status: 529, reason: "provider_overloaded", restMs: 15_000, weight: 5 },
  { status: 503, reason: "provider_error", restMs: 0, weight: 3 },
  { status: 429, reason: "rate_limit_exceeded", restMs: 20_000, weight: 2 },
];

function trailOf(chance: Chance, failed: readonly HistoryTarget[]): readonly AttemptMade[] {
  let startedMs = 0;
  return failed.map((target) => {
    const { weight: _, ...why } = chance.pick(reasons);
    const made = { ...nameOf(target), startedMs, ms: Math.round(chance.around(400, 2)), ...why };
    startedMs += made.ms;
    return made;
  });
}

function nameOf({
  providerId,
  provider,
  model,
}: HistoryTarget): Pick<AttemptMade, "providerId" | "provider" | "model"> {
  return { providerId, provider, model: model.name };
}

function priced({ price }: HistoryTarget, usage: Parameters<typeof costOf>[0]) {
  const costNanos = price === null ? null : costOf(usage, price);
  return { costNanos, priceVersion: price === null || costNanos === null ? null : price.version };
}

type Outcome = Pick<UsageRecord, "status" | "httpStatus" | "latencyMs">;

/** What is the same for every request, and of one that used nothing. */
function recordOf(
  { chance }: HistoryOptions,
  { key, requestedModel, time, target }: Asked,
  outcome: Outcome,
): UsageRecord {
  const isClaude = key.client.startsWith("claude");
  const isEmbedding = target.model.tokensPerSecond === 0;
  return {
    ...{ id: chance.id(time), createdAt: time, userId: key.userId, apiKeyId: key.keyId, requestedModel },
    ...{ teamId: key.teamId, organisationId: key.organisationId },
    ...{ modelId: target.modelId, providerId: target.providerId, provider: target.provider, model: target.model.name },
    dialect: isClaude ? "anthropic-messages" : "openai-chat",
    operation: isEmbedding ? "embeddings" : "chat.completions",
    streamed: !isEmbedding && (isClaude || chance.happens(0.7)),
    ...outcome,
    errorCode: null,
    ...{ promptTokens: 0, completionTokens: 0, totalTokens: 0, cachedTokens: 0, reasoningTokens: 0 },
    ...{ cacheWriteTokens: 0, cacheWriteHourTokens: 0, audioPromptTokens: 0, audioCompletionTokens: 0 },
    ...{ imagePromptTokens: 0, imageCompletionTokens: 0, cachedAudioTokens: 0, webSearches: 0, fileSearches: 0 },
    ...{ serviceClass: null, geography: null, estimated: false, usageBounded: false },
    ...{ unansweredAttempts: 0, unansweredTokens: 0, unansweredCostNanos: 0, costNanos: 0, chargedNanos: null },
    ...{ priceVersion: target.price?.version ?? null, ttftMs: null, attempts: 1, trail: null, privacy: null },
    content: null,
    overheadUs: Math.round(chance.around(420, 1.4)),
    ...{ ipAddress: key.address, userAgent: key.client },
    ...{
      budgetPeriods: null,
      downgradedTo: null,
      shadow: false,
      providerCharges: null,
      cache: null,
      savedNanos: null,
      sessionId: null,
    },
    why: null,
  };
}
