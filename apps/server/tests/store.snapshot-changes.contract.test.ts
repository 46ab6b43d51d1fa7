// What one instance changes is in force at every other that shares the database, by way of the changes that the store writes down.

import { createHash } from "node:crypto";
import { providers as definitions } from "@ghostllm/llm";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SnapshotSource } from "#control/snapshot/snapshot-source.ts";
import { migrateStore, openStore, type OpenStore } from "#control/store/open-store.ts";
import { watchedTables } from "#control/store/snapshot/snapshot-store.ts";
import type { Snapshot } from "#domain/snapshot.ts";
import type { SnapshotChange } from "#domain/snapshot/parts.ts";
import { FollowedSnapshots } from "#domain/snapshot/followed-snapshots.ts";
import { slowdown } from "../../../tests/support/slowdown.ts";
import { makeGuardrailRow } from "./store-support/guardrails.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { createFaultyLink } from "./store-support/faulty-link.ts";
import { addManyKeys } from "./store-support/many-keys.ts";
import { newKey, newUser, silentLog } from "./store-support/open.ts";
import { changeAtRandom } from "./store-support/random-changes.ts";
import { newModel, newProvider, snapshotsOf, told } from "./store-support/snapshots.ts";

/** What a snapshot shows nothing of. A new column is either watched by the triggers of migration 17 or its successors, or stands here. */
const unwatchedColumns: Readonly<Record<string, readonly string[]>> = {
  users: ["username", "password_hash", "kind", "team_id", "created_at", "updated_at"],
  organisations: ["name", "created_at", "updated_at"],
  teams: ["name", "members_make_keys", "created_at", "updated_at"],
  // What is of the secret of before is noted where there is one.
  api_keys: [
    ...["id", "name", "tags", "last_used_at", "created_at"],
    ...["previous_key_hash", "previous_public_id", "previous_until"],
  ],
};

/** Tables that no snapshot is made of. A new table is either watched or stands here. A changed role is a change of its users. */
const unwatchedTables = new Set([
  ...[
    "usage_hourly_models",
    "usage_hourly_teams",
    "usage_days",
    "usage_days_models",
    "usage_days_owners",
    "usage_days_tenants",
    "usage_days_organisations",
    "usage_days_teams",
    "usage_days_users",
    "usage_days_keys",
    "usage_days_progress",
  ],
  ...["request_contents", "content_keys", "chat_sessions", "messages", "chat_attachments", "message_attachments"],
  ...["usage_hourly", "spend", "settings", "stored_objects", "sessions", "views", "leases", "instances"],
  ...["sign_in_methods", "user_identities", "session_grants", "second_factors", "recovery_codes"],
  ...["password_links", "passkeys", "used_challenges"],
  "idempotency_keys",
  "object_versions",
  ...["scim_tokens", "directory_users", "directory_groups", "directory_members"],
  ...["roles", "team_members", "outbox", "outbox_head", "event_sinks", "webhooks", "webhook_deliveries"],
  ...["audit_log", "audit_head", "erasures", "consent_requests", "reports", "report_runs"],
  ...[
    "acme_accounts",
    "acme_challenges",
    "certificates",
    "backup_runs",
    "carried_spend",
    "carried_usage",
    "declared_objects",
  ],
  ...["schema_migrations", "snapshot_changes", "snapshot_changes_forgotten"],
]);

const noLimits = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: null };

/** What only one engine has to show is no test of the others: one that is left out for want of something is a failure in CI. */
type Test = (name: string, run: () => Promise<void>) => void;
const noTest: Test = () => {};

