import { newId } from "@ghostllm/contract";
import type { Kysely, Selectable } from "kysely";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import { changed, created, removed } from "#control/store/audit/row-changes.ts";
import { asItIs, definedOnly, parseSettings, toBit, newHeldColumns, toHeld, toHeldColumns } from "./columns.ts";
import { change, type Database, type Naming } from "./database.ts";
import type { NewProvider, ProviderChange, ProviderRow, Store } from "./store.ts";
import type { ProvidersTable, Tables } from "./tables.ts";

const naming: Naming = { object: "provider" };

export function providersIn(database: Database): Store["providers"] {
  const { kysely } = database;
  const record = recorderIn(database);
  return {
    async create(provider) {
      const now = database.now();
      const values = { ...toColumns(provider), id: newId(now), created_at: now, updated_at: now };
      const insert = async (transaction: Kysely<Tables>): Promise<ProviderRow> => {
        const insertion = transaction.insertInto("providers").values(values).returningAll();
        const row = await insertion.executeTakeFirstOrThrow();
        await record(transaction, created("providers", [row]));
        return toRow(row);
      };
      return change(database, naming, () => kysely.transaction().execute(insert));
    },
    async list(ids) {
      const all = kysely.selectFrom("providers").selectAll().orderBy("id");
      return (await (ids === undefined ? all : all.where("id", "in", ids)).execute()).map(toRow);
    },
    async find(id) {
      const row = await kysely.selectFrom("providers").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toRow(row);
    },
    async update(id, providerChange) {
      const values = { ...definedOnly(toChangedColumns(providerChange)), updated_at: database.now() };
      const update = async (transaction: Kysely<Tables>): Promise<ProviderRow | undefined> => {
        const rows = transaction.updateTable("providers").where("id", "=", id);
        const before = await rows.set(asItIs).returningAll().executeTakeFirst();
        const after = await rows.set(values).returningAll().executeTakeFirst();
        if (before === undefined || after === undefined) return undefined;
        await record(transaction, changed("providers", before, after));
        return toRow(after);
      };
      return change(database, naming, () => kysely.transaction().execute(update));
    },
    async remove(id) {
      return kysely.transaction().execute(async (transaction) => {
        // With the provider they would go, too, but untold.
        const models = await transaction.deleteFrom("models").where("provider_id", "=", id).returningAll().execute();
        const providers = await transaction.deleteFrom("providers").where("id", "=", id).returningAll().execute();
        if (providers.length > 0)
          await record(transaction, [...removed("providers", providers), ...removed("models", models)]);
        return providers.length > 0;
      });
    },
  };
}

function toColumns(provider: NewProvider) {
  return {
    name: provider.name,
    provider_type: provider.providerType,
    base_url: provider.baseUrl,
    api_key_enc: provider.apiKeyEncrypted,
    enabled: toBit(provider.enabled),
    config: JSON.stringify(provider.settings),
    additions_enc: provider.additionsEncrypted,
    ...newHeldColumns(provider),
  };
}

function toChangedColumns(provider: ProviderChange) {
  return {
    name: provider.name,
    provider_type: provider.providerType,
    base_url: provider.baseUrl,
    api_key_enc: provider.apiKeyEncrypted,
    enabled: provider.enabled === undefined ? undefined : toBit(provider.enabled),
    config: provider.settings && JSON.stringify(provider.settings),
    additions_enc: provider.additionsEncrypted,
    ...toHeldColumns(provider),
  };
}

function toRow(row: Selectable<ProvidersTable>): ProviderRow {
  return {
    id: row.id,
    name: row.name,
    providerType: row.provider_type,
    baseUrl: row.base_url,
    apiKeyEncrypted: row.api_key_enc,
    enabled: row.enabled === 1,
    settings: parseSettings(row.config),
    additionsEncrypted: row.additions_enc,
    ...toHeld(row),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
