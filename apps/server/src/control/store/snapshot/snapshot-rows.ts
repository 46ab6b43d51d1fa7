// Users and keys as snapshots show them: of many rows the few columns that matter. Most have the same few limits and permissions, so
// that each of these is read once, and is one object.

import { setImmediate as yieldToEventLoop } from "node:timers/promises";
import {
  parseBudgets,
  parseModels,
  parsePermissions,
  parsePrivacy,
  parsePromptPolicy,
  parseRateLimits,
} from "#control/store/columns.ts";
import type { Database } from "#control/store/database.ts";
import { grantsOf } from "#control/store/roles.ts";
import { changesIn, forgettingIn } from "./changes.ts";
import type { LimitedRow, SnapshotStore, WorkingKeyRow } from "./snapshot-store.ts";

/** Rows in a statement, which the event loop reads in a few milliseconds. */
const pageSize = 1_000;
/** Texts that are remembered; a store in which every key has limits of its own must not fill the memory twice. */
const mostRemembered = 10_000;

export function snapshotIn(database: Database): SnapshotStore {
  return {
    users: usersIn(database),
    teams: teamsIn(database),
    organisations: organisationsIn(database),
    workingKeys: workingKeysIn(database),
    changes: changesIn(database),
    forgetChanges: forgettingIn(database),
  };
}

function usersIn({ kysely }: Database): SnapshotStore["users"] {
  const readLimits = remembering(parseRateLimits);
  const readPrivacy = remembering(parsePrivacy);
  return async (ids) => {
    // Of all users of a role the grants are one object.
    const grants = new Map(
      (await kysely.selectFrom("roles").selectAll().execute()).map((row) => [row.name, row.grants]),
    );
    const readGrants = remembering((role) => grantsOf({ role, grants: grants.get(role) ?? null }));
    const query = kysely
      .selectFrom("users")
      .select(["id", "role", "email", "kind", "rate_limit", "budget_limit", "is_active", "budgets", "privacy"])
      .limit(pageSize);
    const rows = await readPages(ids, {
      named: (page) => query.where("id", "in", page).execute(),
      after: (id) => query.where("id", ">", id).orderBy("id").execute(),
      last: ({ id }) => id,
    });
    return rows.map((row) => ({
      ...{ id: row.id, grants: readGrants(row.role), isActive: row.is_active === 1 },
      ...(row.kind === "person" && { email: row.email }),
      ...{ limits: readLimits(row.rate_limit), budgetNanos: row.budget_limit, ...budgetsOf(row.budgets) },
      privacy: row.privacy === null ? null : readPrivacy(row.privacy),
    }));
  };
}

function teamsIn({ kysely }: Database): SnapshotStore["teams"] {
  const readLimits = remembering(parseRateLimits);
  return async (ids) => {
    const columns = ["id", "organisation_id", "models", "rate_limit", "budget_limit", "budgets", "privacy"] as const;
    const query = kysely.selectFrom("teams").select(columns).select("store_prompts").limit(pageSize);
    const rows = await readPages(ids, {
      named: (page) => query.where("id", "in", page).execute(),
      after: (id) => query.where("id", ">", id).orderBy("id").execute(),
      last: ({ id }) => id,
    });
    return rows.map(({ id, organisation_id: organisationId, models, rate_limit, budget_limit, ...row }) => ({
      ...{ id, organisationId, models: parseModels(models) },
      ...{ limits: readLimits(rate_limit), budgetNanos: budget_limit, ...budgetsOf(row.budgets) },
      ...{ privacy: parsePrivacy(row.privacy), ...storingOf(row.store_prompts) },
    }));
  };
}

function organisationsIn({ kysely }: Database): SnapshotStore["organisations"] {
  return async (ids) => {
    const query = kysely
      .selectFrom("organisations")
      .select(["id", "rate_limit", "budget_limit", "budgets", "privacy"])
      .limit(pageSize);
    const rows = await readPages(ids, {
      named: (page) => query.where("id", "in", page).execute(),
      after: (id) => query.where("id", ">", id).orderBy("id").execute(),
      last: ({ id }) => id,
    });
    return rows.map(({ id, rate_limit, budget_limit, budgets, privacy }) => {
      const bounds = { limits: parseRateLimits(rate_limit), budgetNanos: budget_limit, ...budgetsOf(budgets) };
      return { id, ...bounds, privacy: parsePrivacy(privacy) };
    });
  };
}

