// Passkeys as both engines keep them: what is signed counts once, whoever asks at the same time.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NewPasskey } from "#control/store/sign-in/passkey-store.ts";
import { openStore, type OpenStore } from "#control/store/open-store.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { newUser, silentLog } from "./store-support/open.ts";

describe.each(availableEngines())("passkeys on $name", (engine) => {
  let database: TestDatabase;
  let store: OpenStore;
  let other: OpenStore;
  let userId = "";
  let serial = 0;
  beforeAll(async () => {
    database = await engine.create();
    store = await openStore({ ...database, log: silentLog });
    other = await openStore({ ...database, log: silentLog });
    userId = (await store.users.create(newUser(`passkeys${(serial += 1)}@example.com`))).id;
  });
  afterAll(async () => {
    await Promise.all([store.close(), other.close()]);
    await database.dispose();
  });

  const challenge = (hash = `challenge ${(serial += 1)}`) => ({ hash, expiresAt: Date.now() + 60_000 });
  const passkey = (changed: Partial<NewPasskey> = {}): NewPasskey => ({
    ...{ userId, credentialId: `credential-${(serial += 1)}`, publicKey: "key", rpId: "example.com", name: "Phone" },
    ...{ counter: 3, transports: ["internal", "hybrid"], isSynced: false, ...changed },
  });
  const add = async (changed: Partial<NewPasskey> = {}) => {
    const row = await store.passkeys.create(passkey(changed), challenge());
    if (row === null) throw new Error("It was refused");
    return row;
  };

  it("are found by their credential, and are as they were made", async () => {
    const given = passkey();
    const row = await store.passkeys.create(given, challenge());
    expect(row).toMatchObject({ ...given, lastUsedAt: null });
    expect(await other.passkeys.findByCredential(given.credentialId)).toEqual(row);
    expect(await other.passkeys.findByCredential("none")).toBeUndefined();
  });

  it("have credentials of their own, and are made by a challenge once", async () => {
    const [given, once] = [passkey(), challenge()];
    await store.passkeys.create(given, once);
    await expect(other.passkeys.create(passkey(given), challenge())).rejects.toMatchObject({ code: "conflict" });
    expect(await other.passkeys.create(passkey(), once)).toBeNull();
    const gone = store.passkeys.create(passkey({ userId: "nobody" }), challenge());
    await expect(gone).rejects.toMatchObject({ code: "invalid_request_error" });
  });

  it("are their owner's to rename and to remove", async () => {
    const { id } = await add();
    expect(await store.passkeys.rename(id, "Mine", "somebody else")).toBeUndefined();
    expect(await store.passkeys.remove(id, "somebody else")).toBe(false);
    expect(await store.passkeys.rename(id, "Mine", userId)).toMatchObject({ id, name: "Mine" });
    expect(await store.passkeys.remove(id, userId)).toBe(true);
    expect(await store.passkeys.remove(id, userId)).toBe(false);
  });

  it("count a challenge once, at whichever server, however many at once", async () => {
    const { id } = await add({ counter: 0 });
    const once = challenge();
    const use = { challenge: once, counter: 0, isSynced: true };
    const tries = Array.from({ length: 6 }, (_, index) => (index % 2 === 0 ? store : other).passkeys.use(id, use));
    const outcomes = await Promise.all(tries);
    expect(outcomes.toSorted()).toEqual([...Array.from({ length: 5 }, () => "replayed"), "used"]);
    const [row] = (await store.passkeys.list(userId)).filter((one) => one.id === id);
    expect(row).toMatchObject({ isSynced: true, lastUsedAt: expect.any(Number) });
  });

  it("take no counter that has not gone on, and of two that are the same one", async () => {
    const { id } = await add({ counter: 3 });
    const use = (by: OpenStore, counter: number) =>
      by.passkeys.use(id, { challenge: challenge(), counter, isSynced: false });
    for (const counter of [3, 2, 0]) expect(await use(store, counter)).toBe("behind");
    expect((await Promise.all([use(store, 4), use(other, 4)])).toSorted()).toEqual(["behind", "used"]);
    expect(await use(store, 5)).toBe("used");
    // What was refused has used nothing up.
    const kept = challenge();
    expect(await store.passkeys.use(id, { challenge: kept, counter: 1, isSynced: false })).toBe("behind");
    expect(await store.passkeys.use(id, { challenge: kept, counter: 6, isSynced: false })).toBe("used");
  });

  it("go with their user, and challenges with their time", async () => {
    const { id } = await store.users.create(newUser(`passkeys${(serial += 1)}@example.com`));
    const { credentialId } = await add({ userId: id });
    await store.users.remove(id);
    expect(await store.passkeys.findByCredential(credentialId)).toBeUndefined();
    await store.passkeys.create(passkey(), { hash: "old", expiresAt: Date.now() - 1 });
    await add();
    const left = store.database.kysely.selectFrom("used_challenges").selectAll().where("challenge_hash", "=", "old");
    expect(await left.execute()).toEqual([]);
  });
});
