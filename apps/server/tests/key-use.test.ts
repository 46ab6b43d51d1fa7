// What a key may be used for and from where, over the whole server behind a trusted proxy: on every route, and within a second of a change.

import { createHash, randomBytes } from "node:crypto";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { keyEndpointNames } from "@ghostllm/contract";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { keyEndpointOf } from "#gateway/endpoints/key-endpoint.ts";
import { slowdown } from "../../../tests/support/slowdown.ts";
import { askRoute, everyRoute, type RouteCase } from "./support/every-route.ts";
import { pause } from "./support/stage.ts";
import { startWholeServer } from "./support/whole-server.ts";
import type { WholeServer } from "./support/whole-server.ts";

let server: WholeServer;
let upstream: FakeUpstream;
let userId: string;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  server = await startWholeServer({
    OPENAI_API_KEY: "sk-vendor",
    OPENAI_BASE_URL: `${upstream.url}/v1`,
    SERVER_TRUSTED_PROXIES: "loopback",
    GHOSTLLM_METRICS_TOKEN: randomBytes(24).toString("hex"),
  });
  ({ id: userId } = await server.admin.users.create({ body: { email: "ada@example.com", role: "admin" } }));
});
afterAll(async () => {
  await server?.close();
  await upstream?.close();
});

type Permissions = NonNullable<Parameters<typeof server.admin.apiKeys.create>[0]["body"]["permissions"]>;

const newKey = (permissions: Permissions = {}) =>
  server.admin.apiKeys.create({ body: { name: "k", user_id: userId, permissions } });

const chat = { model: "gpt-4o-mini", messages: [{ role: "user", content: "Hello" }] };

interface Ask {
  readonly from?: string;
  readonly path?: string;
  readonly body?: object | null;
}

function ask(key: string, { from = "203.0.113.9", path = "/v1/chat/completions", body = chat }: Ask = {}) {
  const headers = { authorization: `Bearer ${key}`, "x-forwarded-for": from, "content-type": "application/json" };
  const asking = body === null ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
  return fetch(server.url + path, asking);
}

async function statusOf(key: string, asked: Ask = {}): Promise<number> {
  const response = await ask(key, asked);
  await response.arrayBuffer();
  return response.status;
}

async function errorOf(response: Response) {
  return ((await response.json()) as { error: { code: string; message: string } }).error;
}

/** Those that a key opens; the first answers of `askRoute` say with which status. */
const opened: readonly RouteCase[] = [
  ...everyRoute.filter(({ key, status }) => key !== "none" && (status === 200 || status === 404)),
];

