// What is changed as one: all of it or nothing, seen by nobody before, and what follows happens behind it.

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OpenStore } from "#control/store/open-store.ts";
import { mostOfCaller } from "#control/store/units/idempotency-keys.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { newKey, newUser, openMigrated } from "./store-support/open.ts";

describe.each(availableEngines())("units on $name", (engine) => {
  let database: TestDatabase;
  let store: OpenStore;
  let serial = 0;
  const email = (): string => `u${(serial += 1)}@example.com`;

  beforeAll(async () => {
    database = await engine.create();
    store = await openMigrated(database);
  });
  afterAll(async () => {
    await store.close();
    await database.dispose();
  });

  const create = (address: string) => store.users.create(newUser(address));
  const emails = async () => (await store.users.list({ limit: 500 }, "all")).map((row) => row.email);
  const broken = new Error("broken");

  it("keeps all or nothing, with what the audit log tells of it", async () => {
    const [one, two] = [email(), email()];
    const before = (await store.audit.ends()).head.sequence;
    const failing = store.units.together(async () => {
      await create(one);
      await create(two);
      expect(await emails()).toContain(one);
      throw broken;
    });
    await expect(failing).rejects.toBe(broken);
    expect(await emails()).not.toContain(one);
    expect((await store.audit.ends()).head.sequence).toBe(before);
    const author = { ...store.audit.author(), requestId: "r1" };
    await store.units.together(() => store.audit.by(author, () => create(one)));
    const [entry] = await store.audit.list({ limit: 1 }, {});
    expect(entry).toMatchObject({ action: "user.created", requestId: "r1", sequence: before + 1 });
  });

  it("undoes a part alone, also one that the database has refused", async () => {
    const [one, two, three] = [email(), email(), email()];
    await store.units.together(async () => {
      await create(one);
      const twice = store.units.together(async () => {
        await create(two);
        await create(one);
      });
      await expect(twice).rejects.toMatchObject({ code: "conflict" });
      await create(three);
    });
    expect(await emails()).toEqual(expect.arrayContaining([one, three]));
    expect(await emails()).not.toContain(two);
    const told = await store.audit.list({ limit: 2 }, { action: "user.created" });
    expect(told.map((entry) => entry.object?.name)).toEqual([three, one]);
  });

  it("lets nobody else see it before, and does behind it what follows", async () => {
    const one = email();
    const done: string[] = [];
    const follows = async (): Promise<void> => void done.push((await emails()).includes(one) ? "stored" : "not stored");
    const inside = Promise.withResolvers<void>();
    const work = store.units.together(async () => {
      await create(one);
      await store.units.afterwards(follows);
      await store.units.afterwards(follows);
      inside.resolve();
      await sleep(20);
      expect(done).toEqual([]);
    });
    await inside.promise;
    // Who is not within it is answered as before it or behind it.
    const other = emails();
    await work;
    expect(await emails()).toContain(one);
    await other;
    expect(done).toEqual(["stored"]);
    await store.units.afterwards(follows);
    expect(done).toHaveLength(2);
  });

  it("does nothing that follows from what is undone, and all where one of it fails", async () => {
    const done: string[] = [];
    await expect(
      store.units.together(async () => {
        await store.units.afterwards(async () => void done.push("never"));
        throw broken;
      }),
    ).rejects.toBe(broken);
    const two = email();
    const work = store.units.together(async () => {
      await create(two);
      await store.units.afterwards(async () => {
        throw broken;
      });
      await store.units.afterwards(async () => void done.push("second"));
    });
    await expect(work).rejects.toBe(broken);
    expect(done).toEqual(["second"]);
    expect(await emails()).toContain(two);
  });

  it("takes what is asked for at the same time one after the other", async () => {
    const made = Array.from({ length: 10 }, email);
    await store.units.together(async () => {
      await Promise.all([...made.map(create), emails(), ...made.map(() => emails())]);
    });
    expect(await emails()).toEqual(expect.arrayContaining(made));
  });

  it("refuses what is another version by now, whether anything was changed or not", async () => {
    const user = await create(email());
    const version = await store.versions.find({ kind: "user", id: user.id });
    const expected = { kind: "user", id: user.id, versions: [version] };
    await store.units.together(() => store.users.update(user.id, { username: "B" }), expected);
    expect(await store.versions.find(expected)).not.toBe(version);
    const late = store.units.together(() => store.users.update(user.id, { username: "C" }), expected);
    await expect(late).rejects.toMatchObject({ code: "precondition_failed" });
    await expect(store.units.together(emails, expected)).rejects.toMatchObject({ code: "precondition_failed" });
    expect((await store.users.find(user.id, "all"))?.username).toBe("B");
    // What is not another one has no other version.
    const now = await store.versions.find(expected);
    await store.users.update(user.id, { username: "B" });
    expect(await store.versions.find(expected)).toBe(now);
  });

  it("forgets the versions of what is gone, also of what went with something else", async () => {
    const user = await create(email());
    const key = await store.apiKeys.create(newKey(user, `k${(serial += 1)}`));
    const limits = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: null };
    const fields = { organisationId: null, name: email(), models: null, membersMakeKeys: false, limits };
    const team = await store.teams.create({ ...fields, budgetNanos: null });
    await store.teams.addMember(team.id, { userId: user.id, role: "member" });
    const member = { kind: "member", id: `${team.id}/${user.id}` };
    expect(await store.versions.find(member)).not.toBe("0");
    await store.users.remove(user.id);
    await store.versions.forgetOrphans();
    const rows = await store.database.kysely.selectFrom("object_versions").select("id").execute();
    const ids = rows.map(({ id }) => id);
    expect(ids).toContain(team.id);
    for (const id of [user.id, key.id, member.id]) expect(ids).not.toContain(id);
  });

  it("keeps so many keys of one caller, and forgets the oldest first", async () => {
    const { kysely } = store.database;
    const row = (index: number) => ({
      ...{ key_hash: `h${index}`, caller: "c", token: "t", instance: "i", key_enc: "e", fingerprint: "f" },
      ...{ answer: "a", created_at: Date.now() - 1_000_000 + index, claimed_at: 0 },
    });
    for (let at = 0; at < mostOfCaller; at += 1_000) {
      const rows = Array.from({ length: 1_000 }, (_, index) => row(at + index));
      await kysely.insertInto("idempotency_keys").values(rows).execute();
    }
    const fresh = { keyHash: "new", caller: "c", token: "t", instance: "i", keySealed: "e", fingerprint: "f" };
    expect(await store.idempotencyKeys.add(fresh)).toBe(true);
    expect(await store.idempotencyKeys.add(fresh)).toBe(false);
    expect(await store.idempotencyKeys.find("h0")).toBeUndefined();
    expect(await store.idempotencyKeys.find("h1")).toBeDefined();
  });
});
