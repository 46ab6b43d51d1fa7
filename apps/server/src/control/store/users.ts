import { newId } from "@ghostllm/contract";
import type { Selectable } from "kysely";
import { definedOnly, parseRateLimits, parseRole } from "./columns.ts";
import { change, type Database, type Naming } from "./database.ts";
import { isWithin } from "./reach.ts";
import { spentColumn } from "./spend.ts";
import type { Store, UserChange, UserRow } from "./store.ts";
import type { UsersTable } from "./tables.ts";

const naming: Naming = { object: "user" };
const spent = spentColumn("user");
const owners = { user: "id" };

export function usersIn(database: Database): Store["users"] {
  const { kysely } = database;
  return {
    async create(user) {
      const now = database.now();
      const values = { ...toColumns(user), id: newId(now), created_at: now, updated_at: now };
      const insertion = kysely.insertInto("users").values(values).returningAll().returning(spent);
      return toRow(await change(database, naming, () => insertion.executeTakeFirstOrThrow()));
    },
    async list({ limit, after }, reach) {
      let query = kysely
        .selectFrom("users")
        .selectAll()
        .select(spent)
        .where(isWithin(reach, owners))
        .orderBy("id")
        .limit(limit);
      if (after !== undefined) query = query.where("id", ">", after);
      return (await query.execute()).map(toRow);
    },
    async find(id, reach) {
      const query = kysely
        .selectFrom("users")
        .selectAll()
        .select(spent)
        .where("id", "=", id)
        .where(isWithin(reach, owners));
      const row = await query.executeTakeFirst();
      return row && toRow(row);
    },
    async update(id, userChange) {
      const values = { ...definedOnly(toChangedColumns(userChange)), updated_at: database.now() };
      const query = kysely.updateTable("users").set(values).where("id", "=", id).returningAll().returning(spent);
      const row = await change(database, naming, () => query.executeTakeFirst());
      return row && toRow(row);
    },
    async remove(id) {
      return kysely.transaction().execute(async (transaction) => {
        // Usage is added to many keys at once, and here many are removed: each could wait for the other.
        await database.engine.lockUsage(transaction);
        return (await transaction.deleteFrom("users").where("id", "=", id).returning("id").execute()).length > 0;
      });
    },
  };
}

export function credentialsIn({ kysely }: Database): Store["credentials"] {
  return {
    async find(by) {
      const users = kysely.selectFrom("users").selectAll().select(spent);
      const query = "id" in by ? users.where("id", "=", by.id) : users.where("email", "=", normalizeEmail(by.email));
      const row = await query.executeTakeFirst();
      return row && { user: toRow(row), passwordHash: row.password_hash };
    },
  };
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
  };
}

function toRow(row: Selectable<UsersTable> & { readonly spent: number }): UserRow {
  return {
    id: row.id,
    email: row.email,
    username: row.username,
    hasPassword: row.password_hash !== null,
    role: parseRole(row.role),
    limits: parseRateLimits(row.rate_limit),
    budgetNanos: row.budget_limit,
    spentNanos: row.spent,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
