// Budgets of whatever can have some, between the API's form and the store's.

import { randomBytes } from "node:crypto";
import { formatUsd, parseUsd } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { Store } from "#control/store/store.ts";
import { isPattern } from "#domain/alias-patterns.ts";
import type { Budget } from "#domain/budgets/budget.ts";
import { invalid, mergeLimits, toNanosOrNull, toTime, toUsdOrNull, unlimited } from "./fields.ts";
import type { RateLimits } from "#domain/principal.ts";
import type { Resource } from "./resource.ts";

export type ApiBudgetTerms = RouteAnswer<AdminRoutes["users"]["get"]>["budgets"][number];
type Given = NonNullable<Parameters<Resource<"users">["create"]>[0]["body"]["budgets"]>;

export function toApiBudgetTerms(budget: Budget): ApiBudgetTerms {
  const { id, span, days, timeZone, amountNanos, thresholds, rolloverNanos, increase, downgradeTo, madeAt } = budget;
  return {
    ...{ id, period: span, days: span === "rolling" ? days : null, time_zone: timeZone },
    ...{ amount_usd: formatUsd(amountNanos), thresholds: [...thresholds], rollover_usd: toUsdOrNull(rolloverNanos) },
    increase: increase && { amount_usd: formatUsd(increase.nanos), until: toTime(increase.until) },
    ...{ downgrade_to: downgradeTo, made_at: toTime(madeAt) },
  };
}

interface Circumstances {
  readonly before: readonly Budget[];
  readonly store: Pick<Store, "aliases">;
  /** Epoch ms. */
  readonly now: number;
  /** Whose aliases may answer beside everybody's: the team of what is held; null: it has none. */
  readonly teamId: string | null;
}

/** Throws GhostError `invalid_request_error` for what the store alone can know to be wrong. */
export async function toBudgets(given: Given, circumstances: Circumstances): Promise<readonly Budget[]> {
  const { before, store, now, teamId } = circumstances;
  const ids = given.flatMap(({ id }) => id ?? []);
  if (new Set(ids).size < ids.length) throw invalid("budgets", "One id stands there twice");
  await refuseLost(
    given.map(({ downgrade_to: alias }) => alias),
    teamId,
    store,
  );
  return given.map((one, place) => toBudget(one, place, { before, now }));
}

interface Held {
  readonly limits: RateLimits;
  readonly budgets: readonly Budget[];
}

interface GivenToHold {
  readonly limits?: Parameters<typeof mergeLimits>[1];
  readonly budgets?: Given | undefined;
}

/** Of an alias or a provider; null: it is new. What is left out stays as it is. */
export async function toHeld(
  { limits, budgets }: GivenToHold,
  { before, ...others }: Omit<Circumstances, "before"> & { readonly before: Held | null },
): Promise<Partial<Held>> {
  return {
    ...(limits !== undefined && { limits: mergeLimits(before?.limits ?? unlimited, limits) }),
    ...(budgets !== undefined && {
      budgets: await toBudgets(budgets, { before: before?.budgets ?? [], ...others }),
    }),
  };
}

/** Budgets that go with what they are of to another team. */
export async function refuseLostDowngrades(
  budgets: readonly Budget[],
  teamId: string | null,
  store: Circumstances["store"],
): Promise<void> {
  await refuseLost(
    budgets.map(({ downgradeTo }) => downgradeTo),
    teamId,
    store,
  );
}

/** Nobody is told which aliases other teams have. */
async function refuseLost(
  named: readonly (string | null)[],
  teamId: string | null,
  store: Circumstances["store"],
): Promise<void> {
  if (named.every((alias) => alias === null)) return;
  const all = await store.aliases.list(null, "all");
  const seen = all.filter((one) => one.teamId === null || one.teamId === teamId);
  // One whose name has a star leads nowhere where no name is asked for.
  const names = new Set(seen.map(({ name }) => name).filter((name) => !isPattern(name)));

  for (const [place, alias] of named.entries()) {
    if (alias !== null && !names.has(alias))
      throw invalid(`budgets.${place}.downgrade_to`, `There is no alias ${alias}`);
  }
}

/** What would be counted otherwise than before is another budget: it begins at nothing. */
function toBudget(one: Given[number], place: number, { before, now }: Pick<Circumstances, "before" | "now">): Budget {
  const known = before.find(({ id }) => id === one.id);
  if (one.id !== undefined && known === undefined)
    throw invalid(`budgets.${place}.id`, `There is no budget ${one.id}: leave the id out of a new one`);
  const days = one.days ?? 0;
  const isSame = known?.span === one.period && known.days === days && known.timeZone === one.time_zone;
  return {
    ...{ id: known !== undefined && isSame ? known.id : newBudgetId(), span: one.period, days },
    ...{ timeZone: one.time_zone, amountNanos: parseUsd(one.amount_usd) },
    madeAt: known !== undefined && isSame ? known.madeAt : now,
    thresholds: [...new Set(one.thresholds)].toSorted((low, high) => low - high),
    rolloverNanos: toNanosOrNull(one.rollover_usd),
    increase: toIncrease(one, place, { known, now }),
    downgradeTo: one.downgrade_to,
  };
}

function toIncrease(
  { increase }: Given[number],
  place: number,
  { known, now }: { readonly known: Budget | undefined; readonly now: number },
): Budget["increase"] {
  if (increase === null) return null;
  const until = Date.parse(increase.until);
  // One that is over may stay where it stood.
  if (until <= now && known?.increase?.until !== until)
    throw invalid(`budgets.${place}.increase.until`, "The time has passed already");
  return { nanos: parseUsd(increase.amount_usd), until };
}

/** Differs within a scope; short, since each period of it is counted by a name that has it. */
const newBudgetId = (): string => randomBytes(4).toString("hex");
