import { sql } from "kysely";
import type { Database } from "./database.ts";
import type { Tables } from "./tables.ts";

/** Where sealed texts stand. */
export interface SealedPlace {
  readonly table: keyof Tables;
  readonly column: string;
  /** What its rows are known by. */
  readonly key: string;
  /** What the secret of a row is bound to is made of this column. */
  readonly boundTo: string;
  /** Of a table that holds other things as well. */
  readonly onlyKeys?: readonly string[];
}

export interface SealedValue {
  readonly key: string;
  readonly boundTo: string;
  readonly sealed: string;
}

export interface SealedValueStore {
  /** Those that there are, in the order of their keys. */
  list(place: SealedPlace, page: { readonly limit: number; readonly after?: string }): Promise<readonly SealedValue[]>;
  /** False where it has been changed meanwhile. */
  replace(place: SealedPlace, value: SealedValue, sealed: string): Promise<boolean>;
}

export function sealedValuesIn({ kysely }: Database): SealedValueStore {
  return {
    async list({ table, column, key, boundTo, onlyKeys }, { limit, after }) {
      const [name, sealed] = [sql.ref<string>(key), sql.ref<string>(column)];
      const only = onlyKeys === undefined ? sql`1 = 1` : sql`${name} in (${sql.join(onlyKeys)})`;
      const behind = after === undefined ? sql`1 = 1` : sql`${name} > ${after}`;
      const query = sql<SealedValue>`
        select ${name} as "key", ${sql.ref(boundTo)} as "boundTo", ${sealed} as "sealed" from ${sql.table(table)}
        where ${sealed} is not null and ${only} and ${behind} order by ${name} limit ${limit}`;
      return (await query.execute(kysely)).rows;
    },
    async replace({ table, column, key }, { key: value, sealed: before }, sealed) {
      const query = sql`
        update ${sql.table(table)} set ${sql.ref(column)} = ${sealed}
        where ${sql.ref(key)} = ${value} and ${sql.ref(column)} = ${before}`;
      return Number((await query.execute(kysely)).numAffectedRows ?? 0n) === 1;
    },
  };
}
