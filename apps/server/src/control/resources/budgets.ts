import { formatUsd } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import {
  countStates,
  narrow,
  standingOf,
  type BudgetOrder,
  type BudgetStanding,
  type StandingInPeriod,
} from "#control/budgets/budget-list.ts";
import { courseOf, planCourse, type Course, type CoursePlan } from "#control/budgets/budget-course.ts";
import { hourMs, recentMs, type Forecast } from "#control/budgets/forecast.ts";
import { KeptStandings, standingsOf as sorting } from "#control/budgets/kept-standings.ts";
import { mapInTurns } from "#control/map-in-turns.ts";
import { createPeriodReader } from "#control/budgets/period-reader.ts";
import type { BudgetHolder } from "#control/store/budget-store.ts";
import type { Reach } from "#domain/access/may.ts";
import { ScopeMap } from "#domain/access/scope.ts";
import type { Counted, Scope } from "#domain/access/scope.ts";
import { windowsOf } from "#link/counted-scopes.ts";
import type { ScopeUse } from "#link/counters.ts";
import { toApiBudgetTerms } from "./budget-fields.ts";
import { toToldLimits } from "#domain/told-limits.ts";
import { found, toTime, toTimeOrNull, toUsdOrNull } from "./fields.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type BudgetDeps = Pick<ResourceDependencies, "store" | "counters" | "clock" | "steadyTime" | "log">;
type ApiDetail = RouteAnswer<AdminRoutes["budgets"]["get"]>;
type ApiBudget = ApiDetail["budget"];
type ListQuery = Parameters<Resource<"budgets">["list"]>[0]["query"];

const minuteMs = 60_000;

export function createBudgetsResource(deps: BudgetDeps): Resource<"budgets"> {
  const { store, clock, steadyTime } = deps;
  const reader = createPeriodReader(store);
  const standingsOf = async (holders: readonly BudgetHolder[], now: number): Promise<readonly BudgetStanding[]> => {
    const periods = await reader.read(holders, steadyTime.now());
    return mapInTurns(holders, (holder) => standingOf(holder, periods.get(holder.scope) ?? [], now));
  };
  const readAll = async (reach: Reach): Promise<readonly BudgetStanding[]> => {
    const now = clock.now();
    return standingsOf(
      await store.budgets.holders({ since: recentFrom(now), workingAt: steadyTime.now() }, reach),
      now,
    );
  };
  const kept = new KeptStandings(() => readAll("all"), clock);
  return {
    async list({ query, reach }) {
      const { state, limit, offset } = query;
      const standings = reach === "all" ? await kept.get() : sorting(await readAll(reach));
      const all = standings.sortedBy(orderOf(query));
      const named = narrow(all, query);
      const listed = state === undefined ? named : named.filter((budget) => budget.state === state);
      const page = listed.slice(offset, offset + limit);
      const data = await toApiBudgets(deps, page);
      return { data, count: listed.length, total: all.length, counts: countStates(named) };
    },

    async get({ params: { kind, id }, query, reach }) {
      const now = clock.now();
      const holder = found(await store.budgets.find({ kind, id }, recentFrom(now), reach), kind, id);
      const plan = planCourse(holder, now, query.utc_offset_minutes * minuteMs);
      const spent = await store.budgets.course({ holder, ...plan }, reach);
      const [budget] = await toApiBudgets(deps, await standingsOf([holder], now));
      return { budget: found(budget, kind, id), course: toApiCourse(plan, courseOf(plan, spent, holder)) };
    },
  };
}

/** The rollups know hours. */
function recentFrom(now: number): number {
  return Math.floor((now - recentMs) / hourMs) * hourMs;
}

function orderOf({ order_by: by, order }: ListQuery): BudgetOrder {
  const usual = by === "name" || by === "forecast" ? "asc" : "desc";
  return { by, isDescending: (order ?? usual) === "desc" };
}

async function toApiBudgets(deps: BudgetDeps, budgets: readonly BudgetStanding[]): Promise<ApiBudget[]> {
  const use = await useOf(deps, budgets);
  return budgets.map((budget) => toApiBudget(budget, use));
}

