// What is written down of one answered request: the line in the journal and the row in usage_logs.

import type { Scope } from "#domain/access/scope.ts";

/** How the request ended. Every status but `ok` may still have used, and cost, tokens. */
export type UsageStatus = "ok" | "error" | "client_abort" | "timeout" | "shutdown";

export interface UsageRecord {
  /** UUIDv7, also the request id: draining the journal is idempotent by it. */
  readonly id: string;
  /** Epoch ms at which the request arrived. */
  readonly createdAt: number;
  readonly userId: string;
  readonly apiKeyId: string;
  /** Row in `models`, null for a model reached by `provider/model` that has no row. */
  readonly modelId: string | null;
  /** Null where no vendor was asked. */
  readonly providerId: string | null;
  /** The provider's name and the name the model has there; empty where no vendor was asked. */
  readonly provider: string;
  readonly model: string;
  /** The name that the client asked for: an alias, `provider/model`, or the model itself. */
  readonly requestedModel: string;
  /** `chat.completions`, `completions`, `embeddings`, ... */
  readonly operation: string;
  readonly streamed: boolean;
  readonly status: UsageStatus;
  readonly httpStatus: number;
  readonly errorCode: string | null;
  /** All input tokens, cached ones included. */
  readonly promptTokens: number;
  /** All output tokens, reasoning included. */
  readonly completionTokens: number;
  readonly totalTokens: number;
  readonly cachedTokens: number;
  readonly reasoningTokens: number;
  /** Part of `promptTokens` that the vendor wrote into its cache for its usual time, and for an hour. */
  readonly cacheWriteTokens: number;
  readonly cacheWriteHourTokens: number;
  /** Parts of `promptTokens` and `completionTokens` that were sound. */
  readonly audioPromptTokens: number;
  readonly audioCompletionTokens: number;
  /** Parts of `promptTokens` and `completionTokens` that were pictures, where the vendor counts them apart. */
  readonly imagePromptTokens: number;
  readonly imageCompletionTokens: number;
  /** Part of `cachedTokens` that was sound. */
  readonly cachedAudioTokens: number;
  /** In which class the vendor served the request, such as `priority`; null for its usual one. */
  readonly serviceClass: string | null;
  /** Where alone the vendor was to compute, such as `us`; null for anywhere. */
  readonly geography: string | null;
  /** Searches of the web and of files that the vendor made. */
  readonly webSearches: number;
  readonly fileSearches: number;
  /** The vendor told no usage, so the token counts are our estimate. */
  readonly estimated: boolean;
  /** The vendor told more than its model can use: the counts are what that can at most. */
  readonly usageBounded?: boolean | undefined;
  /** Nano-USD; null where the price is unknown, never 0 for want of one. */
  readonly costNanos: number | null;
  /** Attempts that came to nothing, and that their vendors may charge all the same: part of `costNanos`, estimated. */
  readonly unanswered?: UnansweredAttempts | undefined;
  /** What budgets were charged, where that is more than the cost: it is unknown, or nobody saw the end of the answer. */
  readonly chargedNanos?: number | undefined;
  /** Which price was applied, such as `catalog:0.1.8` or `override`; null with an unknown price. */
  readonly priceVersion: string | null;
  readonly latencyMs: number;
  /** Time to the first byte of the answer; null when none came. */
  readonly ttftMs: number | null;
  readonly attempts: number;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

export interface UnansweredAttempts {
  readonly attempts: number;
  readonly tokens: number;
  /** Null: of one of them the price is unknown, and so is `costNanos`. */
  readonly costNanos: number | null;
}

/** What a record tells of its request, whatever came of it. */
export type RequestFacts = Pick<
  UsageRecord,
  | "id"
  | "createdAt"
  | "userId"
  | "apiKeyId"
  | "requestedModel"
  | "operation"
  | "streamed"
  | "unanswered"
  | "latencyMs"
  | "attempts"
  | "ipAddress"
  | "userAgent"
>;

/** Whose budgets are charged. */
export function chargedScopes({ apiKeyId, userId }: UsageRecord): readonly Scope[] {
  return [
    { kind: "key", id: apiKeyId },
    { kind: "user", id: userId },
  ];
}

/** What budgets are charged, in nano-USD. */
export function chargeOf({ costNanos, chargedNanos }: UsageRecord): number {
  return chargedNanos ?? costNanos ?? 0;
}
