// How much to think, both ways: `generationConfig.thinkingConfig`, with a budget of tokens or with a level.

import type { Notes } from "#dialects/fields/extras.ts";
import type { ReasoningWish } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { traitsOf } from "./models.ts";
import { fieldOf } from "./proto.ts";
import type { ProtoReader } from "./proto.ts";

/** A budget of 0 is none, and -1 leaves it to the model, as does who says nothing. */
export function decodeReasoningWish(config: ProtoReader): ReasoningWish | undefined {
  const thinking = config.peek("thinkingConfig");
  if (!isObject(thinking)) return undefined;
  config.spellAsWritten("thinkingConfig");
  const budget = fieldOf(thinking, "thinkingBudget");
  const level = fieldOf(thinking, "thinkingLevel");
  if (typeof level === "string" && level !== "THINKING_LEVEL_UNSPECIFIED") return { effort: level.toLowerCase() };
  if (typeof budget !== "number" || budget < 0) return undefined;
  return budget === 0 ? { effort: "none" } : { budgetTokens: budget };
}

/** The thoughts are asked for as well, since clients of other dialects get them unasked. */
export function encodeReasoningWish(wish: ReasoningWish | undefined, model: string, notes: Notes): JsonObject {
  if (wish === undefined || (wish.effort === undefined && wish.budgetTokens === undefined)) return {};
  const { thinking } = traitsOf(model);
  if (thinking === "none") {
    if (wish.effort !== "none") notes.add("reasoning effort");
    return {};
  }
  const written = thinking === "budget" ? encodeBudget(wish, model, notes) : encodeLevel(wish, model, notes);
  return { thinkingConfig: { ...written, ...(wish.effort !== "none" && { includeThoughts: true }) } };
}

/** As the vendor itself reads the words: https://ai.google.dev/gemini-api/docs/openai#thinking */
const budgets: Readonly<Partial<Record<string, number>>> = {
  none: 0,
  minimal: 1_024,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
};

function encodeBudget({ effort, budgetTokens }: ReasoningWish, model: string, notes: Notes): JsonObject {
  const { leastBudget, mostBudget } = traitsOf(model);
  const known = effort !== undefined && Object.hasOwn(budgets, effort) ? budgets[effort] : undefined;
  const wanted = budgetTokens ?? known ?? mostBudget;
  if (wanted < leastBudget) notes.add("reasoning effort");
  return { thinkingBudget: Math.max(leastBudget, Math.min(mostBudget, wanted)) };
}

const order = ["none", "minimal", "low", "medium", "high"];

/** The level that comes next above; a word of another vendor for still more is the highest. */
function encodeLevel({ effort, budgetTokens }: ReasoningWish, model: string, notes: Notes): JsonObject {
  if (effort === undefined) return { thinkingBudget: budgetTokens };
  const { levels } = traitsOf(model);
  const wanted = order.indexOf(effort);
  const level = levels.find((word) => wanted >= 0 && order.indexOf(word) >= wanted);
  // These models always think.
  if (effort === "none") notes.add("reasoning effort");
  return { thinkingLevel: (level ?? "high").toUpperCase() };
}
