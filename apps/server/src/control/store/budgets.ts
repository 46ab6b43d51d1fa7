import { sql, type RawBuilder } from "kysely";
import type { Reach } from "#domain/access/may.ts";
import type { BudgetQuery, BudgetStore, PeriodQuery, UsedBudget } from "./budget-store.ts";
import { courseIn, holderFinderIn, holdersIn } from "./budget-holders.ts";
import { parseBudgets } from "./columns.ts";
import type { Database } from "./database.ts";
import { isWithin } from "./reach.ts";

type Row = Omit<UsedBudget, "scope"> & { readonly id: string };

/** What can have a budget: its table, what people call it, and whose it is. Of a user in a team it is no business of the team. */
const holders = [
  { kind: "user", table: "users", name: "username", userId: sql`id`, owners: { user: "id", team: "team_id" } },
  {
    kind: "key",
    table: "api_keys",
    name: "name",
    userId: sql`user_id`,
    owners: { user: "user_id", key: "id", team: "team_id" },
  },
  {
    kind: "team",
    table: "teams",
    name: "name",
    userId: sql`cast(null as text)`,
    owners: { team: "id", organisation: "organisation_id" },
  },
  {
    kind: "organisation",
    table: "organisations",
    name: "name",
    userId: sql`cast(null as text)`,
    owners: { organisation: "id" },
  },
] as const;

/** What is no team's is seen by who sees all. They have no budget over their whole life. */
const held = [
  { kind: "alias", table: "aliases", name: "name", userId: sql`cast(null as text)`, owners: { team: "team_id" } },
  { kind: "provider", table: "providers", name: "name", userId: sql`cast(null as text)`, owners: {} },
] as const;

type Holder = (typeof holders)[number];

export function budgetsIn(database: Database): BudgetStore {
  const { kysely } = database;
  return {
    async used(query, reach) {
      const found = await Promise.all(
        holders.map(async (holder) => {
          const { rows } = await statementOf(holder, query, reach).execute(kysely);
          return rows.map(({ id, ...row }): UsedBudget => ({ scope: { kind: holder.kind, id }, ...row }));
        }),
      );
      return found.flat().toSorted(byUse).slice(0, query.limit);
    },
    async byPeriod(query, reach) {
      const found = await Promise.all(
        [...holders, ...held].map(async (holder) => {
          const { rows } = await database.read((reader) => periodStatementOf(holder, query, reach).execute(reader));
          return rows.map(({ id, name, userId, budgets, most }) => {
            const scope = { kind: holder.kind, id };
            return { most, holder: { scope, name, userId, budgets: parseBudgets(budgets) } };
          });
        }),
      );
      const sorted = found.flat().toSorted((one, other) => other.most - one.most);
      return sorted.slice(0, query.limit).map(({ holder }) => holder);
    },
    holders: holdersIn(database),
    find: holderFinderIn(database),
    course: courseIn(database),
  };
}

function statementOf(holder: Holder, { percent, limit, ids }: BudgetQuery, reach: Reach): RawBuilder<Row> {
  const { kind, table, name, userId, owners } = holder;
  const spent = sql`coalesce(own.nanos, 0)`;
  const isAsked = ids === undefined || ids.length === 0 ? sql`1 = 1` : sql`id in (${sql.join([...ids])})`;
  // A revoked key holds nobody up.
  const isInUse = kind === "key" ? sql`is_active = 1` : sql`1 = 1`;
  return sql<Row>`select id, ${sql.ref(name)} as name, ${userId} as "userId", budget_limit as "budgetNanos",
    ${spent} as "spentNanos" from ${sql.table(table)}
    left join (select scope_id, nanos from spend where scope_kind = ${sql.lit(kind)} and period = 'total') own on scope_id = id
    where budget_limit is not null and ${spent} * 100.0 >= budget_limit * ${sql.lit(percent)}.0 and ${isInUse} and ${isAsked}
      and ${isWithin(reach, owners)}
    order by ${spent} * 1.0 / (budget_limit + 1) desc limit ${limit}`;
}

interface PeriodRow {
  readonly id: string;
  readonly name: string;
  readonly userId: string | null;
  readonly budgets: string;
  readonly most: number;
}

function periodStatementOf(
  holder: Holder | (typeof held)[number],
  { limit, since, ids }: PeriodQuery,
  reach: Reach,
): RawBuilder<PeriodRow> {
  const { kind, table, name, userId, owners } = holder;
  const isAsked = ids === undefined ? sql`1 = 1` : sql`id in (${sql.join([...ids])})`;
  const isInUse = kind === "key" ? sql`is_active = 1` : sql`1 = 1`;
  const spent = sql`select scope_id, max(nanos) as most from spend
    where scope_kind = ${sql.lit(kind)} and period >= ${since} and period <> 'total' group by scope_id`;
  return sql<PeriodRow>`select id, ${sql.ref(name)} as name, ${userId} as "userId", budgets, lately.most as most
    from ${sql.table(table)} join (${spent}) lately on lately.scope_id = ${sql.ref(`${table}.id`)}
    where budgets <> '[]' and ${isInUse} and ${isAsked} and ${isWithin(reach, owners)} order by lately.most desc limit ${limit}`;
}

function byUse(one: UsedBudget, other: UsedBudget): number {
  return other.spentNanos / (other.budgetNanos + 1) - one.spentNanos / (one.budgetNanos + 1);
}
