// How much to think, both ways: `thinking`, with a budget or without, and `output_config.effort`.

import { spellingOf } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { FieldReader } from "#dialects/fields/field-reader.ts";
import { effortOf } from "#dialects/fields/reasoning-effort.ts";
import type { ChatRequest, Message, ReasoningWish } from "#hub.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import type { ThinkingKind } from "./models.ts";
import { dialect } from "./name.ts";

const types: readonly unknown[] = ["enabled", "adaptive", "disabled"];

/** `output` reads `output_config`. To be disabled is the usual state, which is not told to vendors that may not know it. */
export function decodeReasoningWish(reader: FieldReader, output: FieldReader): ReasoningWish | undefined {
  const thinking = reader.peek("thinking");
  const effort = output.text("effort");
  const budget = readThinking(thinking, reader);
  if (effort === undefined && budget === undefined) return undefined;
  return { ...(effort !== undefined && { effort }), ...(budget !== undefined && { budgetTokens: budget }) };
}

function readThinking(thinking: unknown, reader: FieldReader): number | undefined {
  if (!isObject(thinking) || !types.includes(thinking["type"])) return undefined;
  reader.drop("thinking");
  const inner = new FieldReader(dialect, thinking);
  const budget = thinking["type"] === "enabled" ? inner.number("budget_tokens") : undefined;
  reader.spell("thinking", inner.rest());
  return budget;
}

interface WrittenWish {
  readonly thinking?: JsonObject;
  readonly effort?: string;
  /** At least so many output tokens must be allowed. */
  readonly outputTokens: number;
}

interface WishContext {
  readonly kind: ThinkingKind;
  readonly usualOutputTokens: number;
  readonly notes: Notes;
}

/** The vendor thinks with no fewer tokens. */
const leastBudgetTokens = 1_024;

export function encodeReasoningWish(request: ChatRequest, context: WishContext): WrittenWish {
  const { reasoning, maxOutputTokens, extras } = request;
  const outputTokens = maxOutputTokens ?? context.usualOutputTokens;
  if (extras?.dialect === dialect) return { ...encodeOwnWish(request), outputTokens };
  const isAsked = reasoning?.effort !== undefined || reasoning?.budgetTokens !== undefined;
  if (reasoning === undefined || !isAsked) return { outputTokens };
  if (reasoning.effort === "none") return { thinking: { type: "disabled" }, outputTokens };
  const { toolChoice } = request;
  const isForced = toolChoice?.kind === "required" || toolChoice?.kind === "function";
  if (context.kind === "none" || isForced) {
    // The vendor refuses to think where a call is forced.
    context.notes.add("reasoning effort");
    return { outputTokens };
  }
  if (context.kind === "effort") return { ...encodeEffort(reasoning, context.notes), outputTokens };
  if (isThoughtLost(request.messages)) {
    context.notes.add("reasoning effort");
    return { outputTokens };
  }
  return encodeBudget(reasoning, maxOutputTokens, context);
}

/**
 * Where it thinks by a budget, the vendor refuses results of calls without the thoughts that led to them. Clients of other
 * dialects may drop them, and what was kept for them may be gone: then this answer is one without thoughts.
 * https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking#preserving-thinking-blocks
 */
function isThoughtLost(messages: readonly Message[]): boolean {
  const end = messages.findLastIndex(({ role }) => role === "assistant") + 1;
  const isAnswered = messages.slice(end).some(({ content }) => content.some(({ kind }) => kind === "tool_result"));
  // Messages that follow in the same role become one.
  const start = messages.findLastIndex(({ role }, at) => at < end && role !== "assistant") + 1;
  const [first] = messages.slice(start, end).flatMap(({ content }) => content);
  const isSealed = first?.kind === "reasoning" && (first.signature ?? first.encrypted) !== undefined;
  return isAnswered && !isSealed;
}

function encodeOwnWish({ reasoning, extras }: ChatRequest): Omit<WrittenWish, "outputTokens"> {
  const { thinking } = spellingOf(extras, dialect);
  const budget = reasoning?.budgetTokens;
  const written = isObject(thinking) && { ...thinking, ...(budget !== undefined && { budget_tokens: budget }) };
  return {
    ...(written && { thinking: written }),
    ...(reasoning?.effort !== undefined && { effort: reasoning.effort }),
  };
}

const efforts: Readonly<Record<string, string>> = {
  minimal: "low",
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "xhigh",
  max: "max",
};

function encodeEffort({ effort, budgetTokens = 0 }: ReasoningWish, notes: Notes): Omit<WrittenWish, "outputTokens"> {
  const thinking = { type: "adaptive" };
  if (effort === undefined) {
    notes.add("reasoning budget");
    return { thinking, effort: effortOf(budgetTokens) };
  }
  if (Object.hasOwn(efforts, effort)) return { thinking, effort: efforts[effort] ?? "high" };
  notes.add("reasoning effort");
  return { thinking };
}

const budgets: Readonly<Record<string, number>> = { minimal: 1_024, low: 2_048, medium: 8_192, high: 16_384 };

/** The budget is part of the limit of output, and must leave something of it for the answer. */
function encodeBudget(wish: ReasoningWish, limit: number | undefined, context: WishContext): WrittenWish {
  const wanted = Math.max(wish.budgetTokens ?? memberCount(wish.effort), leastBudgetTokens);
  const outputTokens = limit ?? Math.max(context.usualOutputTokens, wanted * 2);
  const budget = wanted < outputTokens ? wanted : Math.max(leastBudgetTokens, Math.floor(outputTokens / 2));
  if (budget >= outputTokens) {
    context.notes.add("reasoning effort");
    return { outputTokens };
  }
  return { thinking: { type: "enabled", budget_tokens: budget }, outputTokens };
}

function memberCount(effort: string | undefined): number {
  const count = memberOf(budgets, effort ?? "");
  return typeof count === "number" ? count : 16_384;
}
