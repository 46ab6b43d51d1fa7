import { newId } from "@ghostllm/contract";
import type { Kysely, Selectable } from "kysely";
import { definedOnly } from "#control/store/columns.ts";
import { change, type Database, type Naming } from "#control/store/database.ts";
import type { Tables } from "#control/store/tables.ts";
import type { DirectoryGroup, DirectoryStore } from "./directory-store.ts";
import type { DirectoryGroupsTable } from "./tables.ts";

const naming: Naming = { object: "group", parent: { object: "user", column: "members" } };
const rowsPerStatement = 500;

type Groups = Pick<
  DirectoryStore,
  "groups" | "countGroups" | "findGroup" | "createGroup" | "updateGroup" | "removeGroup" | "membersOf" | "groupsOf"
>;

export function directoryGroupsIn(database: Database): Groups {
  const { kysely } = database;
  const groups = () => kysely.selectFrom("directory_groups").selectAll();
  return {
    async groups({ offset, limit }) {
      return (await groups().orderBy("id").offset(offset).limit(limit).execute()).map(toGroup);
    },
    async countGroups() {
      const counted = kysely.selectFrom("directory_groups").select(({ fn }) => fn.countAll<number>().as("groups"));
      return (await counted.executeTakeFirstOrThrow()).groups;
    },
    async findGroup(by) {
      const named = "id" in by ? groups().where("id", "=", by.id) : groups().where("display_name", "=", by.displayName);
      const row = await named.executeTakeFirst();
      return row && toGroup(row);
    },
    ...changingIn(database),
    async removeGroup(id) {
      const removed = kysely.deleteFrom("directory_groups").where("id", "=", id).returning("id");
      return (await removed.execute()).length > 0;
    },
    async membersOf(groupId) {
      const members = kysely.selectFrom("directory_members").select("user_id").where("group_id", "=", groupId);
      return (await members.orderBy("user_id").execute()).map(({ user_id: userId }) => userId);
    },
    groupsOf: (userIds) => groupsOf(database, userIds),
  };
}

function changingIn(database: Database): Pick<Groups, "createGroup" | "updateGroup"> {
  const { kysely, now } = database;
  return {
    async createGroup({ displayName, externalId, memberIds }) {
      const at = now();
      const values = { id: newId(at), display_name: displayName, external_id: externalId };
      const insert = async (transaction: Kysely<Tables>): Promise<DirectoryGroup> => {
        const row = { ...values, created_at: at, updated_at: at };
        const made = await transaction
          .insertInto("directory_groups")
          .values(row)
          .returningAll()
          .executeTakeFirstOrThrow();
        await setMembers(transaction, made.id, memberIds);
        return toGroup(made);
      };
      return change(database, naming, () => kysely.transaction().execute(insert));
    },
    async updateGroup(id, { displayName, externalId, memberIds }) {
      const values = { ...definedOnly({ display_name: displayName, external_id: externalId }), updated_at: now() };
      const update = async (transaction: Kysely<Tables>): Promise<DirectoryGroup | undefined> => {
        const target = transaction.updateTable("directory_groups").set(values).where("id", "=", id);
        const row = await target.returningAll().executeTakeFirst();
        if (row !== undefined && memberIds !== undefined) await setMembers(transaction, id, memberIds);
        return row && toGroup(row);
      };
      return change(database, naming, () => kysely.transaction().execute(update));
    },
  };
}

async function setMembers(transaction: Kysely<Tables>, groupId: string, memberIds: readonly string[]): Promise<void> {
  await transaction.deleteFrom("directory_members").where("group_id", "=", groupId).execute();
  const rows = [...new Set(memberIds)].map((userId) => ({ group_id: groupId, user_id: userId }));
  for (let from = 0; from < rows.length; from += rowsPerStatement) {
    const some = rows.slice(from, from + rowsPerStatement);
    await transaction.insertInto("directory_members").values(some).execute();
  }
}

async function groupsOf({ kysely }: Database, userIds: readonly string[]) {
  const found = new Map<string, DirectoryGroup[]>();
  for (let from = 0; from < userIds.length; from += rowsPerStatement) {
    const rows = await kysely
      .selectFrom("directory_members")
      .innerJoin("directory_groups", "directory_groups.id", "directory_members.group_id")
      .selectAll("directory_groups")
      .select("directory_members.user_id")
      .where("directory_members.user_id", "in", userIds.slice(from, from + rowsPerStatement))
      .orderBy("directory_groups.id")
      .execute();
    for (const { user_id: userId, ...group } of rows) found.set(userId, [...(found.get(userId) ?? []), toGroup(group)]);
  }
  return found;
}

function toGroup(row: Selectable<DirectoryGroupsTable>): DirectoryGroup {
  return {
    ...{ id: row.id, displayName: row.display_name, externalId: row.external_id },
    ...{ createdAt: row.created_at, updatedAt: row.updated_at },
  };
}
