// Conversations that are kept: in every dialect, whole, streamed and over a WebSocket, what a client says is kept with what it is answered, and
// one that goes on sends no more than is new.

import { hash } from "node:crypto";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { SessionBounds } from "#control/chats/session-desk.ts";
import type { OpenStore } from "#control/store/open-store.ts";
import type { Principal } from "#domain/principal.ts";
import { placeholderFor } from "#domain/privacy/placeholders.ts";
import type { Alias } from "#domain/snapshot.ts";
import { nobodyKeepsSessions } from "#link/chat-sessions.ts";
import { availableEngines } from "./store-support/engines.ts";
import type { TestDatabase } from "./store-support/engines.ts";
import { openMigrated } from "./store-support/open.ts";
import { ChatPage } from "./support/chat-page.ts";
import { makePrincipal, makeSnapshot, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { keepChats } from "./support/kept-chats.ts";
import type { KeptChats } from "./support/kept-chats.ts";
import { makeGuardrail } from "./support/guardrails.ts";
import { postJson } from "./support/stage.ts";
import { clientNames } from "./support/talk.ts";
import type { ClientName } from "./support/talk.ts";
import { everyDialect, models } from "./support/talk-vendors.ts";
import { saying } from "./support/told-texts.ts";

let upstream: FakeUpstream;
let database: TestDatabase;
let store: OpenStore;
let chats: KeptChats;
let gateway: TestGateway;

beforeAll(async () => {
  const [engine] = availableEngines();
  if (engine === undefined) throw new Error("there is no database");
  database = await engine.create();
  store = await openMigrated(database, { promptDays: 30 });
  chats = keepChats(store);
  upstream = await startFakeUpstream();
  gateway = await startGateway(makeSnapshot({ targets: [] }), {
    contents: { keep: () => true },
    chatSessions: chats.desk,
    limits: { bodyValues: 2_000 },
  });
});
beforeEach(() => {
  upstream.clear();
  hold();
});
afterAll(async () => {
  await gateway.close();
  await chats.desk.close();
  await store.close();
  await database.dispose();
  await upstream.close();
});

const otherKey = "gk-otherotherot-0123456789abcdef";

function hold(change: Partial<Principal> = {}): void {
  const usual = makePrincipal({ storePrompts: "request_and_answer", teamId: "team-1", ...change });
  const other = { ...usual, keyId: "key-2", teamId: "team-2" };
  gateway.swap(
    makeSnapshot({ targets: everyDialect(upstream.url), principals: { [testKey]: usual, [otherKey]: other } }),
  );
}

const user = (text: string): Readonly<Record<ClientName, object>> => ({
  "openai-chat": { messages: [{ role: "user", content: text }] },
  "openai-responses": { input: text },
  "anthropic-messages": { max_tokens: 99, messages: [{ role: "user", content: text }] },
  gemini: { contents: [{ role: "user", parts: [{ text }] }] },
  ollama: { messages: [{ role: "user", content: text }] },
});

function pathOf(client: ClientName, stream: boolean): string {
  if (client === "gemini")
    return `/v1beta/models/${models.gemini}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`;
  const paths = {
    "openai-chat": "/v1/chat/completions",
    "openai-responses": "/v1/responses",
    "anthropic-messages": "/v1/messages",
    ollama: "/api/chat",
  };
  return paths[client];
}

interface Said {
  readonly client?: ClientName;
  readonly stream?: boolean;
  readonly text: string;
  readonly more?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

function say({ client = "openai-chat", stream = false, text, more = {}, headers = {} }: Said): Promise<Response> {
  const model = client === "gemini" ? {} : { model: models[client], stream };
  return postJson(
    gateway.url + pathOf(client, stream),
    { ...model, ...user(text)[client], ...more },
    { headers: { ...headers } },
  );
}

const idOf = (response: Response): string => response.headers.get("x-ghostllm-session-id") ?? "";
const told = async (id: string) => (await chats.saved.find({ userId: "user-1" }, id))?.messages ?? [];
const textsOf = async (id: string) => (await told(id)).map(({ role: by, text }) => [by, text]);

async function own(path: string, init: RequestInit = {}, key = testKey): Promise<Response> {
  return fetch(gateway.url + path, { ...init, headers: { authorization: `Bearer ${key}` } });
}

const ways = clientNames.flatMap((client) => [false, true].map((stream) => [client, stream] as const));

it("a session grows to no more values than a request may hold", async () => {
  const content = Array.from({ length: 300 }, () => ({ type: "text", text: "x" }));
  const go = (more: object) => say({ text: "", more: { messages: [{ role: "user", content }], ...more } });
  const id = idOf(await go({ session_id: "new" }));
  expect((await go({ session_id: id, continue_session: true })).status).toBe(200);
  const refused = await go({ session_id: id, continue_session: true });
  expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining("more than 2000 values")]);
  expect(upstream.received).toHaveLength(2);
});

