import { sql, type RawBuilder } from "kysely";
import type { Reach } from "#domain/access/may.ts";
import type { ScopeKind } from "#domain/access/scope.ts";

/** In which column of a table stands what of each kind its rows belong to. */
type OwnerColumns = Readonly<Partial<Record<ScopeKind, string>>>;

/** The condition that keeps a query within what whoever asks may see. */
export function isWithin(reach: Reach, columns: OwnerColumns): RawBuilder<boolean> {
  if (reach === "all") return sql<boolean>`1 = 1`;
  const conditions = reach.flatMap(({ kind, id }) => {
    const column = columns[kind];
    return column === undefined ? [] : [sql<boolean>`${sql.ref(column)} = ${id}`];
  });
  return conditions.length === 0 ? sql<boolean>`1 = 0` : sql<boolean>`(${sql.join(conditions, sql` or `)})`;
}
