import { newId } from "@ghostllm/contract";
import type { Selectable } from "kysely";
import { definedOnly, parseSettings, toBit } from "./columns.ts";
import { change, type Database, type Naming } from "./database.ts";
import type { NewProvider, ProviderChange, ProviderRow, Store } from "./store.ts";
import type { ProvidersTable } from "./tables.ts";

const naming: Naming = { object: "provider" };

export function providersIn(database: Database): Store["providers"] {
  const { kysely } = database;
  return {
    async create(provider) {
      const now = database.now();
      const values = { ...toColumns(provider), id: newId(now), created_at: now, updated_at: now };
      const insertion = kysely.insertInto("providers").values(values).returningAll();
      return toRow(await change(database, naming, () => insertion.executeTakeFirstOrThrow()));
    },
    async list() {
      return (await kysely.selectFrom("providers").selectAll().orderBy("id").execute()).map(toRow);
    },
    async find(id) {
      const row = await kysely.selectFrom("providers").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toRow(row);
    },
    async update(id, providerChange) {
      const values = { ...definedOnly(toChangedColumns(providerChange)), updated_at: database.now() };
      const query = kysely.updateTable("providers").set(values).where("id", "=", id).returningAll();
      const row = await change(database, naming, () => query.executeTakeFirst());
      return row && toRow(row);
    },
    async remove(id) {
      return (await kysely.deleteFrom("providers").where("id", "=", id).returning("id").execute()).length > 0;
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
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
