// Budgets of LiteLLM: so much in a duration, of which what was spent is kept until it is reset.
// https://docs.litellm.ai/docs/proxy/users

import { parseUsd } from "#money.ts";
import { usdOf } from "#importing/amounts.ts";
import type { Bounds, DesiredBudget } from "#importing/desired.ts";
import { numberOf, textOf, type Fields } from "#importing/fields.ts";

export interface BudgetContext {
  /** `litellm_settings.timezone`: by which its periods begin. */
  readonly timeZone: string;
  /** `litellm_settings.budget_reset_time`; null at midnight. */
  readonly resetTime: string | null;
  /** Epoch ms. */
  readonly now: number;
}

interface Span {
  readonly period: DesiredBudget["terms"]["period"];
  readonly days: number | null;
  /** Null: it is the same. */
  readonly note: string | null;
}

const words: Readonly<Record<string, string>> = { hourly: "1h", daily: "24h", weekly: "7d", monthly: "30d" };
const longestRollingDays = 31;

/** Periods of LiteLLM 1.110: a day, 7 days and 30 days begin where calendars have them begin. */
function spanOf(duration: string): Span {
  const [, count = "", unit = ""] = /^(\d+)([a-z]+)$/.exec(words[duration.toLowerCase()] ?? duration) ?? [];
  const number = Number(count);
  const days = { d: number, w: number * 7 }[unit];
  if (unit === "mo" && number === 1) return exactly("month");
  if (days === 1 || (unit === "h" && number === 24)) return exactly("day");
  if (days === 7) return exactly("week");
  if (days === 30) return exactly("month");
  if (days !== undefined && days > 1 && days <= longestRollingDays)
    return { period: "rolling", days, note: `every ${days} days at LiteLLM, any ${days} days here, which is stricter` };
  if (["h", "m", "s"].includes(unit))
    return { period: "day", days: null, note: `every ${duration} at LiteLLM, a day here, which is stricter` };
  return { period: "month", days: null, note: `every ${duration} at LiteLLM, a month here, which is stricter` };
}

function exactly(period: Span["period"]): Span {
  return { period, days: null, note: null };
}

interface Given {
  /** The row of whatever has the budget. */
  readonly row: Fields;
  /** The row of LiteLLM_BudgetTable that it names, for what it does not say itself. */
  readonly shared?: Fields | undefined;
  readonly limitNames?: Readonly<Record<string, LimitName>>;
}

type LimitName = "requests_per_minute" | "tokens_per_minute" | "tokens_per_day" | "concurrent_requests";

const limitColumns: Readonly<Record<string, LimitName>> = {
  rpm_limit: "requests_per_minute",
  tpm_limit: "tokens_per_minute",
  tpd_limit: "tokens_per_day",
  max_parallel_requests: "concurrent_requests",
};

export interface ReadBounds {
  readonly bounds: Bounds;
  /** Where it is not the same here. */
  readonly notes: readonly string[];
}

export function boundsOf({ row, shared = {} }: Given, context: BudgetContext): ReadBounds {
  const read = (name: string): unknown => row[name] ?? shared[name] ?? null;
  const notes: string[] = [];
  const spent = usdOf(row["spend"]) ?? "0";
  const amount = usdOf(read("max_budget"));
  const duration = textOf(read("budget_duration"));
  const whole = { limits: limitsOf(read, notes), spent: largest(usdOf(row["total_spend"]) ?? "0", spent) };
  const given = { read, amount, spent, notes, context, metadata: row["metadata"] };
  if (amount === null) return { bounds: { ...whole, budget: null, budgets: windowsOf(given) }, notes };
  if (duration === null)
    return {
      bounds: { ...whole, budget: amount, budgets: [...increaseWithoutEnd(given), ...windowsOf(given)] },
      notes,
    };
  const budgets = [periodOf({ ...given, duration, amount }), ...windowsOf(given)];
  return { bounds: { ...whole, budget: null, budgets }, notes };
}