type Use = ScopeMap<ScopeUse> | null;

/** Null where those who count do not answer: the rest is known all the same. */
async function useOf({ counters, log }: BudgetDeps, budgets: readonly BudgetStanding[]): Promise<Use> {
  const counted = budgets.flatMap(({ holder: { scope, limits }, periods }): Counted[] => [
    scope,
    ...windowsOf({ ...scope, limits }),
    ...periods.map(({ period }) => ({ ...scope, period: period.name })),
  ]);
  try {
    const uses = await counters.inUse(counted);
    return new ScopeMap(counted.flatMap((one, place) => (uses[place] === undefined ? [] : [[one, uses[place]]])));
  } catch (error) {
    log.warn({ err: error }, "What is in use of limits is not known: the counters do not answer");
    return null;
  }
}

function toApiBudget({ holder, percent, state, forecast, periods }: BudgetStanding, use: Use): ApiBudget {
  const { scope, budgetNanos, spentNanos } = holder;
  const own = use?.get(scope) ?? null;
  const left = budgetNanos === null ? null : Math.max(0, budgetNanos - spentNanos - (own?.reservedNanos ?? 0));
  return {
    ...{ kind: scope.kind, id: scope.id, name: holder.name, public_id: holder.publicId },
    ...{ user_id: holder.userId, user_email: holder.email, state, percent },
    budget_usd: toUsdOrNull(budgetNanos),
    spent_usd: formatUsd(spentNanos),
    left_usd: toUsdOrNull(left),
    begins_at: toTime(holder.createdAt),
    ends_at: toTimeOrNull(holder.endsAt),
    forecast: forecast && toApiForecast(forecast),
    budgets: periods.map((standing) => toApiPeriod(scope, standing, use)),
    limits: toToldLimits(holder.limits),
    in_use: own && { ...toApiUse(own), ...windowUses(scope, use) },
  };
}

function toApiPeriod(scope: Scope, standing: StandingInPeriod, use: Use): ApiBudget["budgets"][number] {
  const { budget, period, allowanceNanos, spentNanos, percent, state, forecast } = standing;
  const reservedNanos = use?.get({ ...scope, period: period.name })?.reservedNanos ?? 0;
  return {
    ...toApiBudgetTerms(budget),
    ...{ state, percent, allowance_usd: formatUsd(allowanceNanos), spent_usd: formatUsd(spentNanos) },
    left_usd: formatUsd(Math.max(0, allowanceNanos - spentNanos - reservedNanos)),
    ...{ starts_at: toTime(period.startsAt), ends_at: toTimeOrNull(period.endsAt) },
    forecast: forecast && toApiForecast(forecast),
  };
}

function windowUses(scope: Scope, use: Use) {
  const of = (period: string) => {
    const one = use?.get({ ...scope, period });
    return one === undefined ? null : { ...countsOf(one), cost_usd: formatUsd(one.costNanos) };
  };
  return { hour: of("hour"), day: of("day") };
}

const countsOf = ({ requests, tokens }: ScopeUse) => ({ requests, tokens });

function toApiForecast({ outcome, since, recentNanos, perDayNanos, exhaustedAt, atEndNanos }: Forecast) {
  return {
    outcome,
    since: toTime(since),
    recent_usd: formatUsd(recentNanos),
    per_day_usd: toUsdOrNull(perDayNanos),
    exhausted_at: toTimeOrNull(exhaustedAt),
    at_end_usd: toUsdOrNull(atEndNanos),
  };
}

function toApiUse(use: ScopeUse) {
  return { ...countsOf(use), running: use.running, reserved_usd: formatUsd(use.reservedNanos) };
}

function toApiCourse({ bucket }: CoursePlan, { times, spentNanos, evenNanos }: Course): ApiDetail["course"] {
  return {
    bucket,
    times: times.map(toTime),
    spent_usd: spentNanos.map(formatUsd),
    even_usd: evenNanos && evenNanos.map(formatUsd),
  };
}
