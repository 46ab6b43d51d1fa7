// Certificates as both engines keep them, for several instances on one database.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { draftEvent } from "#domain/event.ts";
import { openStore, type OpenStore } from "#control/store/open-store.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { silentLog } from "./store-support/open.ts";

describe.each(availableEngines())("certificates on $name", (engine) => {
  let database: TestDatabase;
  let store: OpenStore;
  let other: OpenStore;
  beforeAll(async () => {
    database = await engine.create();
    store = await openStore({ ...database, log: silentLog });
    other = await openStore({ ...database, log: silentLog });
  });
  afterAll(async () => {
    await Promise.all([store.close(), other.close()]);
    await database.dispose();
  });

  it("are made with the first change, and keep what a change leaves out", async () => {
    expect(await store.certificates.find("public")).toBeUndefined();
    const order = {
      url: "https://acme.example.com/order/1",
      keyEncrypted: "sealed",
      directory: "https://acme.example.com",
    };
    expect(await store.certificates.change("public", { order })).toMatchObject({
      ...{ name: "public", domains: [], chain: null, order, failures: 0, nextAttemptAt: 0, version: 0 },
    });
    const failed = { failures: 2, nextAttemptAt: 17, lastError: "refused", lastErrorAt: 16 };
    await other.certificates.change("public", failed);
    expect(await store.certificates.find("public")).toMatchObject({ ...failed, order });
    const issued = { chain: "pem", keyEncrypted: "sealed", domains: ["a.example.com"], order: null, lastError: null };
    await store.certificates.change("public", { ...issued, version: 1 });
    expect(await other.certificates.find("public")).toMatchObject({ ...issued, version: 1, failures: 2 });
  });

  it("tell what has happened in the same transaction", async () => {
    await store.events.want({ sink: "certificates", names: ["certificate.failed"], until: null });
    const data = { name: "public", domains: ["a.example.com"], error: "refused", failures: 1, expires_at: null };
    const at = { next_attempt_at: new Date(0).toISOString() };
    const event = draftEvent("certificate.failed", { happenedAt: Date.now(), userId: null }, { ...data, ...at });
    await store.certificates.change("public", { failures: 1 }, [event]);
    const filter = { names: ["certificate.failed"] as const, own: null };
    expect((await other.events.after(0, 10, filter)).map(({ id }) => id)).toEqual([event.id]);
  });

  it("of several that are added at the same time the first one stays", async () => {
    const [one, two] = await Promise.all([
      store.certificates.add("management", { chain: "one" }),
      other.certificates.add("management", { chain: "two" }),
    ]);
    expect(one.chain).toBe(two.chain);
    const directory = "https://acme.example.com";
    const account = { directory, url: null, email: null };
    const [first, second] = await Promise.all([
      store.certificates.addAccount({ ...account, keyEncrypted: "one" }),
      other.certificates.addAccount({ ...account, keyEncrypted: "two" }),
    ]);
    expect(first).toEqual(second);
    await store.certificates.changeAccount(directory, { url: "https://acme.example.com/me", email: "a@b.c" });
    expect(await other.certificates.account(directory)).toEqual({
      ...{ ...first, url: "https://acme.example.com/me", email: "a@b.c" },
    });
  });

  it("challenges are found at every instance until they are met, or their time is over", async () => {
    const in1Min = Date.now() + 60_000;
    await store.certificates.addChallenge({ token: "one", answer: "1", expiresAt: in1Min });
    await store.certificates.addChallenge({ token: "two", answer: "2", expiresAt: in1Min });
    await store.certificates.addChallenge({ token: "old", answer: "3", expiresAt: Date.now() - 1 });
    const tokens = async (): Promise<readonly string[]> =>
      (await other.certificates.challenges()).map(({ token }) => token).toSorted();
    expect(await tokens()).toEqual(["one", "two"]);
    await store.certificates.removeChallenges(["one"]);
    expect(await tokens()).toEqual(["two"]);
  });
});
