// Conversations over both engines: sealed, found within a reach, in the hands of one request at a time, with pictures that are kept once, forgotten
// in steps, and never of somebody who is erased.

import { newId } from "@ghostllm/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OpenStore } from "#control/store/open-store.ts";
import type { SessionQuestion, SessionTurn } from "#link/chat-sessions.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { newUser, openMigrated } from "./store-support/open.ts";
import { keepChats, type KeptChats } from "./support/kept-chats.ts";

const dayMs = 24 * 3_600_000;
const word = "canary7f3aQx";
const png = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(3_000, 7)]).toString("base64");
const asks = (text: string): string => JSON.stringify({ role: "user", content: text });
const answers = (text: string): string => JSON.stringify({ role: "assistant", content: text });
const picture = JSON.stringify({
  role: "user",
  content: [{ type: "image_url", image_url: { url: `data:image/png;base64,${png}` } }],
});

describe.each(availableEngines())("conversations on $name", (engine) => {
  let database: TestDatabase;
  let store: OpenStore;
  let chats: KeptChats;
  let now: number;

  beforeEach(async () => {
    now = Date.now();
    database = await engine.create();
    store = await openMigrated(database, { now: () => now, promptDays: 30 });
    chats = keepChats(store);
  });
  afterEach(async () => {
    await chats.desk.close();
    await store.close();
    await database.dispose();
  });

  const owner = { userId: "u1", teamId: "t1" };
  const question = (change: Partial<SessionQuestion> = {}): SessionQuestion => ({
    ...{ requestId: newId(), sessionId: null, ...owner, dialect: "openai-chat", wantsMessages: true, holdMs: 60_000 },
    ...change,
  });
  const turn = (change: Partial<SessionTurn> = {}): SessionTurn => ({
    ...{ sessionId: newId(), isNew: true, requestId: newId(), ...owner, keyId: "k1", createdAt: now },
    ...{ dialect: "openai-chat", model: "m", asked: [asks(`${word} asks`)], said: [answers(`${word} answers`)] },
    ...{ state: "whole", mayReplace: false, ...change },
  });
  const rowsOf = (table: "messages" | "chat_sessions" | "chat_attachments" | "message_attachments" | "content_keys") =>
    store.database.kysely.selectFrom(table).selectAll().execute();

  it("are sealed, and told byte for byte", async () => {
    const { sessionId } = turn();
    expect(await chats.desk.keep(turn({ sessionId, asked: [picture, asks(word)] }))).toBe(true);
    const everything = JSON.stringify([
      await rowsOf("chat_sessions"),
      await rowsOf("messages"),
      await rowsOf("chat_attachments"),
    ]);
    for (const text of [word, Buffer.from(word).toString("base64").slice(0, 10), png.slice(20, 60)])
      expect(everything).not.toContain(text);
    const opened = await chats.desk.open(question({ sessionId }));
    expect(opened).toMatchObject({ kind: "opened", messages: [picture, asks(word), answers(`${word} answers`)] });
    expect(await chats.saved.find(owner, sessionId)).toMatchObject({
      title: word,
      messages: [{ media: [{ kind: "image", url: `data:image/png;base64,${png}` }] }, { text: word }, {}],
    });
  });

  it("are in the hands of one request at a time, and free when that has died", async () => {
    const { sessionId } = turn();
    await chats.desk.keep(turn({ sessionId }));
    const [one, other] = [question({ sessionId }), question({ sessionId })];
    const taken = await Promise.all(
      [one, other].map((each) => store.chats.take({ ...each, sessionId, until: now + 30_000 })),
    );
    expect(taken.map(({ kind }) => kind).toSorted()).toEqual(["busy", "taken"]);
    const first = taken[0]?.kind === "taken" ? one : other;
    await store.chats.holdOn([first.requestId], now + 60_000);
    now += 40_000;
    expect(await store.chats.take({ ...other, sessionId, until: now + 1 })).toEqual({ kind: "busy" });
    expect(await chats.desk.keep(turn({ sessionId, isNew: false, requestId: newId() }))).toBe(false);
    now += 40_000;
    expect(await store.chats.take({ ...other, sessionId, until: now + 1 })).toEqual({ kind: "taken" });
    await store.chats.giveBack(sessionId, other.requestId);
    expect(await store.chats.take({ ...one, sessionId, until: now + 1 })).toEqual({ kind: "taken" });
  });

  it("keep a picture once, until nothing names it", async () => {
    const [one, other] = [turn({ asked: [picture, picture] }), turn({ asked: [picture] })];
    await Promise.all([chats.desk.keep(one), chats.desk.keep(other)]);
    await chats.desk.keep(turn({ asked: [picture], userId: "u2" }));
    expect(await rowsOf("chat_attachments")).toHaveLength(2);
    const mine = [{ kind: "user", id: "u1" }] as const;
    expect(await store.chats.remove(one.sessionId, mine)).toBe(true);
    expect(await rowsOf("chat_attachments")).toHaveLength(2);
    expect(await store.chats.remove(other.sessionId, [{ kind: "user", id: "u2" }])).toBe(false);
    expect(await store.chats.remove(other.sessionId, mine)).toBe(true);
    expect(await rowsOf("chat_attachments")).toHaveLength(1);
    expect(await rowsOf("messages")).toHaveLength(2);
  });

  it("are found by nobody when their time is over, and removed step by step with the keys that nothing needs", async () => {
    const old = turn({ createdAt: now });
    await chats.desk.keep(old);
    now += 20 * dayMs;
    const requestId = newId();
    await chats.desk.open(question({ sessionId: old.sessionId, requestId }));
    await chats.desk.keep(turn({ sessionId: old.sessionId, isNew: false, requestId, asked: [asks("later")] }));
    now += 11 * dayMs;
    const told = async () => (await chats.saved.find(owner, old.sessionId))?.messages.map(({ text }) => text);
    expect(await told()).toEqual(["later", `${word} answers`]);
    expect(await store.chats.forget(10)).toBe(2);
    expect(await rowsOf("messages")).toHaveLength(2);
    now += 20 * dayMs;
    expect(await told()).toBeUndefined();
    expect((await chats.saved.list(owner, { limit: 10 })).data).toEqual([]);
    expect(await chats.desk.open(question({ sessionId: old.sessionId }))).toEqual({ kind: "not_found" });
    expect(await store.chats.forget(10)).toBe(1);
    await store.contents.forgetKeys();
    expect([await rowsOf("messages"), await rowsOf("chat_sessions"), await rowsOf("content_keys")]).toEqual([
      [],
      [],
      [],
    ]);
  });

  it("are not kept of somebody who is erased, and gone with him", async () => {
    const { id: userId } = await store.users.create(newUser("ada@example.com"));
    await chats.desk.keep(turn({ userId, asked: [picture] }));
    await store.erasures.begin(userId);
    for (const table of ["chat_sessions", "messages", "chat_attachments", "message_attachments"] as const)
      expect(await rowsOf(table), table).toEqual([]);
    expect(await chats.desk.keep(turn({ userId }))).toBe(false);
    expect(await rowsOf("chat_sessions")).toEqual([]);
  });

  it("are nobody's to go on with where the store does not answer", async () => {
    await store.close();
    expect(await chats.desk.open(question())).toEqual({ kind: "unknown" });
    expect(await chats.desk.open(question({ sessionId: newId() }))).toEqual({ kind: "unknown" });
  });
});
