// The usage record, field by field: what is written down of one answered request. The journal's line, the row in usage_logs,
// the hourly sums and the admin API are all made from this table, so that a
// new field is a line here, a migration and its value (CONTRIBUTING.md).

/**
 * `integer`: also counts. `moment`: epoch ms, in the API a time. `duration`: ms, a fraction where it comes from. `money`:
 * nano-USD, in the API USD as decimal text. `attempts`, `privacy`, `why`: lists and objects, as JSON in the database.
 */
export type UsageFieldKind =
  "id" | "text" | "integer" | "flag" | "moment" | "duration" | "money" | "status" | "attempts" | "privacy" | "why";

/** One try at a target, of a request that took more than one. */
export interface AttemptMade {
  readonly providerId: string;
  /** Names, as in the record. */
  readonly provider: string;
  readonly model: string;
  /** Since the request arrived. */
  readonly startedMs: number;
  readonly ms: number;
  /** HTTP status of the vendor; null where it did not answer, and of the attempt that the record tells of. */
  readonly status: number | null;
  /** Why it was left: a code of the catalogue, or how the vendor could not be reached. Null: the record tells of this one. */
  readonly reason: string | null;
  /** For how long the vendor asked not to be asked again. */
  readonly restMs: number;
}

export interface UsageField {
  readonly kind: UsageFieldKind;
  readonly isNullable?: true;
  /** Its column cannot be null: there, an empty text stands for that. */
  readonly isEmptyForNull?: true;
  /** Of records that were written down before there was this field. */
  readonly before?: number | boolean | null;
  /** Added up for each hour. */
  readonly isSummed?: true;
  /** In no list of records: what the API makes of it is told of one request alone. */
  readonly isToldApart?: true;
  /** For the document of the API. */
  readonly about?: string;
}

/** How the request ended. Every status but `ok` may still have used, and cost, tokens. */
export const usageStatuses = ["ok", "error", "client_abort", "timeout", "shutdown"] as const;

const id = { kind: "id" } as const;
const text = { kind: "text" } as const;
const integer = { kind: "integer" } as const;
const flag = { kind: "flag" } as const;
const summed = { kind: "integer", isSummed: true } as const;
const laterCount = { kind: "integer", before: 0 } as const;
const summedLater = { ...laterCount, isSummed: true } as const;
const laterText = { kind: "text", isNullable: true, before: null } as const;
const textOrNull = { kind: "text", isNullable: true } as const;

