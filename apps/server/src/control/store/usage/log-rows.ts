// Adds records to usage_logs, each only once, and answers those that were new.

import { timeOfId } from "@ghostllm/contract";
import type { Kysely } from "kysely";
import { prepareBulk, type BulkStatement } from "#control/store/bulk.ts";
import type { Database, Engine, PreparedStatement } from "#control/store/database.ts";
import type { Tables } from "#control/store/tables.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import { cellsOf, toShapedRow } from "./shaped-row.ts";
import { toValues, usageColumns } from "./usage-columns.ts";

export type AddToLog = (
  transaction: Kysely<Tables>,
  records: readonly UsageRecord[],
) => Promise<readonly UsageRecord[]>;

export function logAdderIn(database: Database): AddToLog {
  const { prepare } = database.engine;
  return prepare === null ? manyAtOnce(database) : oneByOne(prepare);
}

function insertOf(rows: string): string {
  return `insert into usage_logs (${usageColumns.join(", ")}) values ${rows} on conflict do nothing`;
}

const insertMany: BulkStatement = {
  width: usageColumns.length,
  text: (rows) => `${insertOf(rows)} returning id`,
};

function manyAtOnce(database: Database): AddToLog {
  const rows = prepareBulk<UsageRecord, { readonly id: string }>(database.engine, insertMany, toValues);
  return async (transaction, records) => {
    const unknown = await withoutKnown(database, transaction, records);
    const added = new Set((await rows.run(transaction, unknown)).map(({ id }) => id));
    // One that is in the batch twice is new once.
    return unknown.filter(({ id }) => added.delete(id));
  };
}

/** They vary by which of the rarer columns have something to say. */
const mostShapes = 300;

function oneByOne(prepare: NonNullable<Engine["prepare"]>): AddToLog {
  const statements = new Map<number, PreparedStatement>();
  const statementOf = (shape: number): PreparedStatement => {
    const known = statements.get(shape);
    if (known !== undefined) return known;
    const statement = prepare(insertOf(`(${cellsOf(shape).join(", ")})`));
    if (statements.size >= mostShapes) statements.clear();
    statements.set(shape, statement);
    return statement;
  };
  return async (_transaction, records) =>
    records.filter((record) => {
      const { shape, parameters } = toShapedRow(record);
      return statementOf(shape)(parameters).changes === 1;
    });
}

/**
 * A partition is unique by id and time. A record that comes again has the time that its id tells, and is found by both; one whose id
 * tells another time, which none of ours does, is looked for in all partitions.
 */
async function withoutKnown(
  { engine }: Database,
  transaction: Kysely<Tables>,
  records: readonly UsageRecord[],
): Promise<readonly UsageRecord[]> {
  const strange = engine.partitions === null ? [] : records.filter(({ id, createdAt }) => timeOfId(id) !== createdAt);
  if (strange.length === 0) return records;
  const ids = strange.map(({ id }) => id);
  const rows = await transaction.selectFrom("usage_logs").select("id").where("id", "in", ids).execute();
  const known = new Set(rows.map(({ id }) => id));
  return records.filter(({ id }) => !known.has(id));
}