it.each([
  ["session_id", '{"\\u0073ession_id": "new",'],
  ["continue_session", '{"session_id": "new", "continue\\u005fsession": true,'],
  ["a field that is there twice", '{"session_id": "new", "session_id": "new",'],
])("a name that hides is seen: %s", async (_, beginning) => {
  const body = JSON.stringify({ model: models["openai-chat"], ...user("hi")["openai-chat"] }).replace("{", beginning);
  const response = await postJson(gateway.url + pathOf("openai-chat", false), body);
  expect([response.status, await response.text()]).toEqual([400, expect.stringContaining("without escapes")]);
  expect(upstream.received).toHaveLength(0);
});

describe("bounds", () => {
  async function bounded(bounds: Partial<SessionBounds>, look: () => Promise<void>): Promise<void> {
    const small = keepChats(store, { sessions: 1_000, messages: 1_000, bytes: 1e9, ...bounds });
    const before = gateway;
    gateway = await startGateway(makeSnapshot({ targets: [] }), {
      contents: { keep: () => true },
      chatSessions: small.desk,
    });
    hold({ userId: "user-bounded" });
    try {
      await look();
    } finally {
      for (const { id } of await store.chats.list({ limit: 100 }, [{ kind: "user", id: "user-bounded" }]))
        await store.chats.remove(id, "all");
      await gateway.close();
      await small.desk.close();
      gateway = before;
    }
  }

  it.each<[string, Partial<SessionBounds>]>([
    ["so many sessions of a user", { sessions: 1 }],
    ["so many messages of a session", { messages: 2 }],
    ["so many bytes of a session", { bytes: 20 }],
  ])("there are %s, and no more", (_name, bounds) =>
    bounded(bounds, async () => {
      upstream.script(Array.from({ length: 6 }, () => saying["openai-chat"](["One answer"], false)));
      const first = await say({ text: "first", more: { session_id: "new" } });
      expect(first.status).toBe(200);
      const more = { session_id: idOf(first), continue_session: true };
      const again = await say({ text: "second", more: bounds.sessions === undefined ? more : { session_id: "new" } });
      const asked = upstream.received.length;
      expect([again.status, (await again.json()) as object]).toEqual([
        409,
        { error: expect.objectContaining({ param: "session_id", message: expect.stringMatching(/as many as/) }) },
      ]);
      expect(upstream.received).toHaveLength(asked);
      // Whoever is refused has not taken it.
      expect((await say({ text: "third", more: bounds.sessions === undefined ? more : {} })).status).toBe(
        bounds.sessions === undefined ? 409 : 200,
      );
    }),
  );
});

describe.each(ways)("a session of %s, streamed: %s", (client, stream) => {
  it("keeps what is said, and goes on with all of it", async () => {
    upstream.script([
      saying[client](stream ? ["One ", "answer"] : ["One answer"], stream),
      saying[client](["Two"], stream),
    ]);
    const first = await say({ client, stream, text: "first question", more: { session_id: "new" } });
    expect(await first.text()).toContain("answer");
    expect(first.status).toBe(200);
    const id = idOf(first);
    expect(JSON.stringify(upstream.received.at(-1)?.body)).not.toContain("session");
    const next = await say({ client, stream, text: "second", more: { session_id: id, continue_session: true } });
    expect([next.status, idOf(next)]).toEqual([200, id]);
    expect(await next.text()).toContain("Two");
    const asked = upstream.received.at(-1)?.text ?? "";
    const places = ["first question", "One answer", "second"].map((text) => asked.indexOf(text));
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(places[0]).toBeGreaterThan(0);
    expect(asked).not.toContain("session");
    expect(await textsOf(id)).toEqual([
      ["user", "first question"],
      ["assistant", "One answer"],
      ["user", "second"],
      ["assistant", "Two"],
    ]);
    const [record, before] = [gateway.records.at(-1), gateway.records.at(-2)];
    expect([record?.sessionId, before?.sessionId]).toEqual([id, id]);
  });
});

