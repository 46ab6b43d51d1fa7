import { newId } from "@ghostllm/contract";
import type { UsageRecord } from "#domain/usage-record.ts";

export function createRecord(changed: Partial<UsageRecord> = {}): UsageRecord {
  const createdAt = changed.createdAt ?? Date.now();
  return {
    id: newId(createdAt),
    createdAt,
    userId: "user-1",
    apiKeyId: "key-1",
    teamId: null,
    organisationId: null,
    modelId: "model-1",
    providerId: "provider-1",
    provider: "openai",
    model: "gpt-4o",
    requestedModel: "openai/gpt-4o",
    dialect: "openai-chat",
    operation: "chat.completions",
    streamed: true,
    status: "ok",
    httpStatus: 200,
    errorCode: null,
    promptTokens: 100,
    completionTokens: 20,
    totalTokens: 120,
    cachedTokens: 64,
    reasoningTokens: 8,
    cacheWriteTokens: 3,
    cacheWriteHourTokens: 2,
    audioPromptTokens: 1,
    audioCompletionTokens: 4,
    imagePromptTokens: 5,
    imageCompletionTokens: 6,
    cachedAudioTokens: 7,
    serviceClass: "priority",
    geography: "us",
    webSearches: 8,
    fileSearches: 9,
    estimated: false,
    usageBounded: false,
    unansweredAttempts: 0,
    unansweredTokens: 0,
    unansweredCostNanos: 0,
    chargedNanos: null,
    costNanos: 450_000,
    priceVersion: "catalog:0.1.8",
    latencyMs: 812,
    ttftMs: 143,
    overheadUs: 410,
    attempts: 1,
    trail: null,
    privacy: null,
    content: null,
    ipAddress: "127.0.0.1",
    userAgent: "OpenAI/JS 7.57.0",
    budgetPeriods: null,
    ...{
      downgradedTo: null,
      shadow: false,
      sessionId: null,
      providerCharges: null,
      cache: null,
      savedNanos: null,
      why: null,
    },
    ...changed,
  };
}

/** The same numbers in every run: a failure that depends on chance must come again. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
