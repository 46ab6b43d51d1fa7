// Aliases of teams in the store: whose they are, who finds them, which names they may have, and what is counted for them.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyMigrations } from "#control/store/migrate.ts";
import { allMigrations } from "#control/store/migrations/all.ts";
import { migrateStore, openStore, type OpenStore } from "#control/store/open-store.ts";
import type { AliasRow, NewAlias } from "#control/store/store.ts";
import type { Reach } from "#domain/access/may.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { newUser, openMigrated, silentLog } from "./store-support/open.ts";
import { createRecord } from "./store-support/records.ts";

const hourMs = 3_600_000;
const now = 500_000 * hourMs;
const noLimits = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: null };
const targets = [{ provider: "openai", model: "gpt-4o", weight: 1 }];
const taken = { code: "conflict", param: "name" };

describe.each(availableEngines())("aliases of teams on $name", (engine) => {
  let database: TestDatabase;
  let store: OpenStore;
  let serial = 0;
  const next = (): string => `${engine.name}${(serial += 1)}`;

  beforeAll(async () => {
    database = await engine.create();
    store = await openMigrated(database);
  });
  afterAll(async () => {
    await store.close();
    await database.dispose();
  });

  const addTeam = async (): Promise<string> => {
    const bounds = { limits: noLimits, budgetNanos: null, membersMakeKeys: false };
    return (await store.teams.create({ name: next(), organisationId: null, models: null, ...bounds })).id;
  };
  const add = (name: string, teamId: string | null, more: Partial<NewAlias> = {}): Promise<AliasRow> =>
    store.aliases.create({ name, strategy: "ordered", targets, teamId, ...more });
  const of = (...ids: readonly string[]): Reach => ids.map((id) => ({ kind: "team", id }) as const);
  const found = async (reach: Reach, ids: readonly string[]): Promise<readonly string[]> =>
    (await store.aliases.list(ids, reach)).map(({ id }) => id);

  it("are found by whoever reaches their team, and with them everybody's; by whoever reaches nothing, none", async () => {
    const [red, blue] = [await addTeam(), await addTeam()];
    const [common, ofRed, ofBlue] = [await add(next(), null), await add(next(), red), await add(next(), blue)];
    expect(ofRed.teamId).toBe(red);
    const all = [common.id, ofRed.id, ofBlue.id];
    expect(await found("all", all)).toEqual(all);
    expect(await found(of(red), all)).toEqual([common.id, ofRed.id]);
    expect(await found(of(red, blue), all)).toEqual(all);
    expect(await found([], all)).toEqual([]);
    expect(await store.aliases.find(ofBlue.id, of(red))).toBeUndefined();
    expect(await store.aliases.find(common.id, of(red))).toEqual(common);
    expect(await store.aliases.find(common.id, [])).toBeUndefined();
  });

  it("are seen by who is in the team, as whatever, as long as he is", async () => {
    const [red, blue] = [await addTeam(), await addTeam()];
    const [common, ofRed, ofBlue] = [await add(next(), null), await add(next(), red), await add(next(), blue)];
    const all = [common.id, ofRed.id, ofBlue.id];
    const { id } = await store.users.create(newUser(`${next()}@example.com`));
    const own: Reach = [{ kind: "user", id }];
    expect(await found(own, all)).toEqual([common.id]);
    await store.teams.addMember(red, { userId: id, role: "member" });
    expect(await found(own, all)).toEqual([common.id, ofRed.id]);
    expect(await store.aliases.update(ofRed.id, { strategy: "weighted" }, own)).toBeUndefined();
    expect(await store.aliases.remove(ofRed.id, own)).toBe(false);
    await store.teams.removeMember(red, id, "all");
    expect(await found(own, all)).toEqual([common.id]);
  });

  it("are changed and removed within their team alone, and everybody's by whoever reaches all", async () => {
    const [red, blue] = [await addTeam(), await addTeam()];
    const [common, ofRed] = [await add(next(), null), await add(next(), red)];
    const change = { strategy: "weighted" } as const;
    for (const [row, reach] of [
      [ofRed, of(blue)],
      [ofRed, []],
      [common, of(red)],
    ] as const) {
      expect(await store.aliases.update(row.id, change, reach)).toBeUndefined();
      expect(await store.aliases.remove(row.id, reach)).toBe(false);
      expect(await store.aliases.find(row.id, "all")).toEqual(row);
    }
    expect(await store.aliases.update(ofRed.id, change, of(red))).toMatchObject({ strategy: "weighted", teamId: red });
    expect(await store.aliases.update(ofRed.id, { teamId: blue }, of(red, blue))).toMatchObject({ teamId: blue });
    expect(await found(of(red), [ofRed.id])).toEqual([]);
    expect(await store.aliases.remove(ofRed.id, of(blue))).toBe(true);
  });

  it("have names that each team has once, and that nobody has whose everybody's are", async () => {
    const [red, blue, name] = [await addTeam(), await addTeam(), next()];
    const ofRed = await add(name, red);
    const ofBlue = await add(name, blue);
    await expect(add(name, red)).rejects.toMatchObject(taken);
    await expect(add(name, null)).rejects.toMatchObject(taken);
    await expect(add(`${name}:latest`, null)).rejects.toMatchObject(taken);
    await expect(store.aliases.update(ofRed.id, { teamId: blue }, "all")).rejects.toMatchObject(taken);
    await expect(store.aliases.update(ofRed.id, { teamId: null }, "all")).rejects.toMatchObject(taken);
    const common = await add(next(), null);
    await expect(store.aliases.update(ofRed.id, { name: common.name }, "all")).rejects.toMatchObject(taken);
    await expect(store.aliases.update(common.id, { name }, "all")).rejects.toMatchObject(taken);
    expect(await store.aliases.update(common.id, { name: common.name }, "all")).toMatchObject({ name: common.name });
    await store.aliases.remove(ofBlue.id, "all");
    expect(await store.aliases.update(ofRed.id, { teamId: null }, "all")).toMatchObject({ name, teamId: null });
    await expect(add(name, blue)).rejects.toMatchObject(taken);
  });

  it("have such names also where several are made at the same moment", async () => {
    const [red, blue, name] = [await addTeam(), await addTeam(), next()];
    const made = await Promise.allSettled([add(name, red), add(name, null), add(name, blue), add(name, null)]);
    const rows = made.flatMap((one) => (one.status === "fulfilled" ? [one.value.teamId] : []));
    expect(rows.length).toBeGreaterThan(0);
    expect([[null], [red, blue], [red], [blue]]).toContainEqual(rows);
  });

  it("are of a team that there is, and go with it, which the audit log tells", async () => {
    await expect(add(next(), "no team")).rejects.toMatchObject({ status: 400, param: "team_id" });
    const red = await addTeam();
    const alias = await add(next(), red);
    expect(await store.teams.remove(red, "all")).toBe(true);
    expect(await store.aliases.find(alias.id, "all")).toBeUndefined();
    const entries = await store.database.kysely
      .selectFrom("audit_log")
      .select(["action", "object_name"])
      .where("object_id", "=", alias.id)
      .execute();
    expect(entries.map(({ action }) => action)).toEqual(["alias.created", "alias.removed"]);
  });

  it("are counted and charged apart, whatever they have in common with those of other teams", async () => {
    const [red, blue, name] = [await addTeam(), await addTeam(), next()];
    const limits = { ...noLimits, requestsPerHour: 9 };
    const [ofRed, ofBlue] = [await add(name, red, { limits }), await add(name, blue, { limits })];
    const common = await add(next(), null, { limits });
    const record = (requestedModel: string, teamId: string | null) =>
      // A key is of one team for good: rollups go by that.
      createRecord({ requestedModel, teamId, apiKeyId: `key of ${teamId}`, createdAt: now, costNanos: 5 });
    const asked = [record(name, red), record(name, red), record(name, blue), record(name, null)];
    await store.usage.insert([...asked, record(common.name, red), record(common.name, null)]);
    const ids = [ofRed.id, ofBlue.id, common.id];
    const scopes = (await store.windows.scopes()).filter(({ kind, id }) => kind === "alias" && ids.includes(id));
    const counted = await store.windows.counted(scopes, now + 1_000);
    const requests = new Map(counted.map(({ scope, requests: count }) => [scope.id, count]));
    expect(ids.map((id) => requests.get(id))).toEqual([2, 1, 2]);
    const lately = async (reach: Reach) => {
      const holders = await store.budgets.holders({ since: now - hourMs, workingAt: now }, reach);
      return ids.map((id) => holders.find(({ scope }) => scope.id === id)?.recent.nanos ?? null);
    };
    expect(await lately("all")).toEqual([10, 5, 10]);
    expect(await lately(of(red))).toEqual([10, null, null]);
    const scope = { kind: "alias", id: ofRed.id } as const;
    expect((await store.budgets.find(scope, now - hourMs, of(red)))?.recent.nanos).toBe(10);
    expect(await store.budgets.find(scope, now - hourMs, of(blue))).toBeUndefined();
    const course = { holder: { scope, userId: null }, from: now - hourMs, to: now + hourMs };
    expect(await store.budgets.course({ ...course, bucketMs: hourMs, offsetMs: 0 }, "all")).toEqual([
      { at: now, nanos: 10 },
    ]);
  });

  it("come to a database that has aliases already, whose changes are noted as before", async () => {
    const older = await engine.createEmpty();
    const opened = await openStore({ ...older, log: silentLog });
    try {
      const before = allMigrations.filter(({ number }) => number < 40);
      await applyMigrations(opened.database, before);
      const { kysely } = opened.database;
      const row = { id: "a1", name: "smart", strategy: "ordered", targets: JSON.stringify(targets) };
      const held = { rate_limit: JSON.stringify(noLimits), budgets: "[]", created_at: 5, updated_at: 6 };
      await kysely
        .insertInto("aliases")
        .values({ ...row, ...held })
        .execute();
      await migrateStore(opened);
      const later = { teamId: null, cache: null, policy: null };
      expect(await opened.aliases.list(null, "all")).toEqual([
        { ...row, ...later, targets, limits: noLimits, budgets: [], createdAt: 5, updatedAt: 6 },
      ]);
      await kysely.deleteFrom("snapshot_changes").execute();
      await opened.aliases.update("a1", { name: "smarter" }, "all");
      await opened.aliases.remove("a1", "all");
      const changes = await kysely.selectFrom("snapshot_changes").select(["what", "id"]).execute();
      expect(changes.length).toBeGreaterThan(0);
      for (const change of changes) expect(change).toEqual({ what: "aliases", id: "a1" });
    } finally {
      await opened.close();
      await older.dispose();
    }
  });
});