describe("a key that is for some addresses", () => {
  it.each([
    ["203.0.113.9", ["203.0.113.9"], 200],
    ["203.0.113.9", ["203.0.113.0/24", "2001:db8::/32"], 200],
    ["203.0.114.9", ["203.0.113.0/24", "2001:db8::/32"], 403],
    ["2001:db8:1::5", ["203.0.113.0/24", "2001:db8::/32"], 200],
    ["2001:db9::5", ["203.0.113.0/24", "2001:db8::/32"], 403],
    ["::ffff:203.0.113.9", ["203.0.113.0/24"], 200],
    ["203.0.113.9", ["::ffff:203.0.113.0/120"], 200],
    ["203.0.113.9", [], 403],
    ["unknown", ["203.0.113.0/24"], 403],
    // The proxy is believed, and what a client says before it is not.
    ["203.0.113.9, 198.51.100.1", ["203.0.113.9"], 403],
    ["198.51.100.1, 203.0.113.9", ["203.0.113.9"], 200],
  ] as const)("asked from %s with %j is answered %i", async (from, addresses, status) => {
    const { key } = await newKey({ addresses: [...addresses] });
    expect(await statusOf(key, { from })).toBe(status);
  });

  it("names in its refusal from where, and nothing of the list; the request is in the list of those refused", async () => {
    const { key, public_id: publicId, id } = await newKey({ addresses: ["198.51.100.0/24"] });
    const response = await ask(key, { from: "203.0.113.77" });
    const { code, message } = await errorOf(response);
    expect([response.status, code]).toEqual([403, "permission_denied"]);
    expect(message).toBe(`The API key ${publicId} may not be used from 203.0.113.77.`);
    await vi.waitFor(async () => {
      const { data } = await server.admin.requests.refused({});
      expect(data.find((one) => one.id === response.headers.get("x-request-id"))).toMatchObject({ api_key_id: id });
    }, 5_000);
  });

  it.each(opened.map((route) => [route.name, route] as const))("is refused elsewhere: %s", async (_name, route) => {
    const { key } = await newKey({ addresses: ["198.51.100.7"] });
    const headers = { authorization: `Bearer ${key}`, "x-forwarded-for": "198.51.100.8" };
    const refused = await askRoute(server, route, { headers });
    const text = await refused.text();
    expect([refused.status, text.includes("198.51.100.7")]).toEqual([403, false]);
    const taken = await askRoute(server, route, { headers: { ...headers, "x-forwarded-for": "198.51.100.7" } });
    await taken.arrayBuffer();
    expect(taken.status).toBe(route.status);
  });

  it("takes a change within a second, and is told to look at what is no range", async () => {
    const { id, key } = await newKey();
    expect(await statusOf(key)).toBe(200);
    await server.admin.apiKeys.update({ params: { id }, body: { permissions: { addresses: ["10.0.0.0/8"] } } });
    const changedAt = performance.now();
    while ((await statusOf(key)) !== 403) await pause(10);
    expect(performance.now() - changedAt).toBeLessThan(1_000 * slowdown());
    const wrong = { params: { id }, body: { permissions: { addresses: ["10.0.0.0/8", "nowhere"] } } };
    await expect(server.admin.apiKeys.update(wrong)).rejects.toMatchObject({
      ...{ status: 400, param: "permissions.addresses" },
    });
    const shown = await server.admin.apiKeys.get({ params: { id } });
    const everyone = { models: null, endpoints: null, acts_for: null, timeouts: null };
    expect(shown.permissions).toEqual({ ...everyone, addresses: ["10.0.0.0/8"] });
  });
});

describe("a key that is for some endpoints", () => {
  it("is taken there, in every dialect, and refused elsewhere by name", async () => {
    const { key, public_id: publicId } = await newKey({ endpoints: ["chat.completions"] });
    expect(await statusOf(key)).toBe(200);
    expect(await statusOf(key, { path: "/v1/messages", body: { ...chat, max_tokens: 9 } })).toBe(200);
    expect(await statusOf(key, { path: "/api/chat", body: { ...chat, stream: false } })).toBe(200);
    const refused = await ask(key, { path: "/v1/embeddings", body: { model: "text-embedding-3-small", input: "x" } });
    const { code, message } = await errorOf(refused);
    expect([refused.status, code]).toEqual([403, "permission_denied"]);
    expect(message).toBe(`The API key ${publicId} may not be used for the endpoint embeddings.`);
    expect(await statusOf(key, { path: "/v1/models", body: null })).toBe(403);
    expect(await statusOf(key, { path: "/admin/users", body: null })).toBe(403);
  });

  it.each(opened.map((route) => [route.name, route] as const))("may not be used for any: %s", async (_name, route) => {
    const { key } = await newKey({ endpoints: [] });
    const refused = await askRoute(server, route, { headers: { authorization: `Bearer ${key}` } });
    await refused.arrayBuffer();
    expect(refused.status).toBe(403);
  });

  it("is refused for names that there are not, and keeps its models when only these change", async () => {
    const wrong = { endpoints: ["chat"] };
    await expect(newKey(wrong)).rejects.toMatchObject({ status: 400, param: "permissions.endpoints[0]" });
    const { id } = await newKey({ models: ["gpt-*"] });
    const body = { permissions: { endpoints: ["models" as const] } };
    const { permissions } = await server.admin.apiKeys.update({ params: { id }, body });
    const others = { addresses: null, acts_for: null, timeouts: null };
    expect(permissions).toEqual({ models: ["gpt-*"], endpoints: ["models"], ...others });
  });

  it("knows the endpoint of every operation that there is", () => {
    expect(keyEndpointOf("generate")).toBe("chat.completions");
    expect(keyEndpointOf("embed_content")).toBe("embeddings");
    expect(keyEndpointOf("batches")).toBe("batches");
    expect(keyEndpointNames).toContain("admin");
  });
});

