import { GhostError, newId } from "@ghostllm/contract";
import type { Kysely, Selectable } from "kysely";
import type { Reach } from "#domain/access/may.ts";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import { changed, created, removed } from "#control/store/audit/row-changes.ts";
import { asItIs, definedOnly, parseBudgets, parsePrivacy, parseRateLimits, writePrivacy } from "./columns.ts";
import { change, type Database, type Naming } from "./database.ts";
import { narrowed } from "./named-list.ts";
import { isWithin } from "./reach.ts";
import { spentColumn } from "./spend.ts";
import type { OrganisationChange, OrganisationRow, OrganisationStore } from "./team-store.ts";
import type { Tables } from "./tables.ts";
import type { OrganisationsTable } from "./team-tables.ts";

const naming: Naming = { object: "organisation" };
const spent = spentColumn("organisation");
const owners = { organisation: "id" };
const listed = { id: "id", searched: ["name"], orders: { name: { text: "name" } } };

export function organisationsIn(database: Database): OrganisationStore {
  const { kysely } = database;
  const record = recorderIn(database);
  const find: OrganisationStore["find"] = async (id, reach) => {
    const query = kysely.selectFrom("organisations").selectAll().select(spent).where("id", "=", id);
    const row = await query.where(isWithin(reach, owners)).executeTakeFirst();
    return row && toRow(row);
  };
  return {
    find,
    async create({ name, limits, budgetNanos, budgets = [], privacy = null }) {
      const now = database.now();
      const bounds = { rate_limit: JSON.stringify(limits), budget_limit: budgetNanos };
      const columns = { name, ...bounds, budgets: JSON.stringify(budgets) };
      const values = { ...columns, privacy: writePrivacy(privacy), id: newId(now), created_at: now, updated_at: now };
      const insert = async (transaction: Kysely<Tables>): Promise<OrganisationRow> => {
        const insertion = transaction.insertInto("organisations").values(values).returningAll().returning(spent);
        const row = await insertion.executeTakeFirstOrThrow();
        await record(transaction, created("organisations", [row]));
        return toRow(row);
      };
      return change(database, naming, () => kysely.transaction().execute(insert));
    },
    async list(page, reach) {
      const { where, order } = narrowed(page, listed);
      const query = kysely.selectFrom("organisations").selectAll().select(spent).where(isWithin(reach, owners));
      return (await query.where(where).orderBy(order).limit(page.limit).execute()).map(toRow);
    },
    async update(id, given, reach) {
      const values = { ...definedOnly(toChangedColumns(given)), updated_at: database.now() };
      const update = async (transaction: Kysely<Tables>): Promise<OrganisationRow | undefined> => {
        const rows = transaction.updateTable("organisations").where("id", "=", id).where(isWithin(reach, owners));
        const before = await rows.set(asItIs).returningAll().executeTakeFirst();
        const after = await rows.set(values).returningAll().returning(spent).executeTakeFirst();
        if (before === undefined || after === undefined) return undefined;
        await record(transaction, changed("organisations", before, after));
        return toRow(after);
      };
      return change(database, naming, () => kysely.transaction().execute(update));
    },
    remove: (id, reach) => kysely.transaction().execute((transaction) => remove(database, transaction, id, reach)),
  };
}

async function remove(database: Database, transaction: Kysely<Tables>, id: string, reach: Reach): Promise<boolean> {
  const own = transaction.selectFrom("organisations").select("id").where("id", "=", id).where(isWithin(reach, owners));
  if ((await own.executeTakeFirst()) === undefined) return false;
  const teams = transaction.selectFrom("teams").select("name").where("organisation_id", "=", id);
  const team = await teams.orderBy("id").executeTakeFirst();
  if (team !== undefined)
    throw new GhostError("conflict", `The organisation has teams, such as ${team.name}: delete those first.`);
  const rows = await transaction.deleteFrom("organisations").where("id", "=", id).returningAll().execute();
  await recorderIn(database)(transaction, removed("organisations", rows));
  return rows.length > 0;
}

function toChangedColumns({ name, limits, budgetNanos, budgets, privacy }: OrganisationChange) {
  const bounds = { rate_limit: limits && JSON.stringify(limits), budget_limit: budgetNanos };
  const policy = { privacy: privacy === undefined ? undefined : writePrivacy(privacy) };
  return { name, ...bounds, ...policy, budgets: budgets && JSON.stringify(budgets) };
}

function toRow(row: Selectable<OrganisationsTable> & { readonly spent: number }): OrganisationRow {
  return {
    id: row.id,
    name: row.name,
    limits: parseRateLimits(row.rate_limit),
    budgetNanos: row.budget_limit,
    budgets: parseBudgets(row.budgets),
    spentNanos: row.spent,
    privacy: parsePrivacy(row.privacy),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
