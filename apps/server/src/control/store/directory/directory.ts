import { newId } from "@ghostllm/contract";
import type { Selectable } from "kysely";
import type { Database } from "#control/store/database.ts";
import { directoryGroupsIn } from "./directory-groups.ts";
import type { DirectoryStore, ScimTokenRow } from "./directory-store.ts";
import { directoryUsersIn } from "./directory-users.ts";
import type { ScimTokensTable } from "./tables.ts";

const usedToWithinMs = 60_000;

export function directoryIn(database: Database): DirectoryStore {
  return { ...directoryUsersIn(database), ...directoryGroupsIn(database), ...tokensIn(database) };
}

function tokensIn({
  kysely,
  now,
}: Database): Pick<DirectoryStore, "createToken" | "tokens" | "removeToken" | "useToken"> {
  return {
    async createToken({ name, publicId, hash }) {
      const at = now();
      const row = { id: newId(at), name, public_id: publicId, token_hash: hash, last_used_at: null, created_at: at };
      return toRow(await kysely.insertInto("scim_tokens").values(row).returningAll().executeTakeFirstOrThrow());
    },
    async tokens() {
      return (await kysely.selectFrom("scim_tokens").selectAll().orderBy("id").execute()).map(toRow);
    },
    async removeToken(id) {
      return (await kysely.deleteFrom("scim_tokens").where("id", "=", id).returning("id").execute()).length > 0;
    },
    async useToken(hash) {
      const row = await kysely.selectFrom("scim_tokens").selectAll().where("token_hash", "=", hash).executeTakeFirst();
      if (row === undefined) return undefined;
      const at = now();
      if (at - (row.last_used_at ?? 0) > usedToWithinMs)
        await kysely.updateTable("scim_tokens").set({ last_used_at: at }).where("id", "=", row.id).execute();
      return toRow(row);
    },
  };
}

function toRow(row: Selectable<ScimTokensTable>): ScimTokenRow {
  return {
    ...{ id: row.id, name: row.name, publicId: row.public_id },
    ...{ lastUsedAt: row.last_used_at, createdAt: row.created_at },
  };
}
