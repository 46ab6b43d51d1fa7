// What was asked: usage records in the order of time, made up from a seed. A few keys ask most (a power law), each has models of its
// own, more is asked by day than by night, and vendors fail now and then.

import { Chance } from "../../tools/demo/random.ts";
import type { UsageRecord, UsageStatus } from "../../apps/server/src/domain/usage-record.ts";
import { at, type Cast, type CastKey } from "./cast.ts";

export interface PastModel {
  readonly id: string;
  readonly providerId: string;
  readonly provider: string;
  readonly name: string;
}

export interface Past {
  readonly cast: Cast;
  readonly models: readonly PastModel[];
  readonly from: number;
  readonly to: number;
  readonly rows: number;
}

const hourMs = 3_600_000;
const steepness = 1.2;

/** The records of an hour at a time. */
export function* writePast(past: Past): Generator<readonly UsageRecord[]> {
  const { from, to, rows } = past;
  const chance = new Chance(11);
  const writer = new Writer(past, chance);
  const hours = Array.from({ length: Math.ceil((to - from) / hourMs) }, (_, index) => from + index * hourMs);
  const weights = hours.map(weightAt);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let owed = 0;
  for (const [index, hour] of hours.entries()) {
    owed += (rows * at(weights, index)) / total;
    const count = Math.floor(owed);
    owed -= count;
    const length = Math.min(hourMs, to - hour);
    const times = Array.from({ length: count }, () => Math.floor(hour + chance.next() * length));
    yield times.toSorted((one, other) => one - other).map((time) => writer.write(time));
  }
}

function weightAt(hour: number): number {
  const date = new Date(hour);
  const day = Math.exp(-((date.getUTCHours() - 14) ** 2) / 40);
  return (0.25 + day) * (date.getUTCDay() % 6 === 0 ? 0.4 : 1);
}

class Writer {
  readonly #past: Past;
  readonly #chance: Chance;
  /** Of all requests, those of the keys up to this place. */
  readonly #shares: Float64Array;

  constructor(past: Past, chance: Chance) {
    this.#past = past;
    this.#chance = chance;
    let sum = 0;
    const sums = past.cast.keys.map((_, place) => (sum += (place + 1) ** -steepness));
    this.#shares = Float64Array.from(sums, (share) => share / sum);
  }

  write(time: number): UsageRecord {
    const chance = this.#chance;
    const place = this.#pick(chance.next());
    const { models, cast } = this.#past;
    // Most of what a key asks goes to its favourite.
    const model = at(models, (place * 5 + Math.floor(chance.next() ** 3 * 4)) % models.length);
    const status: UsageStatus = chance.happens(0.015) ? "error" : chance.happens(0.005) ? "client_abort" : "ok";
    return recordOf(chance, { key: at(cast.keys, place), model, status, time });
  }

  #pick(share: number): number {
    const shares = this.#shares;
    let [low, high] = [0, shares.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((shares[middle] ?? 1) < share) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

interface Asked {
  readonly key: CastKey;
  readonly model: PastModel;
  readonly status: UsageStatus;
  readonly time: number;
}

function recordOf(chance: Chance, { key, model, status, time }: Asked): UsageRecord {
  const isError = status === "error";
  const promptTokens = isError ? 0 : Math.max(8, Math.round(chance.around(900, 2.5)));
  const completionTokens = isError ? 0 : Math.max(1, Math.round(chance.around(200, 2.2)));
  const streamed = chance.happens(0.6);
  const ttftMs = isError ? null : Math.round(chance.around(500, 1.6));
  const latencyMs = isError ? 400 : (ttftMs ?? 0) + completionTokens * 12;
  const httpStatus = isError ? 503 : status === "client_abort" ? 499 : 200;
  return {
    ...{ id: chance.id(time), createdAt: time, userId: key.userId, apiKeyId: key.id },
    ...{ teamId: key.teamId, organisationId: key.organisationId },
    ...{ modelId: model.id, providerId: model.providerId, provider: model.provider, model: model.name },
    ...{ requestedModel: model.name, dialect: "openai-chat", operation: "chat.completions", streamed, status },
    ...{ httpStatus, errorCode: isError ? "provider_error" : null, promptTokens, completionTokens },
    ...{ totalTokens: promptTokens + completionTokens, cachedTokens: promptTokens >> 2, reasoningTokens: 0 },
    ...{ cacheWriteTokens: 0, cacheWriteHourTokens: 0, audioPromptTokens: 0, audioCompletionTokens: 0 },
    ...{ imagePromptTokens: 0, imageCompletionTokens: 0, cachedAudioTokens: 0, webSearches: 0, fileSearches: 0 },
    ...{ serviceClass: null, geography: null, estimated: false, usageBounded: false },
    ...{ unansweredAttempts: 0, unansweredTokens: 0, unansweredCostNanos: 0, chargedNanos: null },
    ...{ costNanos: promptTokens * 2_500 + completionTokens * 10_000, priceVersion: "catalog:1" },
    ...{ latencyMs, ttftMs, attempts: 1, trail: null, privacy: null, content: null, overheadUs: 400 },
    ...{
      ipAddress: "192.0.2.7",
      userAgent: "OpenAI/Python 1.54.0",
      budgetPeriods: null,
      ...{ downgradedTo: null, shadow: false, sessionId: null, cache: null, savedNanos: null, why: null },
      providerCharges: null,
    },
  };
}
