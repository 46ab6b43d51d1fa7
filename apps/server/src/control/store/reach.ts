import { sql, type RawBuilder } from "kysely";
import type { Reach } from "#domain/access/may.ts";
import type { ScopeKind } from "#domain/access/scope.ts";

/** In which column of a table stands what of each kind its rows belong to; or the condition by which they belong to one of these. */
type OwnerColumns = Readonly<Partial<Record<ScopeKind, string | ((ids: RawBuilder<unknown>) => RawBuilder<boolean>)>>>;

/** The condition that keeps a query within what whoever asks may see. */
export function isWithin(reach: Reach, columns: OwnerColumns): RawBuilder<boolean> {
  if (reach === "all") return sql<boolean>`1 = 1`;
  const conditions = [...Map.groupBy(reach, ({ kind }) => kind)].flatMap(([kind, scopes]) => {
    const column = columns[kind];
    if (column === undefined) return [];
    const ids = sql.join(scopes.map(({ id }) => id));
    return [typeof column === "string" ? sql<boolean>`${sql.ref(column)} in (${ids})` : column(ids)];
  });
  return conditions.length === 0 ? sql<boolean>`1 = 0` : sql<boolean>`(${sql.join(conditions, sql` or `)})`;
}
