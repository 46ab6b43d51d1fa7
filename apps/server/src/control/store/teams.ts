import { GhostError, newId } from "@ghostllm/contract";
import { sql, type Kysely, type RawBuilder, type Selectable } from "kysely";
import type { Reach } from "#domain/access/may.ts";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import { changed, created, removed } from "#control/store/audit/row-changes.ts";
import {
  asItIs,
  definedOnly,
  parseBudgets,
  parseModels,
  parsePrivacy,
  parsePromptPolicy,
  parseRateLimits,
  toBit,
  writePrivacy,
} from "./columns.ts";
import { change, type Database, type Naming } from "./database.ts";
import { membersIn } from "./members.ts";
import { narrowed } from "./named-list.ts";
import { isWithin } from "./reach.ts";
import { spentColumn } from "./spend.ts";
import type { NewTeam, TeamChange, TeamQuery, TeamRow, TeamStore } from "./team-store.ts";
import type { Tables } from "./tables.ts";
import type { TeamsTable } from "./team-tables.ts";

const naming: Naming = { object: "team", parent: { object: "organisation", column: "organisation_id" } };
const spent = spentColumn("team");
const listed = { id: "id", searched: ["name"], orders: { name: { text: "name" } } };
const members = sql<number>`(select cast(count(*) as bigint) from team_members where team_id = teams.id)`.as("members");
const workingKeys =
  sql<number>`(select cast(count(*) as bigint) from api_keys where team_id = teams.id and is_active = 1)`.as("keys");
const told = [spent, members, workingKeys] as const;
const owners = {
  ...{ team: "id", organisation: "organisation_id" },
  user: (ids: RawBuilder<unknown>) => sql<boolean>`id in (select team_id from team_members where user_id in (${ids}))`,
};

export function teamsIn(database: Database): TeamStore {
  const { kysely } = database;
  const record = recorderIn(database);
  return {
    async create(team) {
      const now = database.now();
      const values = { ...toColumns(team), id: newId(now), created_at: now, updated_at: now };
      const insert = async (transaction: Kysely<Tables>): Promise<TeamRow> => {
        const insertion = transaction.insertInto("teams").values(values).returningAll().returning(told);
        const row = await insertion.executeTakeFirstOrThrow();
        await record(transaction, created("teams", [row]));
        return toRow(row);
      };
      return change(database, naming, () => kysely.transaction().execute(insert));
    },
    list: (query, reach) => list(database, query, reach),
    async find(id, reach) {
      const query = kysely.selectFrom("teams").selectAll().select(told).where("id", "=", id);
      const row = await query.where(isWithin(reach, owners)).executeTakeFirst();
      return row && toRow(row);
    },
    async update(id, given, reach) {
      const values = { ...definedOnly(toChangedColumns(given)), updated_at: database.now() };
      const update = async (transaction: Kysely<Tables>): Promise<TeamRow | undefined> => {
        const rows = transaction.updateTable("teams").where("id", "=", id).where(isWithin(reach, owners));
        const before = await rows.set(asItIs).returningAll().executeTakeFirst();
        const after = await rows.set(values).returningAll().returning(told).executeTakeFirst();
        if (before === undefined || after === undefined) return undefined;
        await record(transaction, changed("teams", before, after));
        return toRow(after);
      };
      return change(database, naming, () => kysely.transaction().execute(update));
    },
    remove: (id, reach) =>
      kysely.transaction().execute(async (transaction) => {
        // Usage is added to many keys at once, and here many lose their team: each could wait for the other.
        await database.engine.lockUsage(transaction);
        return remove(database, transaction, id, reach);
      }),
    ...membersIn(database),
  };
}

async function list({ kysely }: Database, { organisationId, userId, ...page }: TeamQuery, reach: Reach) {
  const { where, order } = narrowed(page, listed);
  let query = kysely.selectFrom("teams").selectAll().select(told).where(isWithin(reach, owners));
  if (organisationId !== undefined) query = query.where("organisation_id", "=", organisationId);
  if (userId !== undefined)
    query = query.where(sql<boolean>`id in (select team_id from team_members where user_id = ${userId})`);
  return (await query.where(where).orderBy(order).limit(page.limit).execute()).map(toRow);
}

async function remove(database: Database, transaction: Kysely<Tables>, id: string, reach: Reach): Promise<boolean> {
  const isThere = transaction.selectFrom("teams").select("id").where("id", "=", id).where(isWithin(reach, owners));
  if ((await isThere.executeTakeFirst()) === undefined) return false;
  const keys = transaction.selectFrom("api_keys").select("public_id").where("team_id", "=", id);
  const working = await keys.where("is_active", "=", 1).orderBy("id").executeTakeFirst();
  if (working !== undefined)
    throw new GhostError("conflict", `Keys of the team work, such as ${working.public_id}: revoke those first.`);
  // With the team they would go, too, but untold.
  const aliases = await transaction.deleteFrom("aliases").where("team_id", "=", id).returningAll().execute();
  const rows = await transaction.deleteFrom("teams").where("id", "=", id).returningAll().execute();
  await recorderIn(database)(transaction, [...removed("teams", rows), ...removed("aliases", aliases)]);
  return rows.length > 0;
}

function toColumns({
  organisationId,
  name,
  models,
  membersMakeKeys,
  limits,
  budgetNanos,
  budgets = [],
  privacy = null,
  storePrompts = "nothing",
}: NewTeam) {
  return {
    members_make_keys: toBit(membersMakeKeys),
    ...{ organisation_id: organisationId, name, models: JSON.stringify(models) },
    ...{ rate_limit: JSON.stringify(limits), budget_limit: budgetNanos, budgets: JSON.stringify(budgets) },
    ...{ privacy: writePrivacy(privacy), store_prompts: storePrompts },
  };
}

function toChangedColumns({
  name,
  models,
  membersMakeKeys,
  limits,
  budgetNanos,
  budgets,
  privacy,
  storePrompts,
}: TeamChange) {
  return {
    store_prompts: storePrompts,
    members_make_keys: membersMakeKeys === undefined ? undefined : toBit(membersMakeKeys),
    name,
    models: models === undefined ? undefined : JSON.stringify(models),
    rate_limit: limits && JSON.stringify(limits),
    budget_limit: budgetNanos,
    budgets: budgets && JSON.stringify(budgets),
    privacy: privacy === undefined ? undefined : writePrivacy(privacy),
  };
}

function toRow(row: Selectable<TeamsTable> & Readonly<Record<"spent" | "members" | "keys", number>>): TeamRow {
  return {
    id: row.id,
    organisationId: row.organisation_id,
    name: row.name,
    models: parseModels(row.models),
    limits: parseRateLimits(row.rate_limit),
    budgetNanos: row.budget_limit,
    budgets: parseBudgets(row.budgets),
    spentNanos: row.spent,
    privacy: parsePrivacy(row.privacy),
    storePrompts: parsePromptPolicy(row.store_prompts) ?? "nothing",
    members: row.members,
    keys: row.keys,
    membersMakeKeys: row.members_make_keys === 1,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
