import { newId } from "@ghostllm/contract";
import type { Selectable } from "kysely";
import { definedOnly, parseStrategy, parseTargets } from "./columns.ts";
import { change, type Database, type Naming } from "./database.ts";
import type { AliasRow, Store } from "./store.ts";
import type { AliasesTable } from "./tables.ts";

const naming: Naming = { object: "alias" };

export function aliasesIn(database: Database): Store["aliases"] {
  const { kysely } = database;
  return {
    async create({ name, strategy, targets }) {
      const now = database.now();
      const values = { name, strategy, targets: JSON.stringify(targets) };
      const insertion = kysely
        .insertInto("aliases")
        .values({ ...values, id: newId(now), created_at: now, updated_at: now })
        .returningAll();
      return toRow(await change(database, naming, () => insertion.executeTakeFirstOrThrow()));
    },
    async list() {
      return (await kysely.selectFrom("aliases").selectAll().orderBy("id").execute()).map(toRow);
    },
    async find(id) {
      const row = await kysely.selectFrom("aliases").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toRow(row);
    },
    async update(id, { name, strategy, targets }) {
      const columns = { name, strategy, targets: targets && JSON.stringify(targets) };
      const values = { ...definedOnly(columns), updated_at: database.now() };
      const query = kysely.updateTable("aliases").set(values).where("id", "=", id).returningAll();
      const row = await change(database, naming, () => query.executeTakeFirst());
      return row && toRow(row);
    },
    async remove(id) {
      return (await kysely.deleteFrom("aliases").where("id", "=", id).returning("id").execute()).length > 0;
    },
  };
}

function toRow(row: Selectable<AliasesTable>): AliasRow {
  return {
    id: row.id,
    name: row.name,
    strategy: parseStrategy(row.strategy),
    targets: parseTargets(row.targets),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
