// What scopes have spent: the one truth about it, from which rows of users and keys take what they show.

import { sql, type AliasedRawBuilder, type RawBuilder } from "kysely";
import type { ScopeKind } from "#domain/access/scope.ts";
import { prepareBulk, type BulkRunner, type BulkStatement, type Value } from "./bulk.ts";
import { parseScopeKind } from "./columns.ts";
import type { Database } from "./database.ts";
import type { ScopeSpend, Store } from "./store.ts";

/** Budgets are for all time. */
const period = "total";

const addCharges: BulkStatement = {
  width: 4,
  text: (rows) =>
    `insert into spend (scope_kind, scope_id, period, nanos) values ${rows} ` +
    "on conflict (scope_kind, scope_id, period) do update set nanos = spend.nanos + excluded.nanos",
};

/** Each scope may be in the charges once. */
export function chargerIn({ engine }: Database): BulkRunner<ScopeSpend, never> {
  return prepareBulk(engine, addCharges, ({ scope, nanos }): readonly Value[] => [scope.kind, scope.id, period, nanos]);
}

const tables: Readonly<Record<ScopeKind, string>> = { user: "users", key: "api_keys" };

/** A column of the table that has the scopes of this kind. */
export function spentColumn(kind: ScopeKind): AliasedRawBuilder<number, "spent"> {
  return spentBy(kind).as("spent");
}

/** In a statement about that table. */
export function spentBy(kind: ScopeKind): RawBuilder<number> {
  const id = sql.ref(`${tables[kind]}.id`);
  const own = sql`scope_kind = ${sql.lit(kind)} and scope_id = ${id} and period = ${sql.lit(period)}`;
  return sql<number>`coalesce((select nanos from spend where ${own}), 0)`;
}

export function spendIn({ kysely }: Database): Store["spend"] {
  return {
    async list({ limit, after }) {
      let query = kysely
        .selectFrom("spend")
        .selectAll()
        .where("period", "=", period)
        .orderBy("scope_kind")
        .orderBy("scope_id")
        .limit(limit);
      if (after !== undefined) query = query.where(sql<boolean>`(scope_kind, scope_id) > (${after.kind}, ${after.id})`);
      return (await query.execute()).map(({ scope_kind: kind, scope_id: id, nanos }) => ({
        scope: { kind: parseScopeKind(kind), id },
        nanos,
      }));
    },
  };
}
