import { newId } from "@ghostllm/contract";
import type { Selectable } from "kysely";
import { definedOnly, parseRateLimits, parseRole } from "./columns.ts";
import { change, type Database, type Naming } from "./database.ts";
import type { Store, UserChange, UserRow } from "./store.ts";
import type { UsersTable } from "./tables.ts";

const naming: Naming = { object: "user" };

export function usersIn(database: Database): Store["users"] {
  const { kysely } = database;
  return {
    async create(user) {
      const now = database.now();
      const values = { ...toColumns(user), id: newId(now), created_at: now, updated_at: now };
      const insertion = kysely.insertInto("users").values(values).returningAll();
      return toRow(await change(database, naming, () => insertion.executeTakeFirstOrThrow()));
    },
    async list({ limit, after }) {
      let query = kysely.selectFrom("users").selectAll().orderBy("id").limit(limit);
      if (after !== undefined) query = query.where("id", ">", after);
      return (await query.execute()).map(toRow);
    },
    async find(id) {
      const row = await kysely.selectFrom("users").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toRow(row);
    },
    async findByEmail(email) {
      const query = kysely.selectFrom("users").selectAll().where("email", "=", normalizeEmail(email));
      const row = await query.executeTakeFirst();
      return row && toRow(row);
    },
    async update(id, userChange) {
      const values = { ...definedOnly(toChangedColumns(userChange)), updated_at: database.now() };
      const query = kysely.updateTable("users").set(values).where("id", "=", id).returningAll();
      const row = await change(database, naming, () => query.executeTakeFirst());
      return row && toRow(row);
    },
    async remove(id) {
      return (await kysely.deleteFrom("users").where("id", "=", id).returning("id").execute()).length > 0;
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

function toRow(row: Selectable<UsersTable>): UserRow {
  return {
    id: row.id,
    email: row.email,
    username: row.username,
    passwordHash: row.password_hash,
    role: parseRole(row.role),
    limits: parseRateLimits(row.rate_limit),
    budgetNanos: row.budget_limit,
    spentNanos: row.current_spend,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
