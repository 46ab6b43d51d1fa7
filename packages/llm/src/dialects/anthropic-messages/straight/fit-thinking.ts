// What a request says of thoughts, made such that the vendor takes it with the conversation that it has.

import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { withField } from "#fitting/changes.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { effortOf } from "#dialects/fields/reasoning-effort.ts";
import type { Needs } from "#fitting/vendor-needs.ts";
import { blocksOf, isAnswer, isCall, isThought } from "./fit-turns.ts";

export function thinks(fields: JsonObject): boolean {
  const type = memberOf(fields["thinking"], "type");
  return type !== undefined && type !== "disabled";
}

export function withPossibleThinking(fields: JsonObject, needs: Needs, notes: Notes): JsonObject {
  if (memberOf(fields["thinking"], "type") !== "enabled") return fields;
  if (needs.thinkingBudget === "refused") return withoutBudget(fields, notes);
  if (needs.sealedThoughts !== true || !isThoughtLost(fields["messages"])) return fields;
  notes.add("reasoning effort");
  return withField(fields, "thinking", undefined);
}

/** The word for an effort stands for the budget. https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking */
function withoutBudget(fields: JsonObject, notes: Notes): JsonObject {
  const { thinking, output_config: output } = fields;
  const budget = memberOf(thinking, "budget_tokens");
  if (!isObject(thinking)) return fields;
  notes.add("reasoning budget");
  const adaptive = { ...withField(thinking, "budget_tokens", undefined), type: "adaptive" };
  const told = withField(fields, "thinking", adaptive);
  if (typeof budget !== "number" || memberOf(output, "effort") !== undefined) return told;
  return withField(told, "output_config", { ...(isObject(output) ? output : {}), effort: effortOf(budget) });
}

/**
 * Where it thinks by a budget, the vendor refuses results of calls without the thoughts that led to them.
 * https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking#preserving-thinking-blocks
 */
function isThoughtLost(messages: unknown): boolean {
  if (!Array.isArray(messages)) return false;
  const last = messages.findLastIndex(isAnswer);
  const first = messages.slice(0, last + 1).findLastIndex((message) => !isAnswer(message)) + 1;
  const blocks = messages.slice(first, last + 1).flatMap(blocksOf);
  return blocks.some(isCall) && !isThought(blocks[0]);
}
