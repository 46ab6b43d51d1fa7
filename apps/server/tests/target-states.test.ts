// What operators see of targets, of one thread as of several: which rest, which are parked, and what ends that.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { pause } from "./support/stage.ts";
import { startWholeServer, wholeAdminKey, type WholeServer } from "./support/whole-server.ts";

const patient = { timeout: 15_000, interval: 50 };
const secret = "sk-vendor-credential-7f3a";

describe.each(["1", "2"])("with %s workers", (workers) => {
  let vendor: FakeUpstream;
  let server: WholeServer;
  let providerId: string;

  beforeAll(async () => {
    vendor = await startFakeUpstream();
    server = await startWholeServer({ SERVER_WORKERS: workers });
    const provider = await server.admin.providers.create({
      body: { name: "v", provider_type: "openai-compatible", base_url: `${vendor.url}/v1`, api_key: secret },
    });
    providerId = provider.id;
    for (const name of ["m", "other"]) await server.admin.models.create({ body: { provider_id: providerId, name } });
  });
  afterAll(async () => {
    await server.close();
    await vendor.close();
  });

  const ask = async (model = "v/m"): Promise<number> => {
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${server.apiKey}`,
        "content-type": "application/json",
        connection: "close",
      },
      body: JSON.stringify({ model, messages: [{ role: "user", content: "Hi" }] }),
    });
    await response.text();
    return response.status;
  };
  const read = async (query: object = {}) => (await server.admin.targets.list({ query: { limit: 10, ...query } })).data;
  const stateOf = async (model = "m"): Promise<string | undefined> =>
    (await read()).find((one) => one.model === model)?.state;
  const readText = async (path: string): Promise<string> =>
    (await fetch(server.url + path, { headers: { authorization: `Bearer ${wholeAdminKey}` } })).text();

  it("a target that nobody has complained of is closed", async () => {
    vendor.script({ kind: "chat", text: "well" });
    expect(await ask()).toBe(200);
    expect(await read({ provider_id: providerId, q: "v/m" })).toMatchObject([
      {
        provider: "v",
        model: "m",
        state: "closed",
        reason: null,
        since: null,
        until: null,
        running: 0,
        operations: [],
      },
    ]);
  });

  it("one whose credential is refused is parked, and told to whoever may know", async () => {
    vendor.script({ kind: "error", status: 401, message: `no such key: ${secret}` });
    await vi.waitUntil(async () => (await ask(), (await stateOf()) === "parked"), patient);
    const [parked, ...others] = await read({ state: "parked" });
    expect(others).toEqual([]);
    expect(parked).toMatchObject({ provider_id: providerId, model: "m", reason: "credential" });
    expect(parked?.operations).toMatchObject([{ operation: "chat.completions", state: "parked", callers: 1 }]);
    expect(parked?.operations[0]?.failed).toBeGreaterThanOrEqual(5);
    const restMs = Date.parse(parked?.until ?? "") - Date.now();
    expect(restMs).toBeGreaterThan(500_000);
    // Many statements, for which a machine that is full has not always the time.
    const { data } = await vi.waitFor(() => server.admin.notifications.list({}), patient);
    // A machine that is full may have something to say of its own.
    const told = data.find(({ kind }) => kind === "target_parked");
    expect(told).toMatchObject({ level: "error", subject: { name: "v/m" } });
    await vi.waitUntil(async () => (await readText("/health")).includes("1 parked"), patient);
    expect(JSON.parse(await readText("/status"))).toMatchObject({
      providers: expect.arrayContaining([
        expect.objectContaining({
          ...{ name: "v", parked_models: ["m"] },
          parked: [{ model: "m", reason: "credential", since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) }],
        }),
      ]),
    });
    const metrics = await readText("/metrics");
    expect(metrics).toContain('ghostllm_targets_not_closed{provider="v",state="parked"} 1');
    const all = [JSON.stringify(parked), JSON.stringify(data), metrics, await readText("/health")].join("\n");
    expect(all).not.toContain("no such key");
    expect(all).not.toContain(secret);
  });

  it("one whose provider an operator has changed is asked by the next request, and closed when it answers", async () => {
    vendor.script({ kind: "chat", text: "well" });
    await server.admin.providers.update({ params: { id: providerId }, body: { api_key: `${secret}-new` } });
    expect(await stateOf()).not.toBe("parked");
    await vi.waitUntil(async () => (await ask(), (await stateOf()) === "closed"), patient);
    await vi.waitUntil(async () => {
      const { data } = await server.admin.events.list({ query: { limit: 20 } });
      const types = data.map(({ event }) => event.type);
      return types.includes("ghostllm.target.parked") && types.includes("ghostllm.target.closed");
    }, patient);
  });

  it("one that is parked is tried after a test of its provider that goes well", async () => {
    vendor.script({ kind: "error", status: 401 });
    await vi.waitUntil(async () => (await ask(), (await stateOf()) === "parked"), patient);
    vendor.script({ kind: "default" });
    expect(await server.admin.providers.test({ params: { id: providerId } })).toMatchObject({ ok: true });
    expect(await stateOf()).toBe("half_open");
    expect(await ask()).toBe(200);
    await vi.waitUntil(async () => (await stateOf()) === "closed", patient);
  });

  it("one that is full is waited for by those whose alias says so, whichever worker has them", async () => {
    const ids = { params: { id: providerId } };
    await server.admin.providers.update({ ...ids, body: { limits: { concurrent_requests: 1 } } });
    const targets = [{ provider: "v", model: "m" }];
    const alias = await server.admin.aliases.create({
      body: { name: "patient", targets, queue: { max_wait_ms: 20_000 } },
    });
    expect(alias.queue).toEqual({ max_wait_ms: 20_000, max_waiting: 1_000 });
    const letGo = Promise.withResolvers<void>();
    vendor.script(async () => {
      await letGo.promise;
      return { kind: "chat", text: "well", delayMs: 60 };
    });
    const asked = Array.from({ length: 8 }, () => ask("patient"));
    await vi.waitFor(async () => {
      const { data } = await server.admin.targets.queues();
      expect(data).toMatchObject([{ alias_id: alias.id, alias: "patient", waiting: 7, lines: 1 }]);
      expect(data[0]?.longest_wait_ms).toBeGreaterThan(0);
    }, patient);
    letGo.resolve();
    expect(new Set(await Promise.all(asked))).toEqual(new Set([200]));
    expect(await readText("/metrics")).toMatch(
      /ghostllm_queue_requests_total\{alias="patient",outcome="served"\} [1-9]/,
    );
    expect((await server.admin.targets.queues()).data).toEqual([]);
    const change = { params: { id: alias.id }, body: { queue: null } };
    expect(await server.admin.aliases.update(change)).toMatchObject({ queue: null });
    expect(new Set(await Promise.all(Array.from({ length: 8 }, () => ask("patient"))))).toContain(429);
    await server.admin.providers.update({ ...ids, body: { limits: { concurrent_requests: null } } });
  });

  it("one is asked no more than its own limits say, by whatever name", async () => {
    const models = (await server.admin.models.list({ query: { provider_id: providerId, limit: 20 } })).data;
    const idOf = (name: string): string => models.find((model) => model.name === name)?.id ?? "";
    const change = (limits: object | null) =>
      server.admin.models.update({ params: { id: idOf("other") }, body: { limits } });
    expect((await change({ requests_per_minute: 3 })).limits).toEqual({
      ...{ requests_per_minute: 3, tokens_per_minute: null, concurrent_requests: null },
    });
    const targets = [
      { provider: "v", model: "other" },
      { provider: "v", model: "m" },
    ];
    await server.admin.aliases.create({ body: { name: "both", targets } });
    vendor.script({ kind: "chat", text: "well" });
    const before = vendor.received.length;
    for (let turn = 0; turn < 6; turn += 1) expect(await ask("both")).toBe(200);
    expect(await ask("v/other")).toBe(429);
    const asked = vendor.received
      .slice(before)
      .map(({ body }) => (JSON.parse(String(body)) as { model: string }).model);
    expect(asked.filter((model) => model === "other")).toHaveLength(3);
    expect(asked.filter((model) => model === "m")).toHaveLength(3);
    expect((await change(null)).limits).toBeNull();
    expect(await ask("v/other")).toBe(200);
  });

  it("one of an alias is sent no more by it than that says, over all workers, whatever its place in it", async () => {
    const targets = [
      { provider: "v", model: "limited", limits: { requests_per_minute: 3 } },
      { provider: "v", model: "m" },
    ];
    const { id, targets: told } = await server.admin.aliases.create({ body: { name: "part-of", targets } });
    expect(told[0]?.limits).toEqual({
      ...{ requests_per_minute: 3, tokens_per_minute: null, concurrent_requests: null },
    });
    expect(told[1]?.limits).toBeNull();
    vendor.script({ kind: "chat", text: "well" });
    const before = vendor.received.length;
    for (let turn = 0; turn < 5; turn += 1) expect(await ask("part-of")).toBe(200);
    const change = { params: { id }, body: { targets: targets.toReversed(), strategy: "weighted" as const } };
    expect((await server.admin.aliases.update(change)).targets[1]?.limits?.requests_per_minute).toBe(3);
    for (let turn = 0; turn < 5; turn += 1) expect(await ask("part-of")).toBe(200);
    expect(await ask("v/limited")).toBe(200);
    const asked = vendor.received
      .slice(before)
      .map(({ body }) => (JSON.parse(String(body)) as { model: string }).model);
    expect(asked.filter((model) => model === "limited")).toHaveLength(4);
  });

  it("is told how many requests are with it", async () => {
    vendor.script({ kind: "chat", text: "well", delayMs: 700 });
    const asked = [ask("v/other"), ask("v/other"), ask("v/other")];
    await vi.waitUntil(async () => (await read()).find(({ model }) => model === "other")?.running === 3, patient);
    await Promise.all(asked);
    expect((await read()).find(({ model }) => model === "other")?.running).toBe(0);
  });
});

describe("checks", () => {
  let vendor: FakeUpstream;
  let server: WholeServer;
  let providerId: string;

  beforeAll(async () => {
    vendor = await startFakeUpstream();
    server = await startWholeServer({ GHOSTLLM_HEALTH_CHECK_MS: "150", GHOSTLLM_HEALTH_REST_MS: "60000" });
    const provider = await server.admin.providers.create({
      body: { name: "v", provider_type: "openai-compatible", base_url: `${vendor.url}/v1`, api_key: secret },
    });
    providerId = provider.id;
    await server.admin.models.create({ body: { provider_id: providerId, name: "m" } });
  });
  afterAll(async () => {
    await server.close();
    await vendor.close();
  });

  const ask = async (): Promise<number> => {
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${server.apiKey}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "v/m", messages: [{ role: "user", content: "Hi" }] }),
    });
    await response.text();
    return response.status;
  };
  const state = async () =>
    (await server.admin.targets.list({ query: { limit: 10, provider_id: providerId, q: "v/m" } })).data[0];
  const asked = (method: string): number => vendor.received.filter((one) => one.method === method).length;

  it("ask nobody as long as nothing rests", async () => {
    vendor.script({ kind: "chat", text: "well" });
    expect(await ask()).toBe(200);
    const before = asked("GET");
    await pause(500);
    expect(asked("GET")).toBe(before);
  });

  it("find that a vendor answers again which did not, without a request that costs anything", async () => {
    vendor.script({ kind: "error", status: 401 });
    await vi.waitUntil(async () => (await ask(), (await state())?.state === "parked"), patient);
    const [listed, posted] = [asked("GET"), asked("POST")];
    await vi.waitUntil(() => asked("GET") >= listed + 2, patient);
    expect((await state())?.state).toBe("parked");
    vendor.script({ kind: "default" });
    await vi.waitUntil(async () => (await state())?.state === "half_open", patient);
    expect(asked("POST")).toBe(posted);
    expect(await ask()).toBe(200);
    expect((await state())?.state).toBe("closed");
  });
});
