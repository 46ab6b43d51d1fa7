// Who is in a team. Called by teams.ts.

import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Reach } from "#domain/access/may.ts";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import { changed } from "#control/store/audit/row-changes.ts";
import type { AuditDraft } from "#domain/audit.ts";
import { parseTeamRole } from "./columns.ts";
import { change, type Database, type Naming } from "./database.ts";
import { narrowed } from "./named-list.ts";
import { isWithin } from "./reach.ts";
import type { MemberRow, TeamStore } from "./team-store.ts";
import type { Tables } from "./tables.ts";

const naming: Naming = { object: "member", parent: { object: "user", column: "user_id" } };
const listed = { id: "user_id", searched: ["username", "email"], orders: { name: { text: "username" } } };
/** Of a team that somebody is in he sees all who are in it. */
const owners = {
  team: "team_members.team_id",
  user: (ids: RawBuilder<unknown>) =>
    sql<boolean>`team_members.team_id in (select own.team_id from team_members own where own.user_id in (${ids}))`,
};

type MemberStore = Pick<TeamStore, "members" | "member" | "addMember" | "updateMember" | "removeMember">;

export function membersIn(database: Database): MemberStore {
  const { kysely } = database;
  const record = recorderIn(database);
  return {
    async members(id, page, reach) {
      const { where, order } = narrowed(page, listed);
      const query = membersOf(kysely, id, reach).where(where).orderBy(order).limit(page.limit);
      return (await query.execute()).map(toRow);
    },
    member: (id, userId, reach) => find(kysely, id, userId, reach),
    async addMember(id, { userId, role }) {
      const values = { team_id: id, user_id: userId, role, created_at: database.now() };
      const insert = async (transaction: Kysely<Tables>): Promise<void> => {
        await transaction.insertInto("team_members").values(values).execute();
        await record(transaction, [await told(transaction, values, { verb: "added", before: null, after: role })]);
      };
      await change(database, naming, () => kysely.transaction().execute(insert));
      const row = await find(kysely, id, userId, "all");
      if (row === undefined) throw new Error(`${userId} was taken into the team ${id}, and is not in it`);
      return row;
    },
    async updateMember(id, userId, role, reach) {
      await kysely.transaction().execute(async (transaction) => {
        const rows = transaction.updateTable("team_members").where("team_id", "=", id).where("user_id", "=", userId);
        const own = rows.where(isWithin(reach, owners)).where("role", "!=", role);
        const member = await own
          .set((row) => ({ role: row.ref("role") }))
          .returningAll()
          .executeTakeFirst();
        if (member === undefined) return;
        await own.set({ role }).execute();
        await record(transaction, [
          await told(transaction, member, { verb: "changed", before: member.role, after: role }),
        ]);
      });
      return find(kysely, id, userId, reach);
    },
    removeMember: (id, userId, reach) =>
      kysely.transaction().execute(async (transaction) => {
        // Usage is added to many keys at once, and here many are changed: each could wait for the other.
        await database.engine.lockUsage(transaction);
        return remove(database, transaction, id, userId, reach);
      }),
  };
}

function membersOf(kysely: Kysely<Tables>, id: string, reach: Reach) {
  return kysely
    .selectFrom("team_members")
    .innerJoin("users", "users.id", "user_id")
    .select(["user_id", "email", "username", "team_members.role as role", "team_members.created_at as joined_at"])
    .where("team_members.team_id", "=", id)
    .where(isWithin(reach, owners));
}

type Row = Awaited<ReturnType<ReturnType<typeof membersOf>["execute"]>>[number];

async function find(kysely: Kysely<Tables>, id: string, userId: string, reach: Reach): Promise<MemberRow | undefined> {
  const row = await membersOf(kysely, id, reach).where("user_id", "=", userId).executeTakeFirst();
  return row && toRow(row);
}

interface RoleChange {
  readonly verb: "added" | "changed" | "removed";
  readonly before: string | null;
  readonly after: string | null;
}

/** For the audit log, by the names of the team and of its member. */
async function told(
  transaction: Kysely<Tables>,
  { team_id: id, user_id: userId }: { readonly team_id: string; readonly user_id: string },
  { verb, before, after }: RoleChange,
): Promise<AuditDraft> {
  const team = await transaction.selectFrom("teams").select("name").where("id", "=", id).executeTakeFirst();
  const user = await transaction.selectFrom("users").select("email").where("id", "=", userId).executeTakeFirst();
  const object = { kind: "team", id, name: team?.name ?? "" };
  const details = { user_id: userId, user: user?.email ?? "" };
  return { action: `member.${verb}`, outcome: "done", object, changes: [{ field: "role", before, after }], details };
}

async function remove(database: Database, transaction: Kysely<Tables>, id: string, userId: string, reach: Reach) {
  const target = transaction.deleteFrom("team_members").where("team_id", "=", id).where("user_id", "=", userId);
  const member = await target.where(isWithin(reach, owners)).returningAll().executeTakeFirst();
  if (member === undefined) return undefined;
  const keys = transaction.updateTable("api_keys").set({ is_active: 0 }).where("team_id", "=", id);
  const revoked = await keys.where("user_id", "=", userId).where("is_active", "=", 1).returningAll().execute();
  const entries = revoked.flatMap((key) => changed("api_keys", { ...key, is_active: 1 }, key, "revoked"));
  const entry = await told(transaction, member, { verb: "removed", before: member.role, after: null });
  await recorderIn(database)(transaction, [entry, ...entries]);
  return revoked.map((key) => key.id);
}

function toRow({ user_id: userId, email, username, role, joined_at: joinedAt }: Row): MemberRow {
  return { userId, email, username, role: parseTeamRole(role), joinedAt };
}