describe.each(availableEngines())("changes of snapshots on $name", (engine) => {
  const onSqlite: Test = engine.name === "sqlite" ? it : noTest;
  const onPostgres: Test = engine.name === "postgres" ? it : noTest;
  let database: TestDatabase;
  let here: OpenStore;
  let there: OpenStore;
  let source: SnapshotSource;
  let serial = 0;
  const unique = (): string => `${(serial += 1)}`;

  beforeEach(async () => {
    database = await engine.create();
    here = await openStore({ ...database, log: silentLog });
    await migrateStore(here);
    there = await openStore({ ...database, log: silentLog });
    source = snapshotsOf(there);
  });

  afterEach(async () => {
    await source.close();
    await Promise.all([here.close(), there.close()]);
    await database.dispose();
  });

  async function addKey(change: { readonly teamId?: string } = {}) {
    const user = await here.users.create(newUser(`${unique()}@example.com`));
    const keyHash = createHash("sha256").update(unique()).digest("hex");
    const key = await here.apiKeys.create(newKey(user, unique(), { keyHash, ...change }));
    return { user, key, principal: () => source.current().keys.get(keyHash) };
  }

  /** At an instance that nobody tells of it. */
  async function inForceWithinASecond(change: () => Promise<unknown>, isInForce: (snapshot: Snapshot) => boolean) {
    await change();
    const startedAt = performance.now();
    while (!isInForce(source.current())) {
      if (performance.now() - startedAt > 20_000) throw new Error("It is not in force after 20 s");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return performance.now() - startedAt;
  }

  it("puts a revoked key, a budget, a role, aliases and a disabled provider in force elsewhere within a second", async () => {
    const { user, key, principal } = await addKey();
    const provider = await here.providers.create(await newProvider("openai"));
    await here.models.add([newModel(provider.id, "gpt-4o")]);
    const teamOf = { organisationId: null, models: null, limits: noLimits, budgetNanos: null, membersMakeKeys: false };
    const { id: teamId } = await here.teams.create({ name: "Research", ...teamOf });
    await source.catchUp();
    source.startFollowing();
    const targets = [{ provider: "openai", model: "gpt-4o", weight: 1 }];
    const took = [
      await inForceWithinASecond(
        () => here.apiKeys.update(key.id, { budgetNanos: 5 }, "all"),
        () => principal()?.scopes[0]?.budgetNanos === 5,
      ),
      await inForceWithinASecond(
        () => here.users.update(user.id, { role: "admin", budgetNanos: 7 }),
        () => principal()?.grants["users.update"] === "all" && principal()?.scopes[1]?.budgetNanos === 7,
      ),
      await inForceWithinASecond(
        () => here.aliases.create({ name: "fast", strategy: "ordered", targets }),
        ({ aliases }) => aliases.get("fast")?.targets.length === 1,
      ),
      await inForceWithinASecond(
        () => here.aliases.create({ name: "slow", strategy: "ordered", targets, teamId }),
        ({ aliases, teamAliases }) => teamAliases.get(teamId)?.get("slow") !== undefined && !aliases.has("slow"),
      ),
      await inForceWithinASecond(
        () => here.providers.update(provider.id, { enabled: false }),
        ({ providers, models }) => !providers.has("openai") && !models.has("gpt-4o"),
      ),
      await inForceWithinASecond(
        () => here.apiKeys.update(key.id, { isActive: false }, "all"),
        () => principal() === undefined,
      ),
    ];
    // A machine that does other work is slow: the middle one tells how it is.
    expect(took.toSorted((one, other) => one - other)[3]).toBeLessThan(1_000 * slowdown());
  });

  it("puts a privacy policy in force elsewhere, of a key as of its user", async () => {
    const { user, key, principal } = await addKey();
    await source.catchUp();
    const policy = { classes: { email: "mask" }, patterns: [], unreadable: "allow" } as const;
    await here.users.update(user.id, { privacy: policy });
    await source.catchUp();
    expect(principal()?.privacy).toEqual(policy);
    await here.apiKeys.update(key.id, { privacy: { ...policy, unreadable: "refuse" } }, "all");
    await source.catchUp();
    expect(principal()?.privacy).toMatchObject({ classes: { email: "mask" }, unreadable: "refuse" });
    await here.users.update(user.id, { privacy: null });
    await here.apiKeys.update(key.id, { privacy: null }, "all");
    await source.catchUp();
    expect(principal()?.privacy).toBeNull();
  });

  it("puts in force elsewhere what is stored of prompts, of a key before its team", async () => {
    const team = await here.teams.create({
      ...{ organisationId: null, name: "t", models: null, membersMakeKeys: false },
      ...{ limits: noLimits, budgetNanos: null },
    });
    const { key, principal } = await addKey({ teamId: team.id });
    await source.catchUp();
    expect(principal()?.storePrompts).toBeNull();
    const then = async (change: Promise<unknown>) => {
      await change;
      await source.catchUp();
      return principal()?.storePrompts;
    };
    expect(await then(here.teams.update(team.id, { storePrompts: "request" }, "all"))).toBe("request");
    expect(await then(here.apiKeys.update(key.id, { storePrompts: "request_and_answer" }, "all"))).toBe(
      "request_and_answer",
    );
    expect(await then(here.apiKeys.update(key.id, { storePrompts: "nothing" }, "all"))).toBeNull();
    expect(await then(here.apiKeys.update(key.id, { storePrompts: null }, "all"))).toBe("request");
    expect(await then(here.teams.update(team.id, { storePrompts: "nothing" }, "all"))).toBeNull();
  });

  it("reads nothing but what has changed, and nothing twice", async () => {
    const { user, key } = await addKey();
    await addKey();
    await source.catchUp();
    const changes: object[] = [];
    source.onChange((change) => void changes.push(change));
    await here.apiKeys.update(key.id, { expiresAt: 9 }, "all");
    await source.catchUp();
    await source.catchUp();
    const none = { set: [], gone: [] };
    const set = [expect.objectContaining({ id: key.id, expiresAt: 9 })];
    const people = { users: none, teams: none, organisations: none };
    const rest = { ...people, providers: none, models: none, aliases: none, consentPolicies: none, guardrails: none };
    expect(changes).toEqual([{ ...rest, keys: { set, gone: [] } }]);
    await here.users.remove(user.id);
    await source.catchUp();
    expect(changes.slice(1)).toEqual([
      { ...rest, users: { set: [], gone: [user.id] }, keys: { set: [], gone: [key.keyHash] } },
    ]);
  });

  it("takes in a changed role by the users who have it, and by nobody else", async () => {
    const role = { name: "reports", description: "", grants: { "usage.read": "own" } } as const;
    await here.roles.create(role);
    const user = await here.users.create(newUser("ada@example.com", { role: "reports" }));
    await addKey();
    const keyHash = createHash("sha256").update("ada's").digest("hex");
    await here.apiKeys.create(newKey(user, "ada's", { keyHash }));
    await source.catchUp();
    const changes: SnapshotChange[] = [];
    source.onChange((change) => void changes.push(change));
    await here.roles.update("reports", { description: "Says more" });
    await source.catchUp();
    expect(changes).toEqual([]);
    await here.roles.update("reports", { grants: { "usage.read": "all" } });
    await source.catchUp();
    expect(changes.map(({ users }) => users?.set.map(({ id }) => id))).toEqual([[user.id]]);
    expect(source.current().keys.get(keyHash)?.grants).toEqual({ "usage.read": "all" });
  });

  it("writes down a change of every column that is not known to matter to nobody, and of every row", async () => {
    const { user, key } = await addKey();
    const provider = await here.providers.create(await newProvider("openai"));
    await here.models.add([newModel(provider.id, "gpt-4o")]);
    await here.aliases.create({ name: "fast", strategy: "ordered", targets: [] });
    await here.consents.policies.create({
      ...{ name: "all", holder: { kind: "everyone" }, validMs: 60_000, isActive: true },
      conditions: { models: null, aboveNanos: null, classes: null, hours: null },
    });
    await here.guardrails.create(makeGuardrailRow());
    await here.organisations.create({ name: "Acme", limits: noLimits, budgetNanos: null });
    await here.teams.create({
      membersMakeKeys: false,
      organisationId: null,
      name: "R",
      models: null,
      limits: noLimits,
      budgetNanos: null,
    });
    const { kysely } = here.database;
    const noted = async (run: () => Promise<unknown>) => {
      await kysely.deleteFrom("snapshot_changes").execute();
      await run();
      return (await kysely.selectFrom("snapshot_changes").selectAll().execute()).map(({ what, id }) => `${what} ${id}`);
    };
    const tables = await kysely.introspection.getTables();
    for (const { name: table, columns } of tables.filter(({ name }) => watchedTables.some((one) => one === name))) {
      for (const { name: column } of columns) {
        const change = sql`update ${sql.table(table)} set ${sql.ref(column)} = ${sql.ref(column)}`;
        const isUnwatched = unwatchedColumns[table]?.includes(column) ?? false;
        const found = await noted(() => change.execute(kysely));
        // What a row goes by by itself does not change.
        const isName = column === "id" && ["users", "teams", "organisations"].includes(table);
        expect(found.length, `${table}.${column}`).toBe(isUnwatched || isName ? 0 : 1);
      }
    }
    const moved = "f".repeat(64);
    expect((await noted(() => kysely.updateTable("api_keys").set({ key_hash: moved }).execute())).toSorted()).toEqual(
      [`api_keys ${key.keyHash}`, `api_keys ${moved}`].toSorted(),
    );
    expect((await noted(() => here.providers.remove(provider.id))).toSorted()).toEqual([
      expect.stringMatching(/^models /),
      `providers ${provider.id}`,
    ]);
    expect((await noted(() => here.users.remove(user.id))).toSorted()).toEqual([
      `api_keys ${moved}`,
      `users ${user.id}`,
    ]);
  });

  it("writes down a change of a key that was rotated by both of its secrets", async () => {
    const { key } = await addKey();
    const [publicId, keyHash] = ["gk-new", "e".repeat(64)];
    await here.apiKeys.rotate(key.id, { publicId, keyHash, previousUntil: Date.now() + 60_000 }, "all");
    const { kysely } = here.database;
    const noted = async (run: () => Promise<unknown>) => {
      await kysely.deleteFrom("snapshot_changes").execute();
      await run();
      return (await kysely.selectFrom("snapshot_changes").select("id").execute()).map(({ id }) => id).toSorted();
    };
    const set = (column: string) => sql`update api_keys set ${sql.ref(column)} = ${sql.ref(column)}`.execute(kysely);
    const both = [keyHash, key.keyHash].toSorted();
    for (const column of ["key_hash", "user_id", "team_id", "permissions", "rate_limit", "budget_limit"])
      expect([column, await noted(() => set(column))]).toEqual([column, both]);
    for (const column of ["expires_at", "is_active"])
      expect([column, await noted(() => set(column))]).toEqual([column, both]);
    for (const column of ["previous_key_hash", "previous_public_id", "previous_until"])
      expect([column, await noted(() => set(column))]).toEqual([column, [key.keyHash]]);
    expect(await noted(() => here.users.remove(key.userId))).toEqual(expect.arrayContaining(both));
  });

  it("knows of every table whether snapshots are made of it", async () => {
    const tables = await here.database.kysely.introspection.getTables();
    // The log of requests may be in parts.
    const others = tables.map(({ name }) => name).filter((name) => !/^usage_logs(_|$)/.test(name));
    const watched = others.filter((name) => !unwatchedTables.has(name));
    expect(watched.toSorted()).toEqual([...watchedTables].toSorted());
  });

  it("reads all anew where changes have been forgotten that it has not read", async () => {
    const { key, principal } = await addKey();
    await source.catchUp();
    await here.apiKeys.update(key.id, { budgetNanos: 1 }, "all");
    await here.aliases.create({ name: "fast", strategy: "ordered", targets: [] });
    // Others' transactions on this PostgreSQL may keep it from forgetting for a moment.
    await expect
      .poll(async () => {
        await here.snapshot.forgetChanges(-60_000);
        const { forgotten } = await here.snapshot.changes(null, 1);
        const left = await here.database.kysely.selectFrom("snapshot_changes").select(["what", "mark"]).execute();
        return left.map(({ what, mark }) => [what, mark - forgotten]);
      })
      .toEqual([["aliases", 0]]);
    await source.catchUp();
    expect([principal()?.scopes[0]?.budgetNanos, source.current().aliases.has("fast")]).toEqual([1, true]);
    await here.apiKeys.update(key.id, { budgetNanos: 2 }, "all");
    await source.catchUp();
    expect(principal()?.scopes[0]?.budgetNanos).toBe(2);
  });

  it("reads all anew where there is too much to be read by name", async () => {
    const { user } = await addKey();
    await source.catchUp();
    await addManyKeys(here, 5_100, 0);
    await here.users.update(user.id, { budgetNanos: 3 });
    await source.catchUp();
    expect([...source.current().keys][0]?.[1].scopes[1]?.budgetNanos).toBe(3);
  });

  onSqlite("goes on where the database has been replaced by an older one", async () => {
    const { key, principal } = await addKey();
    await sql`update snapshot_changes set mark = mark + 1000`.execute(here.database.kysely);
    await source.catchUp();
    await here.database.kysely.deleteFrom("snapshot_changes").execute();
    await here.apiKeys.update(key.id, { budgetNanos: 2 }, "all");
    await source.catchUp();
    expect(principal()?.scopes[0]?.budgetNanos).toBe(2);
  });

  onPostgres("does not read what another PostgreSQL has written down far ahead", async () => {
    const { position } = await here.snapshot.changes(null, 1);
    await addKey();
    expect((await here.snapshot.changes(position, 10)).changes).toHaveLength(2);
    await sql`update snapshot_changes set mark = mark + 1000000000`.execute(here.database.kysely);
    expect((await here.snapshot.changes(position, 10)).changes).toEqual([]);
  });

  it("finds what was changed past the triggers at the next check, takes it in and says so", async () => {
    const { key, principal } = await addKey();
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (_: object, message: string) => void warnings.push(message) };
    const checking = snapshotsOf(there, { followMs: 5, checkMs: 50, log });
    await checking.catchUp();
    checking.startFollowing();
    await here.apiKeys.update(key.id, { expiresAt: 3 }, "all");
    await here.apiKeys.update(key.id, { limits: { ...noLimits, requestsPerMinute: 9 } }, "all");
    await expect.poll(() => checking.current().keys.get(key.keyHash)?.scopes[0]?.limits.requestsPerMinute).toBe(9);
    expect(warnings).toEqual([]);
    await sql
      .raw(
        engine.name === "sqlite" ? "drop trigger api_keys_noted_update" : "alter table api_keys disable trigger user",
      )
      .execute(here.database.kysely);
    await here.apiKeys.update(key.id, { isActive: false }, "all");
    await expect.poll(() => checking.current().keys.size).toBe(0);
    expect(warnings).toEqual(["The store was changed in a way that is not seen at once"]);
    expect(principal()).toBeUndefined();
    await checking.close();
  });

  it("takes in changes while it checks all, and goes back to nothing that it had read before them", async () => {
    const [revoked, changed] = [await addKey(), await addKey()];
    const gate = Promise.withResolvers<void>();
    const warnings: string[] = [];
    let [reads, checks] = [0, 0];
    const { snapshot } = there;
    const slow = {
      ...there,
      snapshot: {
        ...snapshot,
        async workingKeys(hashes?: readonly string[]) {
          const rows = await snapshot.workingKeys(hashes);
          if (hashes === undefined && (reads += 1) === 2) await gate.promise;
          return rows;
        },
        forgetChanges: (olderThanMs: number) => {
          checks += 1;
          return snapshot.forgetChanges(olderThanMs);
        },
      },
    };
    const log = { ...silentLog, warn: (_: object, message: string) => void warnings.push(message) };
    const checking = snapshotsOf(slow, { followMs: 5, checkMs: 5, log });
    await checking.catchUp();
    checking.startFollowing();
    await expect.poll(() => reads).toBe(2);
    await here.apiKeys.update(revoked.key.id, { isActive: false }, "all");
    await here.apiKeys.update(changed.key.id, { budgetNanos: 6 }, "all");
    const seen = () => Array.from(checking.current().keys, ([, { scopes }]) => scopes[0]?.budgetNanos);
    await expect.poll(seen).toEqual([6]);
    expect(checks).toBe(0);
    gate.resolve();
    await expect.poll(() => checks).toBeGreaterThan(0);
    expect(seen()).toEqual([6]);
    expect(warnings).toEqual([]);
    await checking.close();
  });

  const seesAll =
    "sees a change of a transaction that began before one that it has seen, and nothing of what is rolled back";
  onPostgres(seesAll, async () => {
    const [first, second, third] = [await addKey(), await addKey(), await addKey()];
    await source.catchUp();
    const begun = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const budgetOf = async (id: string, nanos: number, wait: boolean): Promise<void> => {
      await here.database.kysely.transaction().execute(async (transaction) => {
        await transaction.updateTable("api_keys").set({ budget_limit: nanos }).where("id", "=", id).execute();
        begun.resolve();
        if (wait) await go.promise;
        if (nanos === 3) throw new Error("rolled back");
      });
    };
    const slow = budgetOf(first.key.id, 1, true);
    await begun.promise;
    await budgetOf(second.key.id, 2, false);
    await budgetOf(third.key.id, 3, false).catch(() => undefined);
    for (let round = 0; round < 3; round += 1) {
      await source.catchUp();
      expect([first.principal(), second.principal()].map((one) => one?.scopes[0]?.budgetNanos)).toEqual([null, 2]);
    }
    const { version } = source.current();
    await source.catchUp();
    expect(source.current().version).toBe(version);
    // However long it runs, what has been read is not read again.
    const { position } = await there.snapshot.changes(null, 1);
    expect((await there.snapshot.changes(position, 10)).changes).toEqual([]);
    go.resolve();
    await slow;
    await source.catchUp();
    const all = [first, second, third].map(({ principal }) => principal()?.scopes[0]?.budgetNanos);
    expect(all).toEqual([1, 2, null]);
  });

  onPostgres("goes on soon after a database that was silent answers again", async () => {
    const { key } = await addKey();
    if (database.databaseUrl === null) throw new Error("PostgreSQL has an address");
    const link = await createFaultyLink(database.databaseUrl);
    const warnings: number[] = [];
    const log = { ...silentLog, warn: () => void warnings.push(performance.now()) };
    const far = await openStore({ ...database, databaseUrl: link.url, log });
    const following = snapshotsOf(far, { log, followMs: 50 });
    await following.catchUp();
    following.startFollowing();
    link.silence();
    const silentSince = performance.now();
    await here.apiKeys.update(key.id, { budgetNanos: 4 }, "all");
    await expect.poll(() => warnings.length).toBeGreaterThan(0);
    // By itself a connection would be given up after 18 s.
    expect((warnings[0] ?? Infinity) - silentSince).toBeLessThan(12_000);
    link.mend();
    await expect.poll(() => following.current().keys.get(key.keyHash)?.scopes[0]?.budgetNanos).toBe(4);
    await following.close();
    await far.close();
    await link.close();
  });

  it("makes of changes what is made of the whole, whatever is changed in which order", async () => {
    await source.catchUp();
    const followed = new FollowedSnapshots(definitions);
    followed.open(structuredClone(source.parts()));
    source.onChange((change, version) => expect(followed.apply(structuredClone(change), version)).toBe(true));
    for (const seed of [1, 2, 3]) {
      await changeAtRandom(here, seed, () => source.catchUp());
      const whole = snapshotsOf(here);
      await whole.catchUp();
      expect(told(source.current()), `seed ${seed}`).toEqual(told(whole.current()));
      expect(told(followed.current()), `seed ${seed}`).toEqual(told(whole.current()));
      expect(source.current().keys.size).toBeGreaterThan(0);
      await whole.close();
    }
  });
});
