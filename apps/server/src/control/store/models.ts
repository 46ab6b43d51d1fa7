import { newId } from "@ghostllm/contract";
import type { Kysely, Selectable } from "kysely";
import {
  definedOnly,
  fromOptionalBit,
  parseFacts,
  parseFurtherPrices,
  parseOrigin,
  toOptionalBit,
  writeFacts,
} from "./columns.ts";
import { change, type Database, type Naming } from "./database.ts";
import type { ModelChange, ModelRow, NewModel, Store } from "./store.ts";
import type { ModelsTable, Tables } from "./tables.ts";

const naming: Naming = { object: "model", parent: { object: "provider", column: "provider_id" } };

/** A statement of this many rows stays far below the engines' limits on parameters. */
const rowsPerStatement = 100;

export function modelsIn(database: Database): Store["models"] {
  const { kysely } = database;
  return {
    async add(models) {
      const run = (): Promise<number> =>
        kysely.transaction().execute((transaction) => addAll(transaction, models, database.now()));
      return change(database, naming, run);
    },
    async list() {
      return (await kysely.selectFrom("models").selectAll().orderBy("id").execute()).map(toRow);
    },
    async find(id) {
      const row = await kysely.selectFrom("models").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toRow(row);
    },
    async update(id, modelChange) {
      const values = { ...definedOnly(toChangedColumns(modelChange)), updated_at: database.now() };
      const query = kysely.updateTable("models").set(values).where("id", "=", id).returningAll();
      const row = await change(database, naming, () => query.executeTakeFirst());
      return row && toRow(row);
    },
    async remove(id) {
      return (await kysely.deleteFrom("models").where("id", "=", id).returning("id").execute()).length > 0;
    },
  };
}

async function addAll(transaction: Kysely<Tables>, models: readonly NewModel[], now: number): Promise<number> {
  let added = 0;
  for (let at = 0; at < models.length; at += rowsPerStatement) {
    const rows = models
      .slice(at, at + rowsPerStatement)
      .map((model) => ({ ...toColumns(model), id: newId(now), created_at: now, updated_at: now }));
    const insertion = transaction
      .insertInto("models")
      .values(rows)
      .onConflict((conflict) => conflict.columns(["provider_id", "name"]).doNothing())
      .returning("id");
    added += (await insertion.execute()).length;
  }
  return added;
}

function toColumns(model: NewModel) {
  return {
    provider_id: model.providerId,
    name: model.name,
    context_length: model.contextLength,
    input_price: model.inputPrice,
    output_price: model.outputPrice,
    cached_input_price: model.cachedInputPrice,
    further_prices: JSON.stringify(model.furtherPrices),
    supports_vision: toOptionalBit(model.supportsVision),
    supports_functions: toOptionalBit(model.supportsFunctions),
    supports_streaming: toOptionalBit(model.supportsStreaming),
    origin: model.origin,
    listed: writeFacts(model.listed),
  };
}

function toChangedColumns(model: ModelChange) {
  const bit = (value: boolean | null | undefined) => (value === undefined ? undefined : toOptionalBit(value));
  return {
    context_length: model.contextLength,
    input_price: model.inputPrice,
    output_price: model.outputPrice,
    cached_input_price: model.cachedInputPrice,
    further_prices: model.furtherPrices && JSON.stringify(model.furtherPrices),
    supports_vision: bit(model.supportsVision),
    supports_functions: bit(model.supportsFunctions),
    supports_streaming: bit(model.supportsStreaming),
    origin: model.origin,
    listed: model.listed === undefined ? undefined : writeFacts(model.listed),
  };
}

function toRow(row: Selectable<ModelsTable>): ModelRow {
  return {
    id: row.id,
    providerId: row.provider_id,
    name: row.name,
    contextLength: row.context_length,
    inputPrice: row.input_price,
    outputPrice: row.output_price,
    cachedInputPrice: row.cached_input_price,
    furtherPrices: parseFurtherPrices(row.further_prices),
    supportsVision: fromOptionalBit(row.supports_vision),
    supportsFunctions: fromOptionalBit(row.supports_functions),
    supportsStreaming: fromOptionalBit(row.supports_streaming),
    origin: parseOrigin(row.origin),
    listed: parseFacts(row.listed),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
