// What the dialect has no field for is told in fields of the model's own: `additionalModelRequestFields`.

import { lowMediumHigh } from "#dialects/fields/reasoning-effort.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import type { ChatRequest, ReasoningWish } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

interface OwnFields {
  readonly fields: JsonObject;
  /** At least so many output tokens must be allowed. */
  readonly outputTokens?: number;
}

interface ModelTraits {
  readonly topK?: (value: number) => JsonObject;
  readonly think?: (wish: ReasoningWish, request: ChatRequest, notes: Notes) => OwnFields;
}

/** The first that fits. Names come with prefixes for regions and suffixes for versions. */
const traits: readonly (readonly [pattern: RegExp, traits: ModelTraits])[] = [
  [/claude/, { topK: (value) => ({ top_k: value }), think: thinkByBudget }],
  [/nova-2/, { topK: (value) => ({ inferenceConfig: { topK: value } }), think: thinkByNovaEffort }],
  [/nova/, { topK: (value) => ({ inferenceConfig: { topK: value } }) }],
  [/openai\./, { think: ({ effort }, _request, notes) => thinkByEffort(effort, notes) }],
  [/mistral|pixtral/, { topK: (value) => ({ top_k: value }) }],
  [/cohere/, { topK: (value) => ({ k: value }) }],
];

export function encodeOwnFields(request: ChatRequest, model: string, notes: Notes): OwnFields {
  const known = traits.find(([pattern]) => pattern.test(model))?.[1] ?? {};
  const { sampling, reasoning } = request;
  const { topK } = sampling;
  const kept = topK === undefined ? {} : known.topK?.(topK);
  if (kept === undefined) notes.add("top_k");
  const isAsked = reasoning?.effort !== undefined || reasoning?.budgetTokens !== undefined;
  // Not to think is what models do that were not asked to.
  if (reasoning === undefined || !isAsked || reasoning.effort === "none") return { fields: kept ?? {} };
  const thought = known.think?.(reasoning, request, notes);
  if (thought === undefined) notes.add("reasoning effort");
  return { ...thought, fields: { ...kept, ...thought?.fields } };
}

/** The vendor thinks with no fewer tokens, and not where a call is forced: https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking */
const leastBudgetTokens = 1_024;
const budgets: Readonly<Record<string, number>> = { minimal: 1_024, low: 2_048, medium: 8_192, high: 16_384 };

function thinkByBudget({ effort, budgetTokens }: ReasoningWish, request: ChatRequest, notes: Notes): OwnFields {
  const { toolChoice, maxOutputTokens: limit } = request;
  const wanted = Math.max(leastBudgetTokens, budgetTokens ?? budgetOf(effort ?? ""));
  const outputTokens = limit ?? wanted * 2;
  const budget = wanted < outputTokens ? wanted : Math.max(leastBudgetTokens, Math.floor(outputTokens / 2));
  if (toolChoice?.kind === "required" || toolChoice?.kind === "function" || budget >= outputTokens) {
    notes.add("reasoning effort");
    return { fields: {} };
  }
  return { fields: { thinking: { type: "enabled", budget_tokens: budget } }, outputTokens };
}

function budgetOf(effort: string): number {
  return (Object.hasOwn(budgets, effort) ? budgets[effort] : undefined) ?? 16_384;
}

/** One of three words; a budget has none. */
function wordOf(effort: string | undefined, notes: Notes): string | undefined {
  const word = effort === undefined ? undefined : lowMediumHigh(effort);
  if (word === undefined) notes.add(effort === undefined ? "reasoning budget" : "reasoning effort");
  return word;
}

function thinkByEffort(effort: string | undefined, notes: Notes): OwnFields {
  const word = wordOf(effort, notes);
  return { fields: word === undefined ? {} : { reasoning_effort: word } };
}

/** With the highest effort the vendor takes no limit and no sampling: https://docs.aws.amazon.com/nova/latest/nova2-userguide/using-converse-api.html */
function thinkByNovaEffort({ effort }: ReasoningWish, request: ChatRequest, notes: Notes): OwnFields {
  const word = wordOf(effort, notes);
  if (word === undefined) return { fields: {} };
  const { temperature, topP, topK } = request.sampling;
  const isFree = [temperature, topP, topK, request.maxOutputTokens].every((value) => value === undefined);
  if (word === "high" && !isFree) notes.add("reasoning effort");
  const maxReasoningEffort = word === "high" && !isFree ? "medium" : word;
  return { fields: { reasoningConfig: { type: "enabled", maxReasoningEffort } } };
}

/** Claude takes no other temperature next to thoughts, and no `top_p` below 0.95. */
export function isThinking({ fields }: OwnFields): boolean {
  return isObject(fields["thinking"]);
}

/**
 * Amazon's own models and older ones of Claude cannot be held to a schema.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html
 */
export function answersByTool(model: string): boolean {
  return /nova|claude-(?:v?2|instant|3)|claude-(?:opus|sonnet)-4(?:-\d{8}|$)/.test(model);
}