describe("a session", () => {
  it("is named by a header as well, and over a WebSocket in the body", async () => {
    upstream.script([saying["openai-chat"](["One"], false), saying["openai-chat"](["Two"], true)]);
    const id = idOf(await say({ text: "first", headers: { "x-ghostllm-session-id": "new" } }));
    const page = await ChatPage.ready(gateway.url, testKey);
    const messages = await page.chat({
      ...{ model: models["openai-chat"], messages: [{ role: "user", content: "second" }] },
      ...{ session_id: id, continue_session: true },
    });
    expect(messages.at(-1)).toMatchObject({ type: "done", headers: { "x-ghostllm-session-id": id } });
    page.close();
    expect((await textsOf(id)).map(([, text]) => text)).toEqual(["first", "One", "second", "Two"]);
  });

  it("keeps what is new alone of a client that sends everything each time", async () => {
    upstream.script(["One", "Two", "Three"].map((text) => saying["openai-chat"]([text], false)));
    const id = idOf(await say({ text: "first", more: { session_id: "new" } }));
    const all = [
      { role: "user", content: "first" },
      { role: "assistant", content: "One" },
      { role: "user", content: "second" },
    ];
    await say({ text: "", more: { session_id: id, messages: all } });
    expect((await textsOf(id)).map(([, text]) => text)).toEqual(["first", "One", "second", "Two"]);
    // The same again: another answer in place of the last one.
    await say({ text: "", more: { session_id: id, messages: all } });
    expect((await textsOf(id)).map(([, text]) => text)).toEqual(["first", "One", "second", "Three"]);
  });

  it("is not there for another team, another user, or under a key whose policy forbids it", async () => {
    upstream.script([saying["openai-chat"](["One"], false)]);
    const id = idOf(await say({ text: "first", more: { session_id: "new" } }));
    const asked = upstream.received.length;
    const go = { session_id: id, continue_session: true };
    const ofOtherTeam = await say({ text: "x", more: go, headers: { authorization: `Bearer ${otherKey}` } });
    hold({ userId: "user-2" });
    const ofOtherUser = await say({ text: "x", more: go });
    for (const response of [ofOtherTeam, ofOtherUser]) {
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: { code: "not_found", param: "session_id" } });
    }
    for (const storePrompts of [null, "request"] as const) {
      hold({ storePrompts });
      const refused = await say({ text: "x", more: { session_id: "new" } });
      expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining("store_prompts")]);
    }
    expect(upstream.received.length).toBe(asked);
    expect(await chats.saved.list({ userId: "user-2" }, { limit: 10 })).toEqual({ data: [], next: null });
  });

  it("is none of a count of tokens, which clients ask for with the headers of their chats", async () => {
    const { "anthropic-messages": model } = models;
    const body = { model, ...user("x")["anthropic-messages"] };
    const path = `${gateway.url}/v1/messages/count_tokens`;
    const headers = { "x-ghostllm-session-id": "0194c4d5-0000-7000-8000-000000000000" };
    expect((await postJson(path, body, { headers })).status).toBe(200);
    const said = await postJson(path, { ...body, session_id: "new" });
    expect([said.status, await said.text()]).toEqual([400, expect.stringContaining("count_tokens")]);
  });

  it("goes on in its own dialect alone", async () => {
    upstream.script([saying["openai-chat"](["One"], false)]);
    const id = idOf(await say({ text: "first", more: { session_id: "new" } }));
    const other = await say({ client: "anthropic-messages", text: "x", more: { session_id: id } });
    expect([other.status, await other.text()]).toEqual([409, expect.stringContaining("openai-chat")]);
  });

  it.each([
    ["a name that is none", { session_id: "mine" }, 400],
    ["a number", { session_id: 5 }, 400],
    ["a wish that is no flag", { session_id: "new", continue_session: "yes" }, 400],
    ["going on with none", { continue_session: true }, 400],
    ["several answers", { session_id: "new", n: 2 }, 400],
    ["nothing new", { session_id: "new", messages: [] }, 400],
    ["one that is not there", { session_id: "0194c4d5-0000-7000-8000-000000000000" }, 404],
  ])("refuses %s, and asks nobody", async (_name, more, status) => {
    const response = await say({ text: "x", more });
    expect(response.status).toBe(status);
    expect(upstream.received).toHaveLength(0);
  });

  it("is not of what is no chat", async () => {
    const response = await postJson(`${gateway.url}/v1/embeddings`, { model: "m", input: "x", session_id: "new" });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining("session")]);
    const batch = { input_file_id: "f", endpoint: "/v1/chat/completions", completion_window: "24h" };
    for (const [more, headers] of [
      [{ session_id: "new" }, {}],
      [{}, { "x-ghostllm-session-id": "new" }],
    ] as const) {
      const later = await postJson(`${gateway.url}/v1/batches`, { ...batch, ...more }, { headers });
      expect([later.status, await later.text()]).toEqual([400, expect.stringContaining("session")]);
    }
  });

  it("keeps nothing of a request that failed, and may be asked again at once", async () => {
    upstream.script([
      saying["openai-chat"](["One"], false),
      { kind: "answer", status: 400, body: { error: { message: "no" } } },
      saying["openai-chat"](["Two"], false),
    ]);
    const id = idOf(await say({ text: "first", more: { session_id: "new" } }));
    const failed = await say({ text: "second", more: { session_id: id, continue_session: true } });
    expect(failed.status).toBe(400);
    await failed.text();
    expect((await textsOf(id)).map(([, text]) => text)).toEqual(["first", "One"]);
    await say({ text: "third", more: { session_id: id, continue_session: true } });
    expect((await textsOf(id)).map(([, text]) => text)).toEqual(["first", "One", "third", "Two"]);
  });

  it("is one request's at a time", async () => {
    upstream.script([
      saying["openai-chat"](["One"], false),
      { kind: "chat", text: "a b c d e f g h", tokensPerSecond: 2 },
    ]);
    const id = idOf(await say({ text: "first", more: { session_id: "new" } }));
    const stop = new AbortController();
    const long = fetch(`${gateway.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${testKey}`, "content-type": "application/json" },
      body: JSON.stringify({ model: models["openai-chat"], stream: true, ...user("x")["openai-chat"], session_id: id }),
      signal: stop.signal,
    });
    const reader = (await long).body?.getReader();
    await reader?.read();
    const busy = await say({ text: "second", more: { session_id: id } });
    expect([busy.status, await busy.text()]).toEqual([409, expect.stringContaining("being asked")]);
    stop.abort();
    await reader?.read().catch(() => undefined);
    await expect.poll(async () => (await told(id)).length, { timeout: 10_000 }).toBe(4);
    expect(await told(id)).toMatchObject([
      { text: "first", state: "whole" },
      { text: "One", state: "whole" },
      { text: "x", state: "whole" },
      { role: "assistant", text: expect.stringMatching(/^a/) as string, state: "cut" },
    ]);
    upstream.script([saying["openai-chat"](["Two"], false)]);
    expect((await say({ text: "third", more: { session_id: id, continue_session: true } })).status).toBe(200);
  });

  it("is counted with all that was said, as if its client had sent it", async () => {
    const long = "many words are said here. ".repeat(400);
    upstream.script([saying["openai-chat"](["One"], false), saying["openai-chat"](["Two"], false)]);
    const id = idOf(await say({ text: long, more: { session_id: "new" } }));
    const go = { model: models["openai-chat"], ...user("x")["openai-chat"], session_id: id };
    const estimate = async (body: object) =>
      ((await (await postJson(`${gateway.url}/v1/estimate`, body)).json()) as { tokens: { prompt: number } }).tokens
        .prompt;
    expect(await estimate({ ...go, continue_session: true })).toBeGreaterThan((await estimate(go)) + long.length / 8);
    const unmade = await postJson(`${gateway.url}/v1/estimate`, { ...go, session_id: "new" });
    expect([unmade.status, idOf(unmade)]).toEqual([200, ""]);
    await say({ text: "x", more: { session_id: id, continue_session: true } });
    expect(upstream.received.at(-1)?.text).toContain(long);
  });

  it("keeps what guardrails have left of it, and asks with that by the model's own name", async () => {
    const target = everyDialect(upstream.url).find(({ model }) => model === models["openai-chat"]);
    if (target === undefined) throw new Error("there is a model of each dialect");
    const alias: Alias = { id: "a", name: "a", strategy: "ordered", targets: [{ target, weight: 1 }], createdAt: 0 };
    gateway.swap(
      makeSnapshot({
        targets: [target],
        aliases: new Map([["a", alias]]),
        principals: { [testKey]: makePrincipal({ storePrompts: "request_and_answer" }) },
        guardrails: [makeGuardrail({ action: "redact" })],
      }),
    );
    upstream.script([saying["openai-chat"](["A bluebird"], false), saying["openai-chat"](["Two"], false)]);
    // Its name stands behind what is redacted.
    const ask = (more: object) =>
      postJson(`${gateway.url}/v1/chat/completions`, { ...user("My bluebird")["openai-chat"], model: "a", ...more });
    const first = await ask({ session_id: "new" });
    expect(await first.text()).toContain("A [redacted]");
    await ask({ session_id: idOf(first), continue_session: true });
    expect(upstream.received.map(({ text }): unknown => JSON.parse(text))).toMatchObject([
      { model: target.model, messages: [{ content: "My [redacted]" }] },
      { model: target.model, messages: [{}, { content: "A [redacted]" }, { content: "My [redacted]" }] },
    ]);
    expect((await textsOf(idOf(first))).map(([, text]) => text)).toEqual([
      ...["My [redacted]", "A [redacted]", "My [redacted]", "Two"],
    ]);
  });

  it("keeps placeholders in place of personal data, and goes on with them", async () => {
    const email = "jane.doe@example.com";
    const placeholder = placeholderFor(hash("sha256", testKey), "email", email);
    hold({ privacy: { classes: { email: "replace" }, patterns: [], unreadable: "allow" } });
    upstream.script([saying["openai-chat"]([`Hello ${placeholder}`], false), saying["openai-chat"](["Two"], false)]);
    const first = await say({ text: `I am ${email}`, more: { session_id: "new" } });
    expect(await first.text()).toContain(`Hello ${email}`);
    const id = idOf(first);
    expect(await textsOf(id)).toEqual([
      ["user", `I am ${placeholder}`],
      ["assistant", `Hello ${placeholder}`],
    ]);
    await say({ text: `Still ${email}`, more: { session_id: id, continue_session: true } });
    const asked = upstream.received.at(-1)?.text ?? "";
    expect(asked.split(placeholder)).toHaveLength(4);
    expect(asked).not.toContain(email);
  });

  it.each([false, true])(
    "gives back what its vendor sealed byte for byte, and calls with results, streamed: %s",
    async (stream) => {
      const thought = { type: "thinking", thinking: "Hm", signature: "c2VhbGVkL29u+Y2U=" };
      const call = { type: "tool_use", id: "toolu_1", name: "f", input: { n: 1 } };
      const head = { id: "msg_1", type: "message", role: "assistant", model: "m", stop_sequence: null };
      const usage = { input_tokens: 3, output_tokens: 2 };
      const events = [
        { type: "message_start", message: { ...head, content: [], stop_reason: null, usage } },
        { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } },
        { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "Hm" } },
        { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: thought.signature } },
        { type: "content_block_stop", index: 0 },
        { type: "content_block_start", index: 1, content_block: { ...call, input: {} } },
        { type: "content_block_delta", index: 1, delta: { type: "input_json_delta", partial_json: '{"n": 1}' } },
        { type: "content_block_stop", index: 1 },
        { type: "message_delta", delta: { stop_reason: "tool_use", stop_sequence: null }, usage },
        { type: "message_stop" },
      ];
      const text = events.map((one) => `event: ${one.type}\ndata: ${JSON.stringify(one)}\n\n`).join("");
      const answer = { ...head, content: [thought, call], stop_reason: "tool_use", usage };
      upstream.script([
        stream ? { kind: "raw", text } : { kind: "answer", body: answer },
        saying["anthropic-messages"](["Done"], stream),
      ]);
      const client = "anthropic-messages";
      const first = await say({ client, stream, text: "first", more: { session_id: "new" } });
      await first.text();
      const result = { role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_1", content: "sun" }] };
      const go = { session_id: idOf(first), continue_session: true, messages: [result] };
      const next = await say({ client, stream, text: "", more: go });
      expect([next.status, await next.text()]).toEqual([200, expect.stringContaining("Done")]);
      const { messages } = JSON.parse(upstream.received.at(-1)?.text ?? "") as { messages: readonly object[] };
      expect(messages).toEqual([
        { role: "user", content: "first" },
        { role: "assistant", content: [thought, call] },
        result,
      ]);
      expect(await told(idOf(first))).toMatchObject([
        {},
        { reasoning: "Hm", tool_calls: [{ id: "toolu_1", name: "f" }] },
        { role: "tool", tool_results: [{ id: "toolu_1", text: "sun" }] },
        { text: "Done" },
      ]);
    },
  );
});

