// What scopes have spent: the one truth about it, from which rows of users and keys take what they show.

import { sql, type AliasedRawBuilder, type Kysely, type RawBuilder } from "kysely";
import { ScopeMap } from "#domain/access/scope.ts";
import type { Counted, ScopeKind } from "#domain/access/scope.ts";
import { prepareBulk, type BulkRunner, type BulkStatement, type Value } from "./bulk.ts";
import { parseScopeKind } from "./columns.ts";
import type { Database } from "./database.ts";
import type { Store } from "./store.ts";
import type { ScopeSpend } from "./spend-store.ts";
import type { Tables } from "./tables.ts";

/** Of a whole life. It sorts behind the days by which other periods are named. */
const total = "total";

export const periodOf = ({ period = total }: Counted): string => period;

function toCounted(kind: string, id: string, period: string): Counted {
  const scope = { kind: parseScopeKind(kind), id };
  return period === total ? scope : { ...scope, period };
}

const addCharges: BulkStatement = {
  width: 4,
  text: (rows) =>
    `insert into spend (scope_kind, scope_id, period, nanos) values ${rows} ` +
    "on conflict (scope_kind, scope_id, period) do update set nanos = spend.nanos + excluded.nanos",
};

/** Each scope may be in the charges once. */
export function chargerIn({ engine }: Database): BulkRunner<ScopeSpend, never> {
  return prepareBulk(engine, addCharges, ({ scope, nanos }): readonly Value[] => [
    ...[scope.kind, scope.id, periodOf(scope), nanos],
  ]);
}

const tables: Readonly<Record<ScopeKind, string>> = {
  user: "users",
  key: "api_keys",
  team: "teams",
  organisation: "organisations",
  alias: "aliases",
  provider: "providers",
};

/** A column of the table that has the scopes of this kind. */
export function spentColumn(kind: ScopeKind): AliasedRawBuilder<number, "spent"> {
  return spentBy(kind).as("spent");
}

/** In a statement about that table. */
export function spentBy(kind: ScopeKind): RawBuilder<number> {
  const id = sql.ref(`${tables[kind]}.id`);
  const own = sql`scope_kind = ${sql.lit(kind)} and scope_id = ${id} and period = ${sql.lit(total)}`;
  return sql<number>`coalesce((select nanos from spend where ${own}), 0)`;
}

export function spendIn({ kysely }: Database): Store["spend"] {
  return {
    async list({ limit, after, since }) {
      let query = kysely
        .selectFrom("spend")
        .selectAll()
        .orderBy("scope_kind")
        .orderBy("scope_id")
        .orderBy("period")
        .limit(limit);
      if (since !== undefined) query = query.where("period", ">=", since);
      if (after !== undefined) {
        const place = sql`(${after.kind}, ${after.id}, ${periodOf(after)})`;
        query = query.where(sql<boolean>`(scope_kind, scope_id, period) > ${place}`);
      }
      const rows = await query.execute();
      return rows.map(({ scope_kind: kind, scope_id: id, period, nanos }) => {
        return { scope: toCounted(kind, id, period), nanos };
      });
    },
    of: (scopes) => spentIn(kysely, scopes),
    async forget(before, most) {
      // What has no end is named by a word, which sorts behind all days.
      const past = sql`select scope_kind, scope_id, period from spend where period < ${before} order by period limit ${most}`;
      const { numAffectedRows = 0n } =
        await sql`delete from spend where (scope_kind, scope_id, period) in (${past})`.execute(kysely);
      return Number(numAffectedRows);
    },
  };
}

/** Nano-USD, in the order of these scopes. */
export async function spentIn(kysely: Kysely<Tables>, scopes: readonly Counted[]): Promise<readonly number[]> {
  const spent = new ScopeMap<number>();
  for (const kind of new Set(scopes.map((scope) => scope.kind))) {
    const asked = scopes.filter((scope) => scope.kind === kind);
    const periods = [...new Set(asked.map(periodOf))];
    for (const ids of pagesOf([...new Set(asked.map(({ id }) => id))])) {
      for (const names of pagesOf(periods)) {
        const query = kysely.selectFrom("spend").select(["scope_id", "period", "nanos"]);
        const ofKind = query.where("scope_kind", "=", kind).where("scope_id", "in", ids);
        for (const { scope_id: id, period, nanos } of await ofKind.where("period", "in", names).execute())
          spent.set(toCounted(kind, id, period), nanos);
      }
    }
  }
  return scopes.map((scope) => spent.get(scope) ?? 0);
}

const pageIds = 500;

function* pagesOf(ids: readonly string[]): Generator<readonly string[]> {
  for (let from = 0; from < ids.length; from += pageIds) yield ids.slice(from, from + pageIds);
}