function workingKeysIn({ kysely }: Database): SnapshotStore["workingKeys"] {
  const readLimits = remembering(parseRateLimits);
  const readPermissions = remembering(parsePermissions);
  const readPrivacy = remembering(parsePrivacy);
  return async (hashes) => {
    const query = kysely
      .selectFrom("api_keys")
      .select(["id", "key_hash", "public_id", "user_id", "team_id", "permissions"])
      .select(["rate_limit", "budget_limit", "expires_at", "privacy", "store_prompts"])
      // Not a condition: PostgreSQL could take an index of it in place of the one that pages go by, and sort all keys for each page.
      .select(["is_active", "budgets", "previous_key_hash", "previous_public_id", "previous_until"])
      .limit(pageSize);
    const rows = await readPages(hashes, {
      named: (page) =>
        query.where((key) => key.or([key("key_hash", "in", page), key("previous_key_hash", "in", page)])).execute(),
      after: (id) => query.where("id", ">", id).orderBy("id").execute(),
      last: ({ id }) => id,
    });
    const working = rows.filter((row) => row.is_active === 1);
    return working.flatMap((row) => {
      const key: WorkingKeyRow = {
        ...{ id: row.id, keyHash: row.key_hash, publicId: row.public_id, userId: row.user_id, teamId: row.team_id },
        ...{ permissions: readPermissions(row.permissions), limits: readLimits(row.rate_limit) },
        ...{ budgetNanos: row.budget_limit, ...budgetsOf(row.budgets), expiresAt: row.expires_at },
        privacy: row.privacy === null ? null : readPrivacy(row.privacy),
        ...storingOf(row.store_prompts),
      };
      return [key, ...previousOf(key, row)];
    });
  };
}

interface Rotated {
  readonly previous_key_hash: string | null;
  readonly previous_public_id: string | null;
  readonly previous_until: number | null;
}

/** The same key by the secret that it had before, which ends sooner. */
function previousOf(key: WorkingKeyRow, row: Rotated): readonly WorkingKeyRow[] {
  const { previous_key_hash: keyHash, previous_public_id: publicId, previous_until: until } = row;
  if (keyHash === null || publicId === null || until === null) return [];
  return [{ ...key, keyHash, publicId, expiresAt: Math.min(until, key.expiresAt ?? Infinity) }];
}

function budgetsOf(text: string): Pick<LimitedRow, "budgets"> {
  const budgets = parseBudgets(text);
  return budgets.length === 0 ? {} : { budgets };
}

/** Most say nothing of it. */
function storingOf(text: string | null): Pick<LimitedRow, "storePrompts"> {
  const storePrompts = parsePromptPolicy(text);
  return storePrompts === null ? {} : { storePrompts };
}

interface Pages<Row> {
  named(names: readonly string[]): Promise<Row[]>;
  after(id: string): Promise<Row[]>;
  last(row: Row): string;
}

async function readPages<Row>(names: readonly string[] | undefined, pages: Pages<Row>): Promise<readonly Row[]> {
  const rows: Row[] = [];
  if (names !== undefined) {
    for (let at = 0; at < names.length; at += pageSize)
      rows.push(...(await pages.named(names.slice(at, at + pageSize))));
    return rows;
  }
  for (let after = ""; ; await yieldToEventLoop()) {
    const page = await pages.after(after);
    rows.push(...page);
    const last = page.at(-1);
    if (page.length < pageSize || last === undefined) return rows;
    after = pages.last(last);
  }
}

function remembering<Value>(parse: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, Value>();
  return (text) => {
    const value = known.get(text) ?? parse(text);
    if (known.size < mostRemembered) known.set(text, value);
    return value;
  };
}
