import { newId } from "@ghostllm/contract";
import type { Kysely, Selectable } from "kysely";
import {
  asItIs,
  definedOnly,
  fromOptionalBit,
  parseFacts,
  parseFurtherPrices,
  parseOrigin,
  parseTargetLimits,
  toOptionalBit,
  writeFacts,
  writeTargetLimits,
} from "./columns.ts";
import { modelsAdded } from "#control/store/events/admin-events.ts";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import { changed, created, removed } from "#control/store/audit/row-changes.ts";
import { change, type Database, type Naming } from "./database.ts";
import type { Store } from "./store.ts";
import type { ModelChange, ModelRow, NewModel } from "./model-store.ts";
import type { ModelsTable, Tables } from "./tables.ts";

const naming: Naming = { object: "model", parent: { object: "provider", column: "provider_id" } };

/** A statement of this many rows stays far below the engines' limits on parameters. */
const rowsPerStatement = 100;

export function modelsIn(database: Database): Store["models"] {
  const { kysely } = database;
  const record = recorderIn(database);
  return {
    async add(models) {
      const run = (): Promise<number> =>
        kysely.transaction().execute(async (transaction) => {
          const added = await addAll(transaction, models, database.now());
          await record(transaction, created("models", added), await modelsAdded(transaction, added.map(toRow)));
          return added.length;
        });
      return change(database, naming, run);
    },
    async list(ids) {
      const all = kysely.selectFrom("models").selectAll().orderBy("id");
      return (await (ids === undefined ? all : all.where("id", "in", ids)).execute()).map(toRow);
    },
    async find(id) {
      const row = await kysely.selectFrom("models").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toRow(row);
    },
    async update(id, modelChange) {
      const values = { ...definedOnly(toChangedColumns(modelChange)), updated_at: database.now() };
      const update = async (transaction: Kysely<Tables>): Promise<ModelRow | undefined> => {
        const rows = transaction.updateTable("models").where("id", "=", id);
        const before = await rows.set(asItIs).returningAll().executeTakeFirst();
        const after = await rows.set(values).returningAll().executeTakeFirst();
        if (before === undefined || after === undefined) return undefined;
        await record(transaction, changed("models", before, after));
        return toRow(after);
      };
      return change(database, naming, () => kysely.transaction().execute(update));
    },
    async remove(id) {
      return kysely.transaction().execute(async (transaction) => {
        const rows = await transaction.deleteFrom("models").where("id", "=", id).returningAll().execute();
        await record(transaction, removed("models", rows));
        return rows.length > 0;
      });
    },
  };
}

async function addAll(
  transaction: Kysely<Tables>,
  models: readonly NewModel[],
  now: number,
): Promise<readonly Selectable<ModelsTable>[]> {
  const added: Selectable<ModelsTable>[] = [];
  for (let at = 0; at < models.length; at += rowsPerStatement) {
    const rows = models
      .slice(at, at + rowsPerStatement)
      .map((model) => ({ ...toColumns(model), id: newId(now), created_at: now, updated_at: now }));
    const insertion = transaction
      .insertInto("models")
      .values(rows)
      .onConflict((conflict) => conflict.columns(["provider_id", "name"]).doNothing())
      .returningAll();
    added.push(...(await insertion.execute()));
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
    rate_limit: writeTargetLimits(model.limits ?? null),
    quality: model.quality ?? null,
    auto: toOptionalBit(model.inAuto ?? null),
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
    rate_limit: model.limits === undefined ? undefined : writeTargetLimits(model.limits),
    quality: model.quality,
    auto: bit(model.inAuto),
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
    limits: parseTargetLimits(row.rate_limit),
    quality: row.quality,
    inAuto: fromOptionalBit(row.auto),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
