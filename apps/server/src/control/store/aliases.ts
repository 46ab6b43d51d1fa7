import { GhostError, newId } from "@ghostllm/contract";
import { sql, type Kysely, type RawBuilder, type Selectable } from "kysely";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import { changed, created, removed } from "#control/store/audit/row-changes.ts";
import { reachesNothing, type Reach } from "#domain/access/may.ts";
import { twinOf } from "#domain/model-names.ts";
import { asItIs, definedOnly, parseAliasPolicy, parseCache, parseStrategy, parseTargets } from "./columns.ts";
import { newHeldColumns, toCacheColumn, toHeld, toHeldColumns, toPolicyColumn } from "./columns.ts";
import { change, type Database, type Naming } from "./database.ts";
import { isWithin } from "./reach.ts";
import type { AliasChange, AliasRow, Store } from "./store.ts";
import type { AliasesTable } from "./alias-tables.ts";
import type { Tables } from "./tables.ts";

const naming: Naming = { object: "alias", parent: { object: "team", column: "team_id" } };

/** Whose they are. Everybody's are for whoever reaches all. */
const owners = { team: "team_id" };
/** Who is in a team sees those of it. */
const seers = {
  ...owners,
  user: (ids: RawBuilder<unknown>) =>
    sql<boolean>`team_id in (select own.team_id from team_members own where own.user_id in (${ids}))`,
};

/** Everybody's are seen by whoever sees any. */
function isSeen(reach: Reach): RawBuilder<boolean> {
  const within = isWithin(reach, seers);
  return reachesNothing(reach) ? within : sql<boolean>`(team_id is null or ${within})`;
}

export function aliasesIn(database: Database): Store["aliases"] {
  const { kysely } = database;
  const record = recorderIn(database);
  return {
    async create({ name, strategy, targets, teamId = null, policy = null, cache = null, ...held }) {
      const now = database.now();
      const named = { team_id: teamId, name, strategy, targets: JSON.stringify(targets) };
      const said = { policy: toPolicyColumn(policy) ?? null, cache: toCacheColumn(cache) ?? null };
      const values = { ...named, ...said, ...newHeldColumns(held) };
      const stored = { ...values, id: newId(now), created_at: now, updated_at: now };
      const insert = async (transaction: Kysely<Tables>): Promise<AliasRow> => {
        await database.engine.lockAliasNames(transaction);
        await keepNamesApart(transaction, stored);
        const insertion = transaction.insertInto("aliases").values(stored).returningAll();
        const row = await insertion.executeTakeFirstOrThrow();
        await record(transaction, created("aliases", [row]));
        return toRow(row);
      };
      return change(database, naming, () => kysely.transaction().execute(insert));
    },
    async list(ids, reach) {
      const all = kysely.selectFrom("aliases").selectAll().where(isSeen(reach)).orderBy("id");
      return (await (ids === null ? all : all.where("id", "in", ids)).execute()).map(toRow);
    },
    async find(id, reach) {
      const query = kysely.selectFrom("aliases").selectAll().where("id", "=", id);
      const row = await query.where(isSeen(reach)).executeTakeFirst();
      return row && toRow(row);
    },
    update: updaterIn(database),
    async remove(id, reach) {
      return kysely.transaction().execute(async (transaction) => {
        const own = transaction.deleteFrom("aliases").where("id", "=", id).where(isWithin(reach, owners));
        const rows = await own.returningAll().execute();
        await record(transaction, removed("aliases", rows));
        return rows.length > 0;
      });
    },
  };
}

function updaterIn(database: Database): Store["aliases"]["update"] {
  const record = recorderIn(database);
  return (id, given, reach) => {
    const values = { ...definedOnly(toChangedColumns(given)), updated_at: database.now() };
    const update = async (transaction: Kysely<Tables>): Promise<AliasRow | undefined> => {
      const isNamedAnew = values.name !== undefined || values.team_id !== undefined;
      // Before the row is held: whoever makes an alias waits for no row with it.
      if (isNamedAnew) await database.engine.lockAliasNames(transaction);
      const row = transaction.updateTable("aliases").where("id", "=", id);
      const before = await row.where(isWithin(reach, owners)).set(asItIs).returningAll().executeTakeFirst();
      if (before === undefined) return undefined;
      if (isNamedAnew) await keepNamesApart(transaction, { ...before, ...values });
      const after = await row.set(values).returningAll().executeTakeFirstOrThrow();
      await record(transaction, changed("aliases", before, after));
      return toRow(after);
    };
    return change(database, naming, () => database.kysely.transaction().execute(update));
  };
}

function toChangedColumns({ teamId, name, strategy, targets, policy, cache, ...held }: AliasChange) {
  const named = { team_id: teamId, name, strategy, targets: targets && JSON.stringify(targets) };
  return { ...named, policy: toPolicyColumn(policy), cache: toCacheColumn(cache), ...toHeldColumns(held) };
}

/**
 * To be asked with the lock of names. No name leads a key of a team elsewhere than all others: what is everybody's, in either spelling, is no team's. Of one team, and of
 * everybody's, the table's own constraint sees to it.
 */
async function keepNamesApart(
  transaction: Kysely<Tables>,
  { id, name, team_id: teamId }: Pick<Selectable<AliasesTable>, "id" | "name" | "team_id">,
): Promise<void> {
  const named = transaction
    .selectFrom("aliases")
    .select("id")
    .where("name", "in", [name, twinOf(name) ?? name]);
  const onOtherSide = named.where("id", "!=", id).where("team_id", teamId === null ? "is not" : "is", null);
  if ((await onOtherSide.limit(1).execute()).length === 0) return;
  const message =
    teamId === null
      ? "A team has an alias of this name, which its keys would find no more."
      : "There is already an alias of everybody's with this name.";
  throw new GhostError("conflict", message, { param: "name" });
}

function toRow(row: Selectable<AliasesTable>): AliasRow {
  return {
    id: row.id,
    teamId: row.team_id,
    name: row.name,
    strategy: parseStrategy(row.strategy),
    targets: parseTargets(row.targets),
    cache: parseCache(row.cache),
    policy: parseAliasPolicy(row.policy),
    ...toHeld(row),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
