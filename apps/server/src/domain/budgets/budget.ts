// A budget beside the one over a scope's whole life: how much may be spent in which time, and what happens when it is. Pure.

import type { Counted } from "#domain/access/scope.ts";

export const budgetSpans = ["total", "day", "week", "month", "rolling"] as const;
/** Of `rolling`, the last days, today among them; of the others, what the calendar calls so; `total` has no end. */
export type BudgetSpan = (typeof budgetSpans)[number];

export interface Increase {
  /** Nano-USD more, */
  readonly nanos: number;
  /** until then, in epoch ms. */
  readonly until: number;
}

export interface Budget {
  /** Differs between all budgets that a scope ever had: what is spent is counted by it. */
  readonly id: string;
  readonly span: BudgetSpan;
  /** Of `rolling`; otherwise 0. */
  readonly days: number;
  /** IANA's name of it: where its days begin. */
  readonly timeZone: string;
  readonly amountNanos: number;
  /** Epoch ms. What was spent before that it does not know. */
  readonly madeAt: number;
  /** In hundredths of what can be spent: whoever is told of budgets is told when one is passed. */
  readonly thresholds: readonly number[];
  /** So much of what was left of the last period is added at most; null: nothing. */
  readonly rolloverNanos: number | null;
  readonly increase: Increase | null;
  /** The alias that answers what the budget has no room for; null: that is refused. */
  readonly downgradeTo: string | null;
}

export const usualThresholds: readonly number[] = [80, 100];

/** Nano-USD, without what rolls over. */
export function amountAt({ amountNanos, increase }: Budget, at: number): number {
  return increase !== null && at < increase.until ? amountNanos + increase.nanos : amountNanos;
}

/** What is spent in a period of a budget is counted by the period's first day, and by whose it is. */
export function periodName(day: string, { id }: Pick<Budget, "id">): string {
  return `${day}/${id}`;
}

/** Of a budget that has no periods. It sorts behind all dates. */
export const endlessDay = "total";

/** Null of what is counted for no budget: the last hour or day. */
export function budgetIdOf(period: string): string | null {
  const at = period.indexOf("/");
  return at < 0 ? null : period.slice(at + 1);
}

/** Is money charged to it, or is it a window alone? */
export function isCharged({ period }: Counted): boolean {
  return period === undefined || period.includes("/");
}

/**
 * As a usage record tells what it was charged to beside its own scopes over their whole lives: `key:2026-11-30/1f2e3d4c,user:...`, and
 * by its id an alias, which is no scope of the record: `alias/ID,alias/ID:2026-11-30/9c8b7a6d`. Null: to nothing.
 */
export function writePeriods(counted: readonly Counted[]): string | null {
  const charged = counted.filter((one) => isCharged(one) && (one.period !== undefined || one.kind === "alias"));
  return charged.length === 0 ? null : charged.map(writeOne).join(",");
}

function writeOne({ kind, id, period }: Counted): string {
  const word = kind === "alias" ? `alias/${id}` : kind;
  return period === undefined ? word : `${word}:${period}`;
}

/** Of these scopes. A kind that is not among them is nobody's. */
export function readPeriods(text: string, scopes: readonly Counted[]): readonly Counted[] {
  return text.split(",").flatMap((one) => {
    const at = one.indexOf(":");
    const [word, period] = at < 0 ? [one, undefined] : [one.slice(0, at), one.slice(at + 1)];
    if (word.startsWith("alias/")) return [{ kind: "alias", id: word.slice("alias/".length), period }];
    const scope = scopes.find(({ kind }) => kind === word);
    return scope === undefined ? [] : [{ kind: scope.kind, id: scope.id, period }];
  });
}

/** What was charged, in nano-USD. */
export interface Charge {
  readonly scope: Counted;
  readonly nanos: number;
}

/**
 * As a usage record tells what the providers that were asked were charged: `ID=12,ID:2026-11-30/9c8b7a6d=12`; null: nothing. Aliases that the
 * request was led on to are among them, as `alias@ID=12`.
 */
export function writeProviderCharges(charges: readonly Charge[]): string | null {
  const told = charges.map(({ scope: { kind, id, period }, nanos }) => {
    const named = kind === "alias" ? `${aliasSign}${id}` : id;
    return `${period === undefined ? named : `${named}:${period}`}=${nanos}`;
  });
  return told.length === 0 ? null : told.join(",");
}

/** What cannot be read charges nobody: a record must be stored whatever is in it. */
export function readProviderCharges(text: string): readonly Charge[] {
  return text.split(",").flatMap((one): readonly Charge[] => {
    const at = one.lastIndexOf("=");
    const nanos = Number(one.slice(at + 1));
    if (at < 1 || !Number.isSafeInteger(nanos)) return [];
    const [id = "", ...rest] = one.slice(0, at).split(":");
    const period = rest.length === 0 ? undefined : rest.join(":");
    if (id.startsWith(aliasSign)) return [{ scope: { kind: "alias", id: id.slice(aliasSign.length), period }, nanos }];
    return [{ scope: { kind: "provider", id, period }, nanos }];
  });
}

const aliasSign = "alias@";
