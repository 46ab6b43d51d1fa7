// Who loses the right to a request loses it while it runs: a key that is revoked or expires, a user who is removed, a provider
// that is disabled or removed. Each ends within a second, with an error that says so and a record of what was used.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, Script } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { slowdown } from "../../../tests/support/slowdown.ts";
import { openRaw, requestText } from "./support/raw-socket.ts";
import { pause, readBody } from "./support/stage.ts";
import { clientNames, clients } from "./support/talk.ts";
import { startWholeServer } from "./support/whole-server.ts";
import type { WholeServer } from "./support/whole-server.ts";

let server: WholeServer;
let upstream: FakeUpstream;
let providerId: string;
let userId: string;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  server = await startWholeServer();
});
beforeEach(async () => {
  upstream.clear();
  upstream.script({ kind: "stall", after: { chunks: 2 }, of: { kind: "chat", text: "one two three four" } });
  const body = { provider_type: "openai", base_url: `${upstream.url}/v1`, api_key: "sk-of-the-vendor" };
  ({ id: providerId } = await server.admin.providers.create({ body: { ...body, name: `vendor-${Date.now()}` } }));
  ({ id: userId } = await server.admin.users.create({ body: { email: `a${Date.now()}@example.com` } }));
});
afterAll(async () => {
  await server.close();
  await upstream.close();
});

interface Key {
  readonly id: string;
  readonly key: string;
}

const newKey = (expires_at: string | null = null): Promise<Key> =>
  server.admin.apiKeys.create({ body: { name: "k", user_id: userId, expires_at } });

async function nameOfProvider(): Promise<string> {
  return (await server.admin.providers.get({ params: { id: providerId } })).name;
}

/** Resolves when an answer has begun. */
async function begin({ key }: Key, client: keyof typeof clients, stream: boolean): Promise<Response> {
  const { path, body } = clients[client]({ model: `${await nameOfProvider()}/m`, stream, tools: [] });
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  return fetch(server.url + path, { method: "POST", headers, body });
}

/** Lists of models are asked for beside. */
const asksOfVendor = () => upstream.received.filter(({ method }) => method === "POST").length;
const vendorAsked = () => upstream.waitUntil(() => asksOfVendor() > 0);

async function recordsOf({ id }: Key, count: number) {
  for (;;) {
    const { data } = await server.admin.usage.list({ query: { api_key_id: id } });
    if (data.length >= count) return data;
    await pause(20);
  }
}

const revoke = ({ id }: Key) => server.admin.apiKeys.revoke({ params: { id } });

/** A request of which the last bytes come when something has happened. */
async function sendSlowly({ key }: Key, meanwhile: () => Promise<unknown>) {
  const { path, body } = clients["openai-chat"]({ model: `${await nameOfProvider()}/m`, tools: [] });
  const raw = await openRaw(server.url);
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const text = requestText({ path, body, headers });
  raw.send(text.slice(0, -10));
  await pause(50);
  await meanwhile();
  raw.send(text.slice(-10));
  return raw;
}

