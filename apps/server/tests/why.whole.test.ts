// Why a request went as it did, as operators are told and as the key that made it is: over the database, with one gateway and with workers.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWholeServer } from "./support/whole-server.ts";
import type { WholeServer } from "./support/whole-server.ts";

describe.each([["one gateway", "1"] as const, ["workers", "2"] as const])("with %s", (_name, workers) => {
  let vendors: readonly FakeUpstream[];
  let server: WholeServer;
  let owner: { readonly userId: string; readonly key: string };

  beforeAll(async () => {
    vendors = await Promise.all([startFakeUpstream(), startFakeUpstream()]);
    server = await startWholeServer({ SERVER_WORKERS: workers });
    for (const [index, name] of ["first", "second"].entries()) {
      const body = {
        name,
        provider_type: "openai-compatible",
        base_url: `${vendors[index]?.url}/v1`,
        api_key: "sk-something",
      };
      const provider = await server.admin.providers.create({ body });
      await server.admin.models.create({ body: { provider_id: provider.id, name: "m" } });
    }
    const targets = ["first", "second"].map((provider) => ({ provider, model: "m" }));
    await server.admin.aliases.create({
      body: { name: "smart", strategy: "ordered", targets, limits: { requests_per_minute: 1000 } },
    });
    owner = await makeOwner();
  });
  afterAll(async () => {
    await server.close();
    await Promise.all(vendors.map((vendor) => vendor.close()));
  });

  async function makeOwner(userId?: string, more: object = {}) {
    const email = `${crypto.randomUUID()}@example.com`;
    const id = userId ?? (await server.admin.users.create({ body: { email } })).id;
    const limits = { requests_per_minute: 50 };
    const { key } = await server.admin.apiKeys.create({ body: { user_id: id, name: "k", limits, ...more } });
    return { userId: id, key };
  }

  async function ask(key: string, body: object = {}): Promise<string> {
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "smart", messages: [{ role: "user", content: "Hi" }], ...body }),
    });
    await response.text();
    expect(response.status).toBe(200);
    return response.headers.get("x-request-id") ?? "";
  }

  const read = (id: string, key: string | null): Promise<Response> =>
    fetch(`${server.url}/v1/requests/${id}`, { headers: key === null ? {} : { authorization: `Bearer ${key}` } });

  it.each([false, true])(
    "the key that made it is told at once what its headers told, and no more (streamed: %s)",
    async (stream) => {
      vendors[0]?.script({ kind: "error", status: 500 });
      const id = await ask(owner.key, { stream });
      const response = await read(id, owner.key);
      expect(response.status).toBe(200);
      expect(response.headers.get("cache-control")).toBe("no-store");
      const told = (await response.json()) as Awaited<ReturnType<typeof server.admin.requests.get>>;
      expect(told.record).toMatchObject({ id, provider: "second", attempts: 2, streamed: stream });
      const [failed, answered] = told.why.plans[0]?.targets ?? [];
      expect(failed).toMatchObject({ place: 1, provider: "", model: "", decision: "failed", reason: "provider_error" });
      expect(answered).toMatchObject({ place: 2, provider: "second", model: "m", decision: "answered" });
      expect(told.record.trail?.map(({ provider }) => provider)).toEqual(["", "second"]);
      expect(JSON.stringify(told)).not.toContain("first");
      expect(told.why.limits).toMatchObject([{ scope: "key", name: "k", what: "requests", limit: 50 }]);
      const whole = await server.admin.requests.get({ params: { id } });
      expect(whole.why.plans[0]?.targets[0]).toMatchObject({ provider: "first", provider_id: expect.any(String) });
      expect(whole.why.limits.map(({ scope, name }) => [scope, name])).toEqual([
        ["key", "k"],
        ["alias", "smart"],
      ]);
      expect(whole.why.phases.map(({ name }) => name)).toContain("vendor");
    },
  );

  it("an estimate says where the next request goes, and takes nothing of its limits", async () => {
    vendors[0]?.script({ kind: "chat" });
    const { key } = await makeOwner(undefined, { limits: { requests_per_minute: 1 } });
    const body = JSON.stringify({ model: "smart", messages: [{ role: "user", content: "Hi" }] });
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json", connection: "close" };
    const estimate = async () =>
      (await (await fetch(`${server.url}/v1/estimate`, { method: "POST", headers, body })).json()) as Record<
        string,
        unknown
      >;
    for (let turn = 0; turn < 4; turn += 1)
      expect(await estimate()).toMatchObject({ would_be_admitted: true, route: { first: { provider: "first" } } });
    const id = await ask(key);
    expect(await (await read(id, key)).json()).toMatchObject({ record: { provider: "first" } });
    for (let turn = 0; turn < 4; turn += 1)
      expect(await estimate()).toMatchObject({ would_be_admitted: false, refusal: { code: "rate_limit_exceeded" } });
  });

  it("nobody is told of another's: not another user, and not another key of the same one", async () => {
    vendors[0]?.script({ kind: "chat" });
    const id = await ask(owner.key);
    expect((await read(id, owner.key)).status).toBe(200);
    const others = [await makeOwner(), await makeOwner(owner.userId), { key: server.apiKey }];
    for (const { key } of others) {
      const response = await read(id, key);
      expect(response.status).toBe(404);
      expect(await response.text()).not.toContain("smart");
    }
    expect((await read(id, null)).status).toBe(401);
    expect((await read(id, "gk-nobodys-key-0123456789")).status).toBe(401);
    for (const nonsense of ["x", "01a2b3c4-0000-7000-8000-000000000000", "%00", "..%2Fkey"])
      expect((await read(nonsense, owner.key)).status).toBe(404);
  });

  it("a key that acts for others is told of its requests, and not what those are held to", async () => {
    vendors[0]?.script({ kind: "chat" });
    const email = `${crypto.randomUUID()}@example.com`;
    await server.admin.users.create({ body: { email, limits: { requests_per_minute: 1 } } });
    const { key } = await makeOwner(undefined, { permissions: { acts_for: "known" } });
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json", "x-ghostllm-user": email };
    const body = JSON.stringify({ model: "smart", messages: [{ role: "user", content: "Hi" }] });
    const post = (path: string) => fetch(`${server.url}${path}`, { method: "POST", headers, body });
    const estimate = async () => (await post("/v1/estimate")).json();
    const limits = [{ scope: "key", what: "requests", limit: 50 }];
    expect(await estimate()).toMatchObject({ would_be_admitted: true, limits });
    const response = await post("/v1/chat/completions");
    await response.text();
    const told = await (await read(response.headers.get("x-request-id") ?? "", key)).json();
    expect(told).toMatchObject({ record: { provider: "first" }, why: { limits }, charges: [{ kind: "key" }] });
    expect(await estimate()).toMatchObject({ would_be_admitted: false, refusal: { code: "rate_limit_exceeded" } });
  });

  it("also by a key that may ask for chats alone", async () => {
    vendors[0]?.script({ kind: "chat" });
    const { key } = await makeOwner(undefined, { permissions: { endpoints: ["chat.completions"] } });
    expect((await read(await ask(key), key)).status).toBe(200);
  });
});
