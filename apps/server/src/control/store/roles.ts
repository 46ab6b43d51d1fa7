import { GhostError } from "@ghostllm/contract";
import { sql, type Kysely, type Selectable } from "kysely";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import type { AuditDraft, JsonValue } from "#domain/audit.ts";
import { accountGrants, builtInGrants, governs } from "#domain/access/roles.ts";
import { definedOnly, parseGrants, parseTeamRole } from "./columns.ts";
import { change, type Database, type Naming } from "./database.ts";
import { keepGovernedWithout } from "./governing.ts";
import type { RoleRow, RoleStore } from "./role-store.ts";
import type { Tables } from "./tables.ts";
import type { RolesTable } from "./team-tables.ts";

const naming: Naming = { object: "role" };
const users = sql<number>`(select cast(count(*) as bigint) from users where users.role = roles.name)`.as("users");

export function rolesIn(database: Database): RoleStore {
  const { kysely } = database;
  const record = recorderIn(database);
  return {
    async create({ name, description, grants }) {
      const now = database.now();
      const values = { name, description, grants: JSON.stringify(grants), created_at: now, updated_at: now };
      const insert = async (transaction: Kysely<Tables>): Promise<RoleRow> => {
        const insertion = transaction.insertInto("roles").values(values).returningAll().returning(users);
        const row = toRow(await insertion.executeTakeFirstOrThrow());
        await record(transaction, told("created", null, row));
        return row;
      };
      return change(database, naming, () => kysely.transaction().execute(insert));
    },
    list: async () => (await kysely.selectFrom("roles").selectAll().select(users).orderBy("name").execute()).map(toRow),
    async find(name) {
      const query = kysely.selectFrom("roles").selectAll().select(users).where("name", "=", name);
      const row = await query.executeTakeFirst();
      return row && toRow(row);
    },
    async update(name, { description, grants }) {
      const columns = { description, grants: grants && JSON.stringify(grants) };
      const values = { ...definedOnly(columns), updated_at: database.now() };
      const update = async (transaction: Kysely<Tables>): Promise<RoleRow | undefined> => {
        if (grants !== undefined) await database.engine.lockGoverning(transaction);
        const rows = transaction.updateTable("roles").where("name", "=", name);
        const before = await rows
          .set((row) => ({ name: row.ref("name") }))
          .returningAll()
          .returning(users)
          .executeTakeFirst();
        const after = await rows.set(values).returningAll().returning(users).executeTakeFirst();
        if (before === undefined || after === undefined) return undefined;
        if (governs(parseGrants(before.grants)) && !governs(parseGrants(after.grants)))
          await keepGovernedWithout(transaction, name);
        await record(transaction, told("changed", toRow(before), toRow(after)));
        return toRow(after);
      };
      return change(database, naming, () => kysely.transaction().execute(update));
    },
    remove: removerIn(database),
    async counts() {
      const query = kysely.selectFrom("users").select(["role", ({ fn }) => fn.countAll<number>().as("users")]);
      return new Map((await query.groupBy("role").execute()).map((row) => [row.role, row.users]));
    },
    standing: standingIn(database),
  };
}

/** In one statement: a user may be given the role at the same time. */
function removerIn(database: Database): RoleStore["remove"] {
  const record = recorderIn(database);
  return (name) =>
    database.kysely.transaction().execute(async (transaction) => {
      const isUnused = sql<boolean>`not exists (select 1 from users where users.role = roles.name)
        and not exists (select 1 from sign_in_methods where default_role = roles.name
          or group_roles like '%"role":"' || roles.name || '"%')`;
      const removal = transaction.deleteFrom("roles").where("name", "=", name).where(isUnused);
      const row = await removal.returningAll().executeTakeFirst();
      if (row !== undefined) {
        await record(transaction, told("removed", toRow({ ...row, users: 0 }), null));
        return true;
      }
      const left = await transaction.selectFrom("roles").select("name").where("name", "=", name).executeTakeFirst();
      if (left === undefined) return false;
      const message = `Users have the role ${name}, or are given it when they sign in: give them another one first.`;
      throw new GhostError("conflict", message);
    });
}

/** What has become of a role. */
function told(verb: string, before: RoleRow | null, after: RoleRow | null): readonly AuditDraft[] {
  const name = (after ?? before)?.name ?? "";
  const fields = [
    { field: "description", before: before?.description ?? null, after: after?.description ?? null },
    { field: "permissions", before: toJson(before), after: toJson(after) },
  ].filter((field) => JSON.stringify(field.before) !== JSON.stringify(field.after));
  if (fields.length === 0) return [];
  const object = { kind: "role", id: name, name };
  return [{ action: `role.${verb}`, outcome: "done", object, changes: fields, details: {} }];
}

function toJson(row: RoleRow | null): JsonValue {
  return row === null ? null : Object.fromEntries(Object.entries(row.grants));
}

function standingIn({ kysely }: Database): RoleStore["standing"] {
  return async (userId, whoever = "active") => {
    const query = kysely
      .selectFrom("users")
      .leftJoin("roles", "roles.name", "users.role")
      .select(["email", "users.role as role", "roles.grants as grants"])
      .where("users.id", "=", userId);
    const user = await (whoever === "active" ? query.where("is_active", "=", 1) : query).executeTakeFirst();
    if (user === undefined) return undefined;
    const teams = kysely.selectFrom("team_members").select(["team_id", "role"]).where("user_id", "=", userId);
    const memberships = (await teams.orderBy("team_id").execute()).map((row) => {
      return { teamId: row.team_id, role: parseTeamRole(row.role) };
    });
    return { userId, email: user.email, role: user.role, grants: grantsOf(user), memberships };
  };
}

/** What a role grants that nobody knows is nothing. */
export function grantsOf({ role, grants }: { readonly role: string; readonly grants: string | null }) {
  return builtInGrants(role) ?? accountGrants(role) ?? (grants === null ? {} : parseGrants(grants));
}

function toRow(row: Selectable<RolesTable> & { readonly users: number }): RoleRow {
  return {
    name: row.name,
    description: row.description,
    grants: parseGrants(row.grants),
    users: row.users,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