describe("a key that is revoked", () => {
  it("ends its streams within a second, and says so in their dialects", async () => {
    const key = await newKey();
    const responses = [];
    for (const client of clientNames) responses.push(await begin(key, client, true));
    const reading = Promise.all(responses.map(readBody));
    await revoke(key);
    const revokedAt = performance.now();
    for (const { text, isCut } of await reading) {
      expect(isCut).toBe(true);
      expect(text).toContain("was revoked while the request was running");
    }
    expect(performance.now() - revokedAt).toBeLessThan(1_000 * slowdown());
    for (const record of await recordsOf(key, clientNames.length)) {
      expect(record).toMatchObject({ status: "error", error_code: "invalid_api_key", http_status: 200 });
    }
    await upstream.waitUntil(() => upstream.received.filter(({ aborted }) => aborted).length === clientNames.length);
  });

  const silent: Script = { kind: "stall", after: "connect" };

  it("ends requests whose vendor has not answered yet, as what failed before its first byte", async () => {
    upstream.script(silent);
    const key = await newKey();
    const ways = clientNames.flatMap((client) => [true, false].map((stream) => [client, stream] as const));
    const asked = ways.map(([client, stream]) => begin(key, client, stream));
    await upstream.waitUntil(() => asksOfVendor() === ways.length);
    await revoke(key);
    const revokedAt = performance.now();
    for (const answer of await Promise.all(asked)) {
      expect(answer.status).toBe(401);
      expect(await answer.text()).toContain("was revoked while the request was running");
    }
    expect(performance.now() - revokedAt).toBeLessThan(1_000 * slowdown());
    for (const record of await recordsOf(key, ways.length)) {
      expect(record).toMatchObject({
        status: "error",
        error_code: "invalid_api_key",
        http_status: 401,
        estimated: true,
      });
      expect(record.prompt_tokens).toBeGreaterThan(0);
    }
  });

  it("ends one about what a vendor keeps", async () => {
    upstream.script(silent);
    const key = await newKey();
    const headers = { authorization: `Bearer ${key.key}`, "x-ghostllm-provider": await nameOfProvider() };
    const form = new FormData();
    form.set("purpose", "user_data");
    form.set("file", new Blob(["x"]), "x.txt");
    const asked = fetch(`${server.url}/v1/files`, { method: "POST", headers, body: form });
    await vendorAsked();
    await revoke(key);
    expect((await asked).status).toBe(401);
  });

  it("is looked at again when a slow body has arrived", async () => {
    const key = await newKey();
    const send = await sendSlowly(key, () => revoke(key));
    expect(await send.until((came) => came.includes("invalid_api_key"))).toMatch(/^HTTP\/1\.1 401 /);
    send.destroy();
    expect(asksOfVendor()).toBe(0);
  });
});

it.each(["user", "expiry"] as const)("the same holds for the end of a key's %s", async (what) => {
  const key = await newKey(what === "expiry" ? new Date(Date.now() + 1_000).toISOString() : null);
  const reading = readBody(await begin(key, "openai-chat", true));
  if (what === "user") await server.admin.users.remove({ params: { id: userId } });
  const startedAt = performance.now();
  const { text, isCut } = await reading;
  expect(performance.now() - startedAt).toBeLessThan(2_000 * slowdown());
  expect(isCut).toBe(true);
  expect(text).toMatch(/was revoked while|expired while the request was running/);
});

it.each(["disabled", "removed"] as const)(
  "a provider that is %s ends what it answers, and others go on",
  async (how) => {
    const key = await newKey();
    const other = await newKey();
    const reading = readBody(await begin(key, "anthropic-messages", true));
    const params = { id: providerId };
    if (how === "removed") await server.admin.providers.remove({ params });
    else await server.admin.providers.update({ params, body: { enabled: false } });
    const { text, isCut } = await reading;
    expect(isCut).toBe(true);
    expect(text).toContain("was disabled while it answered");
    expect((await recordsOf(key, 1))[0]).toMatchObject({ status: "error", error_code: "service_unavailable" });
    const demo = { model: "demo/demo", messages: [{ role: "user", content: "hello" }] };
    const headers = { authorization: `Bearer ${other.key}`, "content-type": "application/json" };
    const answer = await fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      headers,
      body: JSON.stringify(demo),
    });
    expect(answer.status).toBe(200);
  },
);

it("a provider that is disabled while a body arrives is not asked", async () => {
  const update = { params: { id: providerId }, body: { enabled: false } };
  const send = await sendSlowly(await newKey(), () => server.admin.providers.update(update));
  expect(await send.until((came) => came.includes("was disabled"))).toMatch(/^HTTP\/1\.1 503 /);
  send.destroy();
  expect(asksOfVendor()).toBe(0);
});

it("a provider that is renamed, and a key that is changed otherwise, end nothing", async () => {
  upstream.script({ kind: "chat", text: "one two three four", paceMs: 250 });
  const key = await newKey();
  const response = await begin(key, "openai-chat", true);
  await server.admin.providers.update({ params: { id: providerId }, body: { name: `renamed-${Date.now()}` } });
  await server.admin.apiKeys.update({ params: { id: key.id }, body: { name: "renamed", budget_usd: "1" } });
  const { text, isCut } = await readBody(response);
  expect({ isCut, isDone: text.includes("[DONE]") }).toEqual({ isCut: false, isDone: true });
});
