// Fields of LiteLLM's admin API, as ours has them. What has no like here is refused by its name: nothing is passed over in silence.

import { formatUsd, GhostError, nanosToUsd, parseUsd, usdToNanos } from "@ghostllm/contract";

export type Given = Readonly<Record<string, unknown>>;

export function invalid(param: string, message: string): GhostError {
  return new GhostError("invalid_request_error", `${param}: ${message}`, { param });
}

/** Only these may say something. */
export function only(given: Given, known: readonly string[]): void {
  const others = Object.keys(given).filter((name) => !known.includes(name) && !isEmpty(given[name]));
  const [first] = others;
  if (first !== undefined)
    throw invalid(first, `GhostLLM has no such thing: leave out ${others.join(", ")} (docs/moving-from-litellm.md)`);
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

export function textIn(given: Given, name: string): string | undefined {
  const value = given[name];
  if (value === null || value === undefined || value === "") return undefined;
  if (typeof value !== "string") throw invalid(name, "It is to be a text");
  return value;
}

export function textIs(given: Given, name: string): string {
  const value = textIn(given, name);
  if (value === undefined) throw invalid(name, "It is needed");
  return value;
}

export function textsIn(given: Given, name: string): string[] | undefined {
  const value = given[name];
  if (value === null || value === undefined) return undefined;
  if (!Array.isArray(value) || value.some((one) => typeof one !== "string"))
    throw invalid(name, "It is to be a list of texts");
  return value as string[];
}

function numberIn(given: Given, name: string): number | null | undefined {
  const value = given[name];
  if (value === undefined) return undefined;
  if (value === null) return null;
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0)
    throw invalid(name, "It is to be a number from 0 on");
  return value;
}

/** LiteLLM's own words for all models. */
export function modelsIn(given: Given): string[] | null | undefined {
  const models = textsIn(given, "models");
  if (models === undefined) return undefined;
  const isAll = models.length === 0 || models.some((one) => ["all-proxy-models", "all-team-models", "*"].includes(one));
  return isAll ? null : models;
}

export const boundFields = [
  "max_budget",
  "budget_duration",
  "rpm_limit",
  "tpm_limit",
  "tpd_limit",
  "max_parallel_requests",
];

const limitFields = {
  rpm_limit: "requests_per_minute",
  tpm_limit: "tokens_per_minute",
  tpd_limit: "tokens_per_day",
  max_parallel_requests: "concurrent_requests",
} as const;

const periods: Readonly<Record<string, "day" | "week" | "month">> = {
  ...{ "1d": "day", "24h": "day", daily: "day", "7d": "week", "1w": "week", weekly: "week" },
  ...{ "30d": "month", "1mo": "month", monthly: "month" },
};

/** Limits and a budget: what is left out stays as it is. */
export function boundsIn(given: Given) {
  const limits = Object.entries(limitFields).flatMap(([field, name]) => {
    const value = numberIn(given, field);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...(limits.length > 0 && { limits: Object.fromEntries(limits) }), ...budgetIn(given) };
}

function budgetIn(given: Given) {
  const amount = numberIn(given, "max_budget");
  const duration = textIn(given, "budget_duration");
  if (amount === undefined) {
    if (duration !== undefined) throw invalid("budget_duration", "Give max_budget with it");
    return {};
  }
  const usd = amount === null ? null : formatUsd(usdToNanos(amount));
  if (duration === undefined || usd === null) return { budget_usd: usd, budgets: [] };
  const period = periods[duration];
  if (period === undefined)
    throw invalid("budget_duration", "Give 1d, 7d, 30d or 1mo: budgets have periods of the calendar");
  return { budget_usd: null, budgets: [{ period, amount_usd: usd }] };
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800, mo: 30 * 86_400 };

/** `duration`: how long from now; null: for ever. */
export function endOf(given: Given, now: number): string | null | undefined {
  if (given["duration"] === null) return null;
  const duration = textIn(given, "duration");
  if (duration === undefined) return undefined;
  const [, count = "", unit = ""] = /^(\d+)(s|m|h|d|w|mo)$/.exec(duration) ?? [];
  const seconds = Number(count) * (units[unit] ?? 0);
  if (seconds <= 0) throw invalid("duration", "Give it as 30s, 30m, 30h, 30d or 1mo");
  return new Date(now + seconds * 1000).toISOString();
}

interface Bounded {
  readonly limits: {
    readonly requests_per_minute: number | null;
    readonly tokens_per_minute: number | null;
    readonly tokens_per_day: number | null;
    readonly concurrent_requests: number | null;
  };
  readonly budget_usd: string | null;
  readonly budgets: readonly { readonly period: string; readonly amount_usd: string }[];
  readonly spent_usd: string;
}

const durations: Readonly<Record<string, string>> = { day: "1d", week: "7d", month: "30d" };

export function toUsd(text: string): number {
  return nanosToUsd(parseUsd(text));
}

/** As LiteLLM tells of whatever has a budget. `spend` is what was spent in all. */
export function showBounds({ limits, budget_usd: whole, budgets, spent_usd: spent }: Bounded) {
  const [first] = budgets;
  const amount = whole ?? first?.amount_usd ?? null;
  return {
    max_budget: amount === null ? null : toUsd(amount),
    budget_duration: whole === null && first !== undefined ? (durations[first.period] ?? first.period) : null,
    rpm_limit: limits.requests_per_minute,
    tpm_limit: limits.tokens_per_minute,
    tpd_limit: limits.tokens_per_day,
    max_parallel_requests: limits.concurrent_requests,
    spend: toUsd(spent),
  };
}

export interface Page<Item> {
  readonly data: readonly Item[];
  readonly next: string | null;
}

/** Through all of its pages. */
export async function allOf<Item>(
  read: (query: { readonly limit: number; readonly after?: string }) => Promise<Page<Item>>,
  most = Infinity,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (
    let after: string | null = null, isFirst = true;
    (isFirst || after !== null) && items.length < most;
    isFirst = false
  ) {
    const page: Page<Item> = await read({ limit: 500, ...(after !== null && { after }) });
    items.push(...page.data);
    after = page.next;
  }
  return items;
}
