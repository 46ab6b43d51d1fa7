// Sketches grow with every batch that is joined to them, and are written anew, each bucket once, before they are long.

import type { Kysely } from "kysely";
import type { Tables } from "#control/store/tables.ts";
import { readSketch, writeSketch } from "./sketch.ts";
import type { hourlyKeys } from "./usage-sums.ts";

type HourlyKey = (typeof hourlyKeys)[number];

/** Of a row of usage_hourly, the keys and the longer one of its sketches. */
export type LengthOfSketch = Pick<Tables["usage_hourly"], HourlyKey> & { readonly sketch_length: number };

/** A sketch of which each bucket is named once is shorter but for the strangest latencies. */
const longest = 2_000;

export async function shortenSketches(transaction: Kysely<Tables>, rows: readonly LengthOfSketch[]): Promise<void> {
  for (const { sketch_length: length, ...keys } of rows) if (length > longest) await shorten(transaction, keys);
}

async function shorten(transaction: Kysely<Tables>, keys: Pick<Tables["usage_hourly"], HourlyKey>): Promise<void> {
  const row = await transaction
    .selectFrom("usage_hourly")
    .select(["latency_sketch", "ttft_sketch"])
    .where((builder) => builder.and(keys))
    .executeTakeFirstOrThrow();
  const sketches = {
    latency_sketch: writeSketch(readSketch(row.latency_sketch)),
    ttft_sketch: writeSketch(readSketch(row.ttft_sketch)),
  };
  await transaction
    .updateTable("usage_hourly")
    .set(sketches)
    .where((builder) => builder.and(keys))
    .execute();
}