describe("where sessions cannot be read", () => {
  it("a request that names one is refused before a vendor is asked, and all others are answered", async () => {
    const targets = everyDialect(upstream.url);
    const principals = { [testKey]: makePrincipal({ storePrompts: "request_and_answer" }) };
    const away = await startGateway(makeSnapshot({ targets, principals }), {
      contents: { keep: () => true },
      chatSessions: nobodyKeepsSessions,
    });
    const body = { model: models["openai-chat"], ...user("x")["openai-chat"] };
    const refused = await postJson(`${away.url}/v1/chat/completions`, { ...body, session_id: "new" });
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"]);
    const listed = await fetch(`${away.url}/v1/sessions`, { headers: { authorization: `Bearer ${testKey}` } });
    expect(listed.status).toBe(503);
    expect(upstream.received).toHaveLength(0);
    upstream.script([saying["openai-chat"](["One"], false)]);
    expect((await postJson(`${away.url}/v1/chat/completions`, body)).status).toBe(200);
    await away.close();
  });

  it("has what a client was told, before its last byte, or is tried again without the client waiting for ever", async () => {
    let tries = 0;
    const targets = everyDialect(upstream.url);
    const principals = { [testKey]: makePrincipal({ storePrompts: "request_and_answer" }) };
    const stuck = await startGateway(makeSnapshot({ targets, principals }), {
      contents: { keep: () => true },
      chatSessions: {
        ...nobodyKeepsSessions,
        open: () => ({ kind: "opened", id: "s", hasMessages: false, messages: [] }),
        keep: () => new Promise<boolean>(() => (tries += 1)),
      },
    });
    upstream.script([saying["openai-chat"](["One"], false)]);
    const body = { model: models["openai-chat"], ...user("x")["openai-chat"], session_id: "new" };
    const response = await postJson(`${stuck.url}/v1/chat/completions`, body);
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining("One")]);
    expect(tries).toBe(1);
    expect(stuck.records).toMatchObject([{ status: "ok", sessionId: "s" }]);
    await stuck.close();
  });
});