export const usageFields = {
  /** Draining the journal is idempotent by it. */
  id: { ...id, about: "Also the request id." },
  /** At which the request arrived. */
  createdAt: { kind: "moment" },
  userId: id,
  apiKeyId: id,
  teamId: { ...id, isNullable: true, before: null, about: "Of the key; null where it is of no team." },
  organisationId: { ...id, isNullable: true, before: null, about: "Of that team." },
  /** Row in `models`; null for a model reached by `provider/model` that has no row. */
  modelId: { ...id, isNullable: true },
  providerId: { ...id, isNullable: true, isEmptyForNull: true, about: "Null where no vendor was asked." },
  /** The provider's name and the name the model has there; empty where no vendor was asked. */
  provider: text,
  model: text,
  requestedModel: {
    ...text,
    about: "The name that the client asked for: an alias, `provider/model`, or the model itself.",
  },
  dialect: {
    ...laterText,
    about: "Which the client spoke, such as `openai-chat`; null in records of earlier versions.",
  },
  operation: { ...text, about: "Such as `chat.completions` or `embeddings`." },
  streamed: flag,
  status: { kind: "status" },
  httpStatus: integer,
  errorCode: textOrNull,
  promptTokens: { ...summed, about: "All input tokens, cached ones included." },
  completionTokens: { ...summed, about: "All output tokens, reasoning included." },
  totalTokens: integer,
  cachedTokens: summed,
  reasoningTokens: summed,
  cacheWriteTokens: {
    ...summedLater,
    about: "Part of `prompt_tokens` that the vendor wrote into its cache for its usual time.",
  },
  cacheWriteHourTokens: {
    ...summedLater,
    about: "Part of `prompt_tokens` that the vendor wrote into its cache for an hour.",
  },
  audioPromptTokens: laterCount,
  audioCompletionTokens: laterCount,
  /** Pictures, where the vendor counts them apart. */
  imagePromptTokens: laterCount,
  imageCompletionTokens: laterCount,
  cachedAudioTokens: { ...laterCount, about: "Part of `cached_tokens` that was sound." },
  serviceClass: { ...laterText, about: "Such as `priority` or `flex`; null for the vendor's usual one." },
  geography: { ...laterText, about: "Where alone the vendor was to compute; null for anywhere." },
  webSearches: { ...laterCount, about: "Searches of the web that the vendor made." },
  fileSearches: { ...laterCount, about: "Searches of files that the vendor made." },
  estimated: {
    ...flag,
    about: "The vendor told no usage, or not all of it, so that the counts or a part of the cost are an estimate.",
  },
  usageBounded: {
    ...flag,
    before: false,
    about: "The vendor told more than its model can use: the counts are what that can.",
  },
  unansweredAttempts: {
    ...laterCount,
    about: "Attempts that came to nothing, and that vendors may charge all the same.",
  },
  unansweredTokens: { ...laterCount, about: "What those used, by estimate: in none of the counts above." },
  unansweredCostNanos: {
    kind: "money",
    isNullable: true,
    before: 0,
    about: "Part of `cost_usd`; null where the price of one of them is unknown.",
  },
  /** Never 0 for want of a price. */
  costNanos: { kind: "money", isNullable: true, isSummed: true, about: "Null where the price is unknown." },
  chargedNanos: {
    kind: "money",
    isNullable: true,
    before: null,
    about:
      "What budgets were charged, where that is more than the cost: it is unknown, or nobody saw the end of the answer.",
  },
  priceVersion: { ...textOrNull, about: "Which price was applied, such as `catalog:0.1.8` or `override`." },
  latencyMs: { kind: "duration" },
  ttftMs: { kind: "duration", isNullable: true, about: "Time to the first byte of the answer; null when none came." },
  overheadUs: {
    kind: "integer",
    isNullable: true,
    before: null,
    about: "Microseconds of GhostLLM's own until the answer could begin; null in records of earlier versions.",
  },
  attempts: integer,
  trail: {
    kind: "attempts",
    isNullable: true,
    before: null,
    about: "The attempts one by one; null where the first was the only one and did not fail.",
  },
  privacy: {
    kind: "privacy",
    isNullable: true,
    before: null,
    about: "What the privacy policy found in the request, and what was done with it; null where nothing was found.",
  },
  content: {
    ...laterText,
    about:
      "What became of its texts, where the key's policy has them stored: `kept`, or `dropped` where there was no room; null: they were not to be stored.",
  },
  ipAddress: textOrNull,
  userAgent: textOrNull,
  budgetPeriods: {
    ...laterText,
    about:
      "What was charged beside its scopes: periods of budgets, such as `key:2026-11-30/1f2e3d4c`, and a limited alias, by its id; null: nothing.",
  },
  providerCharges: {
    ...laterText,
    about:
      "What limited providers were charged for its attempts, in nano-USD, and in which periods of their budgets; null: nothing.",
  },
  cache: {
    ...laterText,
    about:
      "`hit`: answered by what was told before, without a vendor; `miss`; or `bypass`, where its answer is not kept; null: its alias keeps none.",
  },
  savedNanos: {
    kind: "money",
    isNullable: true,
    isSummed: true,
    before: null,
    about: "What a hit would have cost; null for all else, and where the price is unknown.",
  },
  downgradedTo: {
    ...laterText,
    about: "The alias that answered, since a budget had no room for what was asked for; null: none.",
  },
  sessionId: {
    ...id,
    isNullable: true,
    before: null,
    about: "The saved chat that it was of; null: of none.",
  },
  shadow: {
    ...flag,
    before: false,
    about:
      "The copy of a request, asked of a second target by its alias: its answer was told to nobody, and nobody's budget was charged.",
  },
  why: { kind: "why", isNullable: true, before: null, isToldApart: true },
} as const satisfies Readonly<Record<string, UsageField>>;

export type UsageFields = typeof usageFields;
export type UsageFieldName = keyof UsageFields;
/** Those that lists of records tell. */
export type ListedUsageField = {
  [Name in UsageFieldName]: UsageFields[Name] extends { readonly isToldApart: true } ? never : Name;
}[UsageFieldName];
export type SummedUsageField = {
  [Name in UsageFieldName]: UsageFields[Name] extends { readonly isSummed: true } ? Name : never;
}[UsageFieldName];

type Snake<Text extends string> = Text extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${Snake<Rest>}`
  : Text;

/** `costNanos` -> `cost`, `promptTokens` -> `prompt_tokens`. */
export type UsageColumn<Name extends string> = Name extends `${infer Base}Nanos` ? Snake<Base> : Snake<Name>;
/** `costNanos` -> `cost_usd`; otherwise the column. */
export type UsageApiName<Name extends string> = Name extends `${string}Nanos`
  ? `${UsageColumn<Name>}_usd`
  : Snake<Name>;

export const usageFieldNames = Object.keys(usageFields) as readonly UsageFieldName[];
export const listedUsageFields = usageFieldNames.filter(isListed);
export const summedUsageFields = usageFieldNames.filter(isSummed);

function isSummed(name: UsageFieldName): name is SummedUsageField {
  const field: UsageField = usageFields[name];
  return field.isSummed === true;
}

function isListed(name: UsageFieldName): name is ListedUsageField {
  const field: UsageField = usageFields[name];
  return field.isToldApart !== true;
}

export function usageColumn<Name extends UsageFieldName>(name: Name): UsageColumn<Name> {
  const base = name.replace(/Nanos$/, "");
  return base.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) as UsageColumn<Name>;
}

export function usageApiName<Name extends UsageFieldName>(name: Name): UsageApiName<Name> {
  const suffix = name.endsWith("Nanos") ? "_usd" : "";
  return `${usageColumn(name)}${suffix}` as UsageApiName<Name>;
}
