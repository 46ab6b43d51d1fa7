// Stored texts of requests over both engines: sealed under keys of their own, found within a reach, forgotten in steps, and never of somebody
// who is erased.

import { newId } from "@ghostllm/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ContentKeys } from "#control/contents/content-keys.ts";
import { ContentReader } from "#control/contents/content-reader.ts";
import { ContentWriter } from "#control/contents/content-writer.ts";
import { createEncryption } from "#control/encryption/encryption.ts";
import { newDataKey } from "#control/encryption/envelope.ts";
import { localKey } from "#control/encryption/local-key.ts";
import { rotate } from "#control/encryption/rotation.ts";
import type { OpenStore } from "#control/store/open-store.ts";
import { Secret } from "#domain/secret.ts";
import type { RequestContent } from "#link/contents.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { newUser, openMigrated } from "./store-support/open.ts";

const dayMs = 24 * 3_600_000;
const word = "canary7f3aQx";
const text = (words: string) => {
  return { contentType: "application/json", bytes: 5, text: Buffer.from(words), isCut: false, leftOut: 0 };
};
const told = { contentStored: 0, lost: 0 };

describe.each(availableEngines())("stored texts on $name", (engine) => {
  let database: TestDatabase;
  let store: OpenStore;
  let now: number;

  beforeEach(async () => {
    now = Date.now();
    database = await engine.create();
    store = await openMigrated(database, { now: () => now, promptDays: 30 });
    Object.assign(told, { contentStored: 0, lost: 0 });
  });
  afterEach(async () => {
    await store.close();
    await database.dispose();
  });

  /** One of several that share the database. */
  function instance(of: OpenStore = store, encryption = encryptionBy("one")) {
    const keys = new ContentKeys({ store: of, encryption, now: () => now });
    const events = {
      contentsStored: (count: number) => void (told.contentStored += count),
      contentsLost: (count: number) => void (told.lost += count),
    };
    return { writer: new ContentWriter({ store: of, keys, events }), reader: new ContentReader({ store: of, keys }) };
  }

  const content = (change: Partial<RequestContent> = {}): RequestContent => ({
    ...{ requestId: newId(), createdAt: now, userId: "u1", keyId: "k1", teamId: "t1" },
    ...{ request: text(`"${word} asks"`), answer: text(`"${word} answers"`), ...change },
  });

  it("are sealed in the database, and opened by another instance", async () => {
    const [one, other] = [instance(), instance()];
    const contents = [content(), content(), content({ answer: null })];
    await Promise.all(contents.map((each) => one.writer.store(each)));
    expect(told.contentStored).toBe(3);
    const rows = await store.database.kysely.selectFrom("request_contents").selectAll().execute();
    expect(rows).toHaveLength(3);
    expect(JSON.stringify(rows)).not.toContain(word);
    expect(JSON.stringify(rows)).not.toContain(Buffer.from(word).toString("base64").slice(0, 10));
    for (const { requestId, answer } of contents)
      expect(await other.reader.read(requestId, "all")).toMatchObject({
        request: { text: `"${word} asks"`, isCut: false },
        answer: answer === null ? null : { text: `"${word} answers"` },
      });
    expect(await store.database.kysely.selectFrom("content_keys").selectAll().execute()).toHaveLength(1);
  });

  it("open for their own request alone", async () => {
    const { writer, reader } = instance();
    const [one, other] = [content(), content()];
    await Promise.all([writer.store(one), writer.store(other)]);
    const row = await store.contents.find(one.requestId, "all");
    if (row === undefined) throw new Error("it is not there");
    await expect(reader.open({ ...row, requestId: other.requestId })).rejects.toThrow();
  });

  it("are found within a reach alone", async () => {
    const { writer, reader } = instance();
    const { requestId } = content();
    await writer.store(content({ requestId }));
    for (const id of ["u1", "other"])
      expect((await reader.read(requestId, [{ kind: "user", id }])) === null).toBe(id === "other");
    expect(await reader.read(requestId, [{ kind: "team", id: "t1" }])).not.toBeNull();
    expect(await reader.read(requestId, [{ kind: "team", id: "t2" }])).toBeNull();
    expect(await reader.read(requestId, [])).toBeNull();
  });

  it("are found by nobody when their time is over, and removed step by step with the keys that nothing needs", async () => {
    const { writer, reader } = instance();
    const old = Array.from({ length: 5 }, () => content({ createdAt: now - 29 * dayMs }));
    await Promise.all([...old, content()].map((each) => writer.store(each)));
    now += 2 * dayMs;
    const kept = content();
    await instance().writer.store(kept);
    expect(await reader.read(old[0]?.requestId ?? "", "all")).toBeNull();
    expect(await store.contents.isThere(old[0]?.requestId ?? "")).toBe(false);
    expect([await store.contents.forget(3), await store.contents.forget(3), await store.contents.forget(3)]).toEqual([
      3, 2, 0,
    ]);
    now += 31 * dayMs;
    expect(await store.contents.forget(100)).toBe(2);
    await store.contents.forgetKeys();
    expect(await store.database.kysely.selectFrom("content_keys").selectAll().execute()).toEqual([]);
  });

  it("are not added of somebody who is erased, and gone with him", async () => {
    const { id: userId } = await store.users.create(newUser("ada@example.com"));
    const { writer, reader } = instance();
    const before = content({ userId });
    await writer.store(before);
    await store.erasures.begin(userId);
    expect(await reader.read(before.requestId, "all")).toBeNull();
    const [late, another] = [content({ userId }), content()];
    await Promise.all([writer.store(late), writer.store(another)]);
    expect(await reader.read(late.requestId, "all")).toBeNull();
    expect(await reader.read(another.requestId, "all")).not.toBeNull();
  });

  it("open still when their keys have been sealed anew", async () => {
    const { writer } = instance();
    const one = content();
    await writer.store(one);
    const both = encryptionBy("two", "one");
    const { resealed, unreadable } = await rotate({ encryption: both, values: store.sealedValues }, false);
    expect([resealed, unreadable]).toEqual([1, []]);
    const after = instance(store, encryptionBy("two"));
    expect(await after.reader.read(one.requestId, "all")).toMatchObject({ request: { text: `"${word} asks"` } });
    await expect(instance(store, encryptionBy("one")).reader.read(one.requestId, "all")).rejects.toThrow();
    // Whoever has the key in use goes on with it.
    const next = content();
    await writer.store(next);
    expect(await after.reader.read(next.requestId, "all")).not.toBeNull();
  });

  it("wait for a database that is away, and are counted as lost where the server ends without it", async () => {
    const away = { contents: { ...store.contents, add: () => Promise.reject(new Error("away")) } };
    const { writer } = instance({ ...store, ...away });
    const waiting = writer.store(content());
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(told).toEqual({ contentStored: 0, lost: 0 });
    await writer.close();
    await waiting;
    expect(told).toEqual({ contentStored: 0, lost: 1 });
  });

  it("are all stored when the server ends", async () => {
    const { writer } = instance();
    const waiting = Array.from({ length: 120 }, () => writer.store(content()));
    await writer.close();
    await Promise.all(waiting);
    expect(told).toEqual({ contentStored: 120, lost: 0 });
  });
});

const keysByName = new Map<string, string>();

/** The first of them seals. */
function encryptionBy(...names: readonly [string, ...(readonly string[])]) {
  const [first, ...others] = names.map((name) => {
    const known = keysByName.get(name) ?? newDataKey().toString("hex");
    keysByName.set(name, known);
    return localKey(new Secret(known), "configured");
  });
  if (first === undefined) throw new Error("there is no key");
  return createEncryption([first, ...others]);
}