describe("a key", () => {
  it("lists, reads, renames, archives and deletes the sessions of its user and team", async () => {
    upstream.script([saying["openai-chat"](["One"], false), saying["openai-chat"](["Two"], false)]);
    hold({ userId: "user-9" });
    const id = idOf(await say({ text: "What is the capital of France?", more: { session_id: "new" } }));
    const later = idOf(await say({ text: "Another", more: { session_id: "new" } }));
    const list = async (query = "") => (await own(`/v1/sessions${query}`)).json();
    expect(await list()).toMatchObject({
      data: [
        { id: later, title: "Another" },
        { id, title: "What is the capital of France?" },
      ],
      next: null,
    });
    expect(await list("?q=france")).toMatchObject({ data: [{ id, dialect: "openai-chat" }] });
    const first = (await list("?limit=1")) as { readonly next: string };
    expect(await list(`?limit=1&after=${first.next}`)).toMatchObject({ data: [{ id }], next: null });
    expect(await (await own(`/v1/sessions/${id}`)).json()).toMatchObject({
      messages: [
        { role: "user", text: "What is the capital of France?" },
        { role: "assistant", text: "One" },
      ],
    });
    const body = JSON.stringify({ title: "Capitals", archived: true });
    expect(await (await own(`/v1/sessions/${id}`, { method: "POST", body })).json()).toMatchObject({
      ...{ id, title: "Capitals", archived: true },
    });
    expect(await list("?archived=false")).toMatchObject({ data: [{ id: later }] });
    expect((await own(`/v1/sessions/${id}`, { method: "POST", body: '{"title":""}' })).status).toBe(400);
    expect((await own("/v1/sessions?archived=perhaps")).status).toBe(400);
    for (const [path, method] of [
      [`/v1/sessions/${id}`, "GET"],
      [`/v1/sessions/${id}`, "DELETE"],
    ] as const)
      expect((await own(path, { method }, otherKey)).status).toBe(404);
    expect(await (await own("/v1/sessions", {}, otherKey)).json()).toMatchObject({ data: [] });
    expect(await (await own(`/v1/sessions/${id}`, { method: "DELETE" })).json()).toEqual({ id, deleted: true });
    expect((await own(`/v1/sessions/${id}`)).status).toBe(404);
    const rows = await store.database.kysely.selectFrom("messages").select("id").where("session_id", "=", id).execute();
    expect(rows).toEqual([]);
  });
});
