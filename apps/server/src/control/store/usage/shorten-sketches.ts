// Sketches grow as they are joined: those that have become long are written anew, with each bucket named once.

import { sql, type Kysely } from "kysely";
import type { Tables } from "#control/store/tables.ts";
import type { Rollup } from "./rollups.ts";
import { readSketch, writeSketch } from "./sketch.ts";

/** Of a row of a rollup, its time and its keys by column, and how long its sketch of latencies is. */
export type LengthOfSketch = Readonly<Record<string, string | number>> & { readonly sketch_length: number };

/** A sketch of which each bucket is named once is shorter but for the strangest latencies. */
export const longestOfHours = 2_000;
/** Of days many are read at once. Most are shorter than this once each bucket is named once. */
export const longestOfDays = 600;

export async function shortenSketches(
  transaction: Kysely<Tables>,
  rollup: Rollup,
  rows: readonly LengthOfSketch[],
  longest: number,
): Promise<void> {
  for (const row of rows) if (row.sketch_length > longest) await shorten(transaction, rollup, row);
}

async function shorten(transaction: Kysely<Tables>, { table, time, keys }: Rollup, row: LengthOfSketch): Promise<void> {
  const isIt = sql.join(
    [time, ...keys].map((column) => sql`${sql.ref(column)} = ${row[column]}`),
    sql` and `,
  );
  const query = sql<Sketches>`select latency_sketch, ttft_sketch from ${sql.table(table)} where ${isIt}`;
  const [found] = (await query.execute(transaction)).rows;
  if (found === undefined) throw new Error(`a row of ${table} has gone in the transaction that has written it`);
  const [latencies, firstTokens] = [found.latency_sketch, found.ttft_sketch].map((text) =>
    writeSketch(readSketch(text)),
  );
  const shorter = sql`latency_sketch = ${latencies}, ttft_sketch = ${firstTokens}`;
  await sql`update ${sql.table(table)} set ${shorter} where ${isIt}`.execute(transaction);
}

interface Sketches {
  readonly latency_sketch: string;
  readonly ttft_sketch: string;
}