describe("a key whose requests wait for so long", () => {
  it("is told so in parts, and as others are again", async () => {
    const { id, key } = await newKey({ timeouts: { total_ms: 30_000, idle_ms: 20_000 } });
    expect(await statusOf(key)).toBe(200);
    const change = async (timeouts: object) =>
      (await server.admin.apiKeys.update({ params: { id }, body: { permissions: { timeouts } } })).permissions.timeouts;
    const none = { connect_ms: null, first_token_ms: null, idle_ms: null, total_ms: null };
    expect(await change({ first_token_ms: 500 })).toEqual({
      ...none,
      ...{ first_token_ms: 500, idle_ms: 20_000, total_ms: 30_000 },
    });
    expect(await change({ first_token_ms: null, idle_ms: null })).toEqual({ ...none, total_ms: 30_000 });
    expect(await change({ total_ms: null })).toBeNull();
    await expect(change({ total_ms: 1 })).rejects.toMatchObject({
      status: 400,
      param: "permissions.timeouts.total_ms",
    });
  });
});

describe("a key that is rotated", () => {
  it("stays the same key, by its new secret and for a while by the one of before", async () => {
    const first = await newKey();
    const second = await server.admin.apiKeys.rotate({ params: { id: first.id }, body: { overlap_seconds: 3_600 } });
    expect(second.id).toBe(first.id);
    expect(second.key).not.toBe(first.key);
    expect(second.previous).toMatchObject({ public_id: first.public_id });
    expect([await statusOf(first.key), await statusOf(second.key)]).toEqual([200, 200]);
    const body = { permissions: { addresses: ["10.0.0.0/8"] } };
    await server.admin.apiKeys.update({ params: { id: first.id }, body });
    expect([await statusOf(first.key), await statusOf(second.key)]).toEqual([403, 403]);
    await server.admin.apiKeys.update({ params: { id: first.id }, body: { permissions: { addresses: null } } });
    const third = await server.admin.apiKeys.rotate({ params: { id: first.id }, body: { overlap_seconds: 3_600 } });
    const keys = [first.key, second.key, third.key];
    expect(await Promise.all(keys.map((key) => statusOf(key)))).toEqual([401, 200, 200]);
    await server.admin.apiKeys.revoke({ params: { id: first.id } });
    expect(await Promise.all(keys.map((key) => statusOf(key)))).toEqual([401, 401, 401]);
    const revoked = server.admin.apiKeys.rotate({ params: { id: first.id }, body: {} });
    await expect(revoked).rejects.toMatchObject({ status: 409 });
  });

  it("without an overlap takes the one of before no more, and after one neither", async () => {
    const first = await newKey();
    const second = await server.admin.apiKeys.rotate({ params: { id: first.id }, body: { overlap_seconds: 0 } });
    expect([await statusOf(first.key), await statusOf(second.key)]).toEqual([401, 200]);
    const third = await server.admin.apiKeys.rotate({ params: { id: first.id }, body: { overlap_seconds: 1 } });
    while ((await statusOf(second.key)) !== 401) await pause(50);
    expect(await statusOf(third.key)).toBe(200);
    expect((await server.admin.apiKeys.get({ params: { id: first.id } })).previous).toBeNull();
  });

  it("is asked by both secrets within the limits of one", async () => {
    const body = { name: "k", user_id: userId, limits: { requests_per_minute: 3 } };
    const first = await server.admin.apiKeys.create({ body });
    const second = await server.admin.apiKeys.rotate({ params: { id: first.id }, body: {} });
    const statuses: number[] = [];
    for (const key of [first.key, second.key, first.key, second.key]) statuses.push(await statusOf(key));
    expect(statuses).toEqual([200, 200, 200, 429]);
  });
});

