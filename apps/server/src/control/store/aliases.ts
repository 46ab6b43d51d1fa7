import { newId } from "@ghostllm/contract";
import type { Kysely, Selectable } from "kysely";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import { changed, created, removed } from "#control/store/audit/row-changes.ts";
import { asItIs, definedOnly, parseStrategy, parseTargets, newHeldColumns, toHeld, toHeldColumns } from "./columns.ts";
import { change, type Database, type Naming } from "./database.ts";
import type { AliasRow, Store } from "./store.ts";
import type { AliasesTable, Tables } from "./tables.ts";

const naming: Naming = { object: "alias" };

export function aliasesIn(database: Database): Store["aliases"] {
  const { kysely } = database;
  const record = recorderIn(database);
  return {
    async create({ name, strategy, targets, ...held }) {
      const now = database.now();
      const values = { name, strategy, targets: JSON.stringify(targets), ...newHeldColumns(held) };
      const stored = { ...values, id: newId(now), created_at: now, updated_at: now };
      const insert = async (transaction: Kysely<Tables>): Promise<AliasRow> => {
        const insertion = transaction.insertInto("aliases").values(stored).returningAll();
        const row = await insertion.executeTakeFirstOrThrow();
        await record(transaction, created("aliases", [row]));
        return toRow(row);
      };
      return change(database, naming, () => kysely.transaction().execute(insert));
    },
    async list(ids) {
      const all = kysely.selectFrom("aliases").selectAll().orderBy("id");
      return (await (ids === undefined ? all : all.where("id", "in", ids)).execute()).map(toRow);
    },
    async find(id) {
      const row = await kysely.selectFrom("aliases").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toRow(row);
    },
    async update(id, { name, strategy, targets, ...held }) {
      const columns = { name, strategy, targets: targets && JSON.stringify(targets), ...toHeldColumns(held) };
      const values = { ...definedOnly(columns), updated_at: database.now() };
      const update = async (transaction: Kysely<Tables>): Promise<AliasRow | undefined> => {
        const rows = transaction.updateTable("aliases").where("id", "=", id);
        const before = await rows.set(asItIs).returningAll().executeTakeFirst();
        const after = await rows.set(values).returningAll().executeTakeFirst();
        if (before === undefined || after === undefined) return undefined;
        await record(transaction, changed("aliases", before, after));
        return toRow(after);
      };
      return change(database, naming, () => kysely.transaction().execute(update));
    },
    async remove(id) {
      return kysely.transaction().execute(async (transaction) => {
        const rows = await transaction.deleteFrom("aliases").where("id", "=", id).returningAll().execute();
        await record(transaction, removed("aliases", rows));
        return rows.length > 0;
      });
    },
  };
}

function toRow(row: Selectable<AliasesTable>): AliasRow {
  return {
    id: row.id,
    name: row.name,
    strategy: parseStrategy(row.strategy),
    targets: parseTargets(row.targets),
    ...toHeld(row),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
