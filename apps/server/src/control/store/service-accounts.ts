import { newId } from "@ghostllm/contract";
import { sql, type Kysely, type Selectable } from "kysely";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import { changed, created, removed } from "#control/store/audit/row-changes.ts";
import { asItIs, definedOnly, parseRateLimits, toBit } from "./columns.ts";
import { change, type Database, type Naming } from "./database.ts";
import { isWithin } from "./reach.ts";
import type {
  NewServiceAccount,
  ServiceAccountChange,
  ServiceAccountRow,
  ServiceAccountStore,
} from "./service-account-store.ts";
import { narrowed } from "./named-list.ts";
import { spentColumn } from "./spend.ts";
import type { Tables, UsersTable } from "./tables.ts";

const naming: Naming = { object: "service account", parent: { object: "team", column: "team_id" } };
const spent = spentColumn("user");
const owners = { team: "team_id" };
const listed = { id: "id", searched: ["username"], orders: { name: { text: "username" } } };
const isService = sql<boolean>`kind = 'service_account'`;

export function serviceAccountsIn(database: Database): ServiceAccountStore {
  const { kysely } = database;
  return {
    create: creatorIn(database),
    async list({ teamId, isActive, ...page }, reach) {
      const { where, order } = narrowed(page, listed);
      let query = kysely.selectFrom("users").selectAll().select(spent).where(isService).where(isWithin(reach, owners));
      if (isActive !== undefined) query = query.where("is_active", "=", toBit(isActive));
      if (teamId !== undefined) query = query.where("team_id", "=", teamId);
      return (await query.where(where).orderBy(order).limit(page.limit).execute()).map(toRow);
    },
    async find(id, reach) {
      const query = kysely.selectFrom("users").selectAll().select(spent).where("id", "=", id).where(isService);
      const row = await query.where(isWithin(reach, owners)).executeTakeFirst();
      return row && toRow(row);
    },
    update: updaterIn(database),
    remove: removerIn(database),
    async ofTeam(teamId, limits) {
      const known = kysely.selectFrom("users").select("id").where("team_id", "=", teamId).where("kind", "=", "team");
      const before = await known.executeTakeFirst();
      if (before !== undefined) return before.id;
      const { name } = await kysely
        .selectFrom("teams")
        .select("name")
        .where("id", "=", teamId)
        .executeTakeFirstOrThrow();
      const account = { teamId, name, limits, budgetNanos: null };
      const insertion = kysely.insertInto("users").values(valuesOf(account, "team", database.now()));
      await insertion.onConflict((conflict) => conflict.doNothing()).execute();
      return (await known.executeTakeFirstOrThrow()).id;
    },
  };
}

function valuesOf(account: NewServiceAccount, kind: "service_account" | "team", now: number) {
  const id = newId(now);
  // No address that anybody could have: nobody signs in by it.
  const nobodys = { email: `${kind}:${id}`, password_hash: null, role: kind, is_active: 1 };
  const own = { username: account.name, team_id: account.teamId, kind };
  const bounds = { rate_limit: JSON.stringify(account.limits), budget_limit: account.budgetNanos, budgets: "[]" };
  return { id, ...nobodys, ...own, ...bounds, created_at: now, updated_at: now };
}

function creatorIn(database: Database): ServiceAccountStore["create"] {
  const record = recorderIn(database);
  return (account) => {
    const values = valuesOf(account, "service_account", database.now());
    const insert = async (transaction: Kysely<Tables>): Promise<ServiceAccountRow> => {
      const insertion = transaction.insertInto("users").values(values).returningAll().returning(spent);
      const row = await insertion.executeTakeFirstOrThrow();
      await record(transaction, created("users", [row]));
      return toRow(row);
    };
    return change(database, naming, () => database.kysely.transaction().execute(insert));
  };
}

function updaterIn(database: Database): ServiceAccountStore["update"] {
  const record = recorderIn(database);
  return (id, given, reach) => {
    const values = { ...definedOnly(toChangedColumns(given)), updated_at: database.now() };
    const update = async (transaction: Kysely<Tables>): Promise<ServiceAccountRow | undefined> => {
      const rows = transaction.updateTable("users").where("id", "=", id).where(isService);
      const own = rows.where(isWithin(reach, owners));
      const before = await own.set(asItIs).returningAll().executeTakeFirst();
      const after = await own.set(values).returningAll().returning(spent).executeTakeFirst();
      if (before === undefined || after === undefined) return undefined;
      await record(transaction, changed("users", before, after));
      return toRow(after);
    };
    return change(database, naming, () => database.kysely.transaction().execute(update));
  };
}

function removerIn(database: Database): ServiceAccountStore["remove"] {
  const record = recorderIn(database);
  return (id, reach) =>
    database.kysely.transaction().execute(async (transaction) => {
      // Usage is added to many keys at once, and here many are removed: each could wait for the other.
      await database.engine.lockUsage(transaction);
      const own = transaction.selectFrom("users").select("id").where("id", "=", id).where(isService);
      if ((await own.where(isWithin(reach, owners)).executeTakeFirst()) === undefined) return false;
      // With the account they would go, too, but untold.
      const keys = await transaction.deleteFrom("api_keys").where("user_id", "=", id).returningAll().execute();
      const accounts = await transaction.deleteFrom("users").where("id", "=", id).returningAll().execute();
      await record(transaction, [...removed("users", accounts), ...removed("api_keys", keys)]);
      return true;
    });
}

function toChangedColumns({ name, isActive, limits, budgetNanos }: ServiceAccountChange) {
  return {
    username: name,
    is_active: isActive === undefined ? undefined : toBit(isActive),
    rate_limit: limits && JSON.stringify(limits),
    budget_limit: budgetNanos,
  };
}

function toRow(row: Selectable<UsersTable> & { readonly spent: number }): ServiceAccountRow {
  if (row.team_id === null) throw new Error(`The service account ${row.id} has no team`);
  return {
    id: row.id,
    teamId: row.team_id,
    name: row.username,
    isActive: row.is_active === 1,
    limits: parseRateLimits(row.rate_limit),
    budgetNanos: row.budget_limit,
    spentNanos: row.spent,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