describe("a key that works no more", () => {
  const refusals = async (id: string) =>
    (await server.admin.audit.list({ query: { action: "key.refused", object_id: id } })).data;

  it("is told of in the audit log when it is shown, with the reason, once in a minute", async () => {
    const owner = await server.admin.users.create({ body: { email: "leaves@example.com" } });
    const keys = {
      revoked: await newKey(),
      expired: await newKey(),
      rotated: await newKey(),
      owner_switched_off: await server.admin.apiKeys.create({ body: { name: "k", user_id: owner.id } }),
    };
    await server.admin.apiKeys.revoke({ params: { id: keys.revoked.id } });
    const expires_at = new Date(Date.now() + 1_000).toISOString();
    await server.admin.apiKeys.update({ params: { id: keys.expired.id }, body: { expires_at } });
    await server.admin.apiKeys.rotate({ params: { id: keys.rotated.id }, body: { overlap_seconds: 0 } });
    await server.admin.users.update({ params: { id: owner.id }, body: { is_active: false } });
    for (const [reason, { id, key, public_id: publicId, user_id: user }] of Object.entries(keys)) {
      while ((await statusOf(key)) !== 401) await pause(50);
      await Promise.all([statusOf(key), statusOf(key, { path: "/v1/messages" }), statusOf(key)]);
      await expect
        .poll(() => refusals(id), { timeout: 10_000 * slowdown() })
        .toMatchObject([
          {
            ...{ outcome: "refused", address: "203.0.113.9", object: { kind: "key", id, name: "k" } },
            actor: { kind: "api_key", id, name: publicId, user_id: user },
            details: { reason, path: "/v1/chat/completions" },
          },
        ]);
    }
    expect(JSON.stringify((await server.admin.audit.list({})).data)).not.toContain(keys.revoked.key);
  });
});

describe("a key that is taken over by its hash", () => {
  const sha256 = (key: string): string => createHash("sha256").update(key).digest("hex");

  it("goes on working, however it looks, and no other does", async () => {
    const key = `sk-${randomBytes(20).toString("hex")}`;
    const body = { name: "from before", user_id: userId, sha256: sha256(key).toUpperCase(), tags: ["moved"] };
    const imported = await server.admin.apiKeys.import({ body });
    expect(imported).toMatchObject({ public_id: `ik-${sha256(key).slice(0, 12)}`, tags: ["moved"], is_active: true });
    expect(JSON.stringify(imported)).not.toContain(key);
    expect([await statusOf(key), await statusOf(`${key}x`)]).toEqual([200, 401]);
    expect(await statusOf(key, { path: "/admin/users", body: null })).toBe(200);
    await expect(server.admin.apiKeys.import({ body })).rejects.toMatchObject({ status: 409 });
    const rotated = await server.admin.apiKeys.rotate({ params: { id: imported.id }, body: {} });
    expect([await statusOf(key), await statusOf(rotated.key)]).toEqual([200, 200]);
    await expect(server.admin.apiKeys.import({ body })).rejects.toMatchObject({ status: 409 });
  });

  it("must be a SHA-256", async () => {
    const body = { name: "k", user_id: userId, sha256: "abc" };
    await expect(server.admin.apiKeys.import({ body })).rejects.toMatchObject({ status: 400, param: "sha256" });
  });
});

describe("tags of keys", () => {
  it("are words to find them by, each once", async () => {
    const tags = ["team-a", "team-a", 'odd "%_ word'];
    const { id } = await server.admin.apiKeys.create({ body: { name: "k", user_id: userId, tags } });
    const found = async (tag: string) =>
      (await server.admin.apiKeys.list({ query: { tag } })).data.map((one) => one.id);
    expect((await server.admin.apiKeys.get({ params: { id } })).tags).toEqual(["team-a", 'odd "%_ word']);
    expect([await found("team-a"), await found('odd "%_ word'), await found("team")]).toEqual([[id], [id], []]);
    await server.admin.apiKeys.update({ params: { id }, body: { tags: ["other"] } });
    expect([await found("team-a"), await found("other")]).toEqual([[], [id]]);
  });
});
