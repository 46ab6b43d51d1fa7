// Budgets that these charges have brought over a threshold: told with the record that did it, once.

import { formatUsd } from "@ghostllm/contract";
import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Counted, ScopeKind } from "#domain/access/scope.ts";
import { ScopeMap, scopeKinds } from "#domain/access/scope.ts";
import { usualThresholds } from "#domain/budgets/budget.ts";
import { Calendar } from "#domain/budgets/calendar.ts";
import { countedOf, standingsOf, type PeriodStanding } from "#domain/budgets/standing.ts";
import { draftEvent, type EventDraft } from "#domain/event.ts";
import { parseBudgets } from "#control/store/columns.ts";
import { spentBy, spentIn } from "#control/store/spend.ts";
import type { ScopeSpend } from "#control/store/spend-store.ts";
import type { Tables } from "#control/store/tables.ts";

interface Holder {
  readonly id: string;
  readonly user_id: string | null;
  readonly budget: number | null;
  readonly budgets: string;
  readonly spent: number;
}

/** To be asked when the charges have been added. */
export async function budgetEventsOf(
  transaction: Kysely<Tables>,
  charges: readonly ScopeSpend[],
  happenedAt: number,
): Promise<readonly EventDraft[]> {
  const added = new ScopeMap(charges.map(({ scope, nanos }) => [scope, nanos]));
  const drafts: EventDraft[] = [];
  for (const kind of scopeKinds) {
    const ids = [...new Set(charges.filter(({ scope }) => scope.kind === kind).map(({ scope }) => scope.id))];
    if (ids.length === 0) continue;
    for (const holder of await readHolders(transaction, kind, ids)) {
      const crossing = { kind, holder, happenedAt, added };
      drafts.push(...ofWholeLife(crossing), ...(await ofPeriods(transaction, crossing)));
    }
  }
  return drafts;
}

interface Table {
  readonly table: string;
  readonly userId: RawBuilder<unknown>;
  /** Over its whole life. */
  readonly budget: RawBuilder<number | null>;
}

const [ofNobody, limited] = [sql`cast(null as text)`, sql<number>`budget_limit`];
/** Those who ask have one over their whole life as well. */
const unlimited = sql<null>`cast(null as bigint)`;

const holders: Readonly<Record<ScopeKind, Table>> = {
  key: { table: "api_keys", userId: sql`user_id`, budget: limited },
  user: { table: "users", userId: sql`id`, budget: limited },
  team: { table: "teams", userId: ofNobody, budget: limited },
  organisation: { table: "organisations", userId: ofNobody, budget: limited },
  alias: { table: "aliases", userId: ofNobody, budget: unlimited },
  provider: { table: "providers", userId: ofNobody, budget: unlimited },
};

async function readHolders(
  transaction: Kysely<Tables>,
  kind: ScopeKind,
  ids: readonly string[],
): Promise<readonly Holder[]> {
  const { table, userId, budget } = holders[kind];
  const { rows } = await sql<Holder>`
    select id, ${userId} as user_id, ${budget} as budget, budgets, ${spentBy(kind)} as spent
    from ${sql.table(table)} where (${budget} > 0 or budgets <> '[]') and id in (${sql.join(ids)})`.execute(
    transaction,
  );
  return rows;
}

interface Crossing {
  readonly kind: ScopeKind;
  readonly holder: Holder;
  readonly happenedAt: number;
  /** Nano-USD, by what was charged. */
  readonly added: ScopeMap<number>;
}

function ofWholeLife(crossing: Crossing): readonly EventDraft[] {
  const { kind, holder, added } = crossing;
  const { id, budget, spent } = holder;
  if (budget === null || budget === 0) return [];
  const figures = { allowanceNanos: budget, spentNanos: spent, addedNanos: added.get({ kind, id }) ?? 0 };
  return passed(usualThresholds, figures).map((percent) => draft(crossing, percent, figures, null));
}

/** Of a period that is over by now nobody is warned. */
async function ofPeriods(transaction: Kysely<Tables>, crossing: Crossing): Promise<readonly EventDraft[]> {
  const { kind, holder, happenedAt, added } = crossing;
  const scope = { kind, id: holder.id };
  const calendar = new Calendar();
  const budgets = parseBudgets(holder.budgets);
  if (budgets.length === 0) return [];
  const counted: readonly Counted[] = countedOf(calendar, scope, budgets, happenedAt);
  const nanos = await spentIn(transaction, counted);
  const spent = new ScopeMap(counted.map((one, index) => [one, nanos[index] ?? 0]));
  return standingsOf(calendar, scope, budgets, { at: happenedAt, spent }).flatMap((standing) => {
    const addedNanos = added.get({ ...scope, period: standing.period.name }) ?? 0;
    const figures = { ...standing, addedNanos };
    return passed(standing.budget.thresholds, figures).map((percent) => draft(crossing, percent, figures, standing));
  });
}

interface Figures {
  readonly allowanceNanos: number;
  readonly spentNanos: number;
  readonly addedNanos: number;
}

function passed(thresholds: readonly number[], { allowanceNanos, spentNanos, addedNanos }: Figures): readonly number[] {
  if (addedNanos === 0) return [];
  return thresholds.filter((percent) => {
    const threshold = (allowanceNanos / 100) * percent;
    return spentNanos >= threshold && spentNanos - addedNanos < threshold;
  });
}

function draft(
  { kind, holder: { id, user_id: userId }, happenedAt }: Crossing,
  percent: number,
  { allowanceNanos, spentNanos }: Figures,
  standing: PeriodStanding | null,
): EventDraft {
  return draftEvent(
    "budget.threshold",
    { happenedAt, userId },
    {
      ...{ scope_kind: kind, scope_id: id, user_id: userId, percent },
      ...{ budget_usd: formatUsd(allowanceNanos), spent_usd: formatUsd(spentNanos) },
      budget: standing === null ? null : toldOf(standing),
    },
  );
}

function toldOf({ budget: { id, span }, period: { startsAt, endsAt } }: PeriodStanding) {
  const timeOf = (at: number): string => new Date(at).toISOString();
  return { id, period: span, starts_at: timeOf(startsAt), ends_at: endsAt === null ? null : timeOf(endsAt) };
}