interface Reading {
  readonly read: (name: string) => unknown;
  readonly amount: string | null;
  readonly spent: string;
  readonly notes: string[];
  readonly context: BudgetContext;
  readonly metadata: unknown;
}

function periodOf(given: Reading & { readonly duration: string; readonly amount: string }): DesiredBudget {
  const { read, amount, spent, notes, context, duration } = given;
  const { period, days, note } = spanOf(duration);
  const { timeZone, resetTime, now } = context;
  if (note !== null) notes.push(note);
  if (resetTime !== null) notes.push(`its periods begin at ${resetTime} at LiteLLM, at midnight here`);
  const resetAt = Date.parse(textOf(read("budget_reset_at")) ?? "");
  // What is due to be reset is spent no more, whether LiteLLM has come to it or not.
  const isOver = Number.isFinite(resetAt) && resetAt <= now;
  const terms = { period, days, time_zone: timeZone, amount_usd: amount, ...thresholdsOf(given), ...increaseOf(given) };
  return { terms, spent: isOver ? "0" : spent };
}

/** `temp_budget_increase`, until `temp_budget_expiry`: of keys in their metadata, of memberships in columns. */
function increaseOf({ metadata, read, context }: Reading): Pick<DesiredBudget["terms"], "increase"> {
  const said = typeof metadata === "object" && metadata !== null ? metadata : {};
  const of = (name: string): unknown => Reflect.get(said, name) ?? read(name);
  const amount = usdOf(of("temp_budget_increase"));
  const until = Date.parse(textOf(of("temp_budget_expiry")) ?? "");
  if (amount === null || !(until > context.now)) return { increase: null };
  return { increase: { amount_usd: amount, until: new Date(until).toISOString() } };
}

/** A budget over the whole life has none here: beside it, nothing more could be spent. */
function increaseWithoutEnd(given: Reading): readonly DesiredBudget[] {
  if (increaseOf(given).increase !== null)
    given.notes.push("temp_budget_increase of a budget without a duration is not moved");
  return [];
}

/** LiteLLM tells somebody at `soft_budget`; here an event tells that a part of the budget is spent. */
function thresholdsOf({ read, amount }: Reading): Pick<DesiredBudget["terms"], "thresholds"> {
  const soft = numberOf(read("soft_budget"));
  if (soft === null || amount === null || soft <= 0) return { thresholds: [80, 100] };
  const percent = Math.min(100, Math.max(1, Math.round((soft / Number(amount)) * 100)));
  return { thresholds: [...new Set([percent, 100])] };
}

/** `budget_limits`: further budgets, each with a duration. */
function windowsOf({ read, notes, context }: Reading): readonly DesiredBudget[] {
  const given = read("budget_limits");
  const list: unknown = typeof given === "string" ? parsed(given) : given;
  if (!Array.isArray(list)) return [];
  return list.flatMap((one: Fields): DesiredBudget[] => {
    const amount = usdOf(one["max_budget"]);
    const duration = textOf(one["budget_duration"]);
    if (amount === null || duration === null) return [];
    const { period, days, note } = spanOf(duration);
    notes.push(`budget_limits: what was spent of ${duration} is not moved${note === null ? "" : `; ${note}`}`);
    return [{ terms: { period, days, time_zone: context.timeZone, amount_usd: amount }, spent: "0" }];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function limitsOf(read: (name: string) => unknown, notes: string[]): Bounds["limits"] {
  const limits: Partial<Record<LimitName, number | null>> = {};
  for (const [column, name] of Object.entries(limitColumns)) {
    const value = numberOf(read(column));
    if (value !== null && value < 1) notes.push(`${column} is ${value}, and the least here is 1`);
    limits[name] = value === null ? null : Math.max(1, Math.trunc(value));
  }
  return limits;
}

function largest(one: string, other: string): string {
  return parseUsd(one) >= parseUsd(other) ? one : other;
}
