import { newId } from "@ghostllm/contract";
import { sql, type Kysely, type RawBuilder, type Selectable } from "kysely";
import { isLimitedAnew, userLimit } from "#control/store/events/admin-events.ts";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import { changed, created, removed } from "#control/store/audit/row-changes.ts";
import { asItIs, definedOnly, parseBudgets, parsePrivacy, parseRateLimits, toBit, writePrivacy } from "./columns.ts";
import { change, type Database, type Naming } from "./database.ts";
import { keepGoverned } from "./governing.ts";
import { narrowed } from "./named-list.ts";
import { isWithin } from "./reach.ts";
import { endSessionsOf } from "./sessions.ts";
import { spentColumn } from "./spend.ts";
import type { Store, UserChange, UserRow } from "./store.ts";
import type { Tables, UsersTable } from "./tables.ts";

const naming: Naming = { object: "user" };
const spent = spentColumn("user");
const owners = { user: "id", team: isInTeam };
const listed = {
  id: "id",
  searched: ["username", "email"],
  orders: { name: { text: "username" }, email: { text: "email" } },
};
/** Others hold keys, and are no users to anybody: service-accounts.ts has them. */
const isPerson = sql<boolean>`kind = 'person'`;

export function usersIn(database: Database): Store["users"] {
  const { kysely } = database;
  const record = recorderIn(database);
  return {
    async create(user) {
      const now = database.now();
      const person = { id: newId(now), kind: "person", team_id: null, is_active: 1 };
      const values = { ...toColumns(user), ...person, created_at: now, updated_at: now };
      const insert = async (transaction: Kysely<Tables>): Promise<UserRow> => {
        const insertion = transaction.insertInto("users").values(values).returningAll().returning(spent);
        const row = await insertion.executeTakeFirstOrThrow();
        await record(transaction, created("users", [row]));
        return toRow(row);
      };
      return change(database, naming, () => kysely.transaction().execute(insert));
    },
    async list({ role, isActive, ...page }, reach) {
      const { where, order } = narrowed(page, listed);
      let query = kysely.selectFrom("users").selectAll().select(spent).where(isPerson).where(isWithin(reach, owners));
      if (role !== undefined) query = query.where("role", "=", role);
      if (isActive !== undefined) query = query.where("is_active", "=", toBit(isActive));
      return (await query.where(where).orderBy(order).limit(page.limit).execute()).map(toRow);
    },
    async find(id, reach) {
      const query = kysely
        .selectFrom("users")
        .selectAll()
        .select(spent)
        .where("id", "=", id)
        .where(isPerson)
        .where(isWithin(reach, owners));
      const row = await query.executeTakeFirst();
      return row && toRow(row);
    },
    async idOf(email) {
      const users = kysely.selectFrom("users").select("id").where("email", "=", normalizeEmail(email));
      return (await users.where(isPerson).executeTakeFirst())?.id;
    },
    update: updaterIn(database),
    remove: removerIn(database),
  };
}

function removerIn(database: Database): Store["users"]["remove"] {
  const record = recorderIn(database);
  return (id) =>
    database.kysely.transaction().execute(async (transaction) => {
      await database.engine.lockGoverning(transaction);
      // Usage is added to many keys at once, and here many are removed: each could wait for the other.
      await database.engine.lockUsage(transaction);
      const person = transaction.selectFrom("users").select("id").where("id", "=", id).where(isPerson);
      if ((await person.executeTakeFirst()) === undefined) return false;
      const own = transaction.deleteFrom("views").where("user_id", "=", id).where("is_shared", "=", 0);
      const views = await own.returningAll().execute();
      // With the user they would go, too, but untold.
      const keys = await transaction.deleteFrom("api_keys").where("user_id", "=", id).returningAll().execute();
      const users = await transaction.deleteFrom("users").where("id", "=", id).returningAll().execute();
      for (const user of users) await keepGoverned(transaction, { before: user, after: null });
      const gone = [...removed("users", users), ...removed("api_keys", keys), ...removed("views", views)];
      if (users.length > 0) await record(transaction, gone);
      return users.length > 0;
    });
}

function updaterIn(database: Database): Store["users"]["update"] {
  const record = recorderIn(database);
  return async (id, userChange, by = null) => {
    const values = { ...definedOnly(toChangedColumns(userChange)), updated_at: database.now() };
    const isOfRights = userChange.role !== undefined || userChange.isActive !== undefined;
    const update = async (transaction: Kysely<Tables>): Promise<UserRow | undefined> => {
      if (isOfRights) await database.engine.lockGoverning(transaction);
      const rows = transaction.updateTable("users").where("id", "=", id).where(isPerson);
      const before = await rows.set(asItIs).returningAll().returning(spent).executeTakeFirst();
      const row = await rows.set(values).returningAll().returning(spent).executeTakeFirst();
      if (before === undefined || row === undefined) return undefined;
      if (isOfRights) await keepGoverned(transaction, { before, after: row });
      const [earlier, later] = [toRow(before), toRow(row)];
      if (userChange.passwordHash !== undefined || !later.isActive) await endSessionsOf(transaction, id);
      const events = isLimitedAnew(earlier, later) ? [userLimit(earlier, later, by)] : [];
      await record(transaction, changed("users", before, row), events);
      return later;
    };
    return change(database, naming, () => database.kysely.transaction().execute(update));
  };
}

export function credentialsIn({ kysely }: Database): Store["credentials"] {
  return {
    async find(by) {
      const users = kysely.selectFrom("users").selectAll().select(spent).where(isPerson);
      const query = "id" in by ? users.where("id", "=", by.id) : users.where("email", "=", normalizeEmail(by.email));
      const row = await query.executeTakeFirst();
      return row && { user: toRow(row), passwordHash: row.password_hash };
    },
  };
}

function isInTeam(ids: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`id in (select user_id from team_members where team_id in (${ids}))`;
}

/** Two spellings of one address must not become two users. */
function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}

function toColumns(user: Parameters<Store["users"]["create"]>[0]) {
  return {
    email: normalizeEmail(user.email),
    username: user.username,
    password_hash: user.passwordHash,
    role: user.role,
    rate_limit: JSON.stringify(user.limits),
    budget_limit: user.budgetNanos,
    budgets: JSON.stringify(user.budgets ?? []),
    privacy: writePrivacy(user.privacy ?? null),
  };
}

function toChangedColumns(user: UserChange) {
  return {
    email: user.email === undefined ? undefined : normalizeEmail(user.email),
    username: user.username,
    password_hash: user.passwordHash,
    role: user.role,
    rate_limit: user.limits && JSON.stringify(user.limits),
    budget_limit: user.budgetNanos,
    is_active: user.isActive === undefined ? undefined : toBit(user.isActive),
    budgets: user.budgets && JSON.stringify(user.budgets),
    privacy: user.privacy === undefined ? undefined : writePrivacy(user.privacy),
  };
}

function toRow(row: Selectable<UsersTable> & { readonly spent: number }): UserRow {
  return {
    id: row.id,
    email: row.email,
    username: row.username,
    hasPassword: row.password_hash !== null,
    role: row.role,
    isActive: row.is_active === 1,
    limits: parseRateLimits(row.rate_limit),
    budgetNanos: row.budget_limit,
    budgets: parseBudgets(row.budgets),
    spentNanos: row.spent,
    privacy: parsePrivacy(row.privacy),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
