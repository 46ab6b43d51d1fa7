// The services, each in a process of its own, behind nginx: whoever comes by way of nginx sees one server.

import { type AdminRoute, adminRouteList, type Service, serviceOf, services } from "@ghostllm/contract/routes";
import { type FakeUpstream, startFakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { availableEngines, type TestDatabase } from "../../apps/server/tests/store-support/engines.ts";
import { LivePage } from "../../apps/server/tests/support/live-page.ts";
import { type Account, createAccount } from "../support/admin.ts";
import { type DividedServer, startDividedServer } from "../support/divided-server.ts";
import { findNginx } from "../support/nginx.ts";
import { startServer } from "../support/server.ts";
import { slowdown } from "../support/slowdown.ts";

const nginx = findNginx();
const postgres = availableEngines().find(({ name }) => name === "postgres");
if (nginx === null) process.stderr.write("the services behind nginx are left out: `apt-get install nginx-light`\n");

const patient = { timeout: 20_000, interval: 20 };

describe.skipIf(nginx === null || postgres === undefined)("four servers with a service each, behind nginx", () => {
  let upstream: FakeUpstream;
  let database: TestDatabase;
  let divided: DividedServer;
  let account: Account;

  beforeAll(async () => {
    if (nginx === null || postgres === undefined) return;
    upstream = await startFakeUpstream({ remember: 0 });
    database = await postgres.create();
    const environment = { ADMIN_EMAIL: "ada@example.com", ADMIN_PASSWORD: "a long enough password" };
    const databaseUrl = database.databaseUrl ?? "";
    divided = await startDividedServer({ nginx, databaseUrl, upstreamUrl: upstream.url, environment });
    account = await createAccount(divided.admin);
  }, 120_000);

  afterAll(async () => {
    await divided?.stop();
    await upstream?.close();
    await database?.dispose();
  });

  async function chat(key: string, stream = false): Promise<Response> {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const messages = [{ role: "user", content: "hello" }];
    const body = JSON.stringify({ model: "gpt-4o-mini", max_tokens: 50, stream, messages });
    return fetch(`${divided.url}/v1/chat/completions`, { method: "POST", headers, body });
  }

  async function statusOf(key: string): Promise<number> {
    const answer = await chat(key);
    await answer.arrayBuffer();
    return answer.status;
  }

  it("tells a key why its own request went as it did, and what one would come to", async () => {
    await expect.poll(() => statusOf(account.key), patient).toBe(200);
    const answer = await chat(account.key);
    await answer.arrayBuffer();
    const headers = { authorization: `Bearer ${account.key}`, "content-type": "application/json" };
    const id = answer.headers.get("x-request-id") ?? "";
    const told = await fetch(`${divided.url}/v1/requests/${id}`, { headers });
    expect(await told.json()).toMatchObject({ record: { id } });
    const body = JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content: "hello" }] });
    const estimate = await fetch(`${divided.url}/v1/estimate`, { method: "POST", headers, body });
    expect(await estimate.json()).toMatchObject({
      would_be_admitted: true,
      price: { price_version: expect.any(String) },
    });
  });

  it("answers a chat, and streams one", async () => {
    await expect.poll(() => statusOf(account.key), patient).toBe(200);
    const streamed = await chat(account.key, true);
    expect(streamed.headers.get("content-type")).toContain("text/event-stream");
    expect(await streamed.text()).toMatch(/data: \[DONE\]\s*$/);
  });

  it("lets a new key in, and a revoked one out, within a second", async () => {
    const { key, keyId } = await createAccount(divided.admin);
    const createdAt = performance.now();
    await expect.poll(() => statusOf(key), patient).toBe(200);
    expect(performance.now() - createdAt).toBeLessThan(1_000 * slowdown());
    await divided.admin.apiKeys.revoke({ params: { id: keyId } });
    const revokedAt = performance.now();
    await expect.poll(() => statusOf(key), patient).toBe(401);
    expect(performance.now() - revokedAt).toBeLessThan(1_000 * slowdown());
  });

  it("signs people in, whose session opens what every service has", async () => {
    const body = { email: "ada@example.com", password: "a long enough password" };
    const { token } = await divided.admin.sessions.create({ body });
    for (const path of ["/admin/me", "/admin/requests", "/admin/providers", "/admin/system"]) {
      const answer = await fetch(divided.url + path, { headers: { authorization: `Bearer ${token}` } });
      expect([path, answer.status]).toEqual([path, 200]);
    }
  });

  it("shows a request in the lists, and what it did cost", async () => {
    const answer = await chat(account.key);
    const id = answer.headers.get("x-request-id") ?? "";
    await answer.arrayBuffer();
    await expect.poll(async () => (await divided.admin.requests.list({ query: { id } })).data.length, patient).toBe(1);
    const { data } = await divided.admin.usage.summary({ query: { group_by: "api_key", api_key_id: account.keyId } });
    expect(data[0]?.requests).toBeGreaterThan(0);
  });

  it("tells open pages what was finished and what was changed, in whichever process", async () => {
    const page = await LivePage.ready(divided.url, divided.adminKey);
    try {
      // The proxy knows of the others a beat after they are there.
      await expect
        .poll(async () => {
          await statusOf(account.key);
          return page.requestIds.length;
        }, patient)
        .toBeGreaterThan(0);
      await createAccount(divided.admin);
      await expect.poll(() => page.changed.filter((what) => what === "keys").length, patient).toBeGreaterThan(0);
      await divided.admin.providers.create({ body: { name: "another", provider_type: "openai", api_key: "sk-new" } });
      await expect.poll(() => page.changed.filter((what) => what === "providers").length, patient).toBeGreaterThan(0);
    } finally {
      page.close();
    }
  });

  it("takes a provider that was added elsewhere into use", async () => {
    const { id: providerId } = await divided.admin.providers.create({
      body: { name: "late", provider_type: "openai", base_url: `${upstream.url}/v1`, api_key: "sk-late" },
    });
    await divided.admin.models.create({ body: { provider_id: providerId, name: "late-model" } }).catch(() => undefined);
    const headers = { authorization: `Bearer ${account.key}`, "content-type": "application/json" };
    const body = JSON.stringify({ model: "late/late-model", messages: [{ role: "user", content: "hello" }] });
    const ask = async () =>
      (await fetch(`${divided.url}/v1/chat/completions`, { method: "POST", headers, body })).status;
    await expect.poll(ask, patient).toBe(200);
  });

  it("is well in all of its parts, and tells each of them apart", async () => {
    for (const [service, server] of divided.servers) {
      const answer = await fetch(`${server.url}/health`);
      expect([service, answer.status]).toEqual([service, 200]);
      expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
    }
    expect((await fetch(`${divided.url}/health`)).status).toBe(200);
  });

  const callRoute = ({ method, path }: AdminRoute, url: string) =>
    fetch(url + path.replace(/\{\w+\}/g, "x"), { method });
  const isNotRun = async (answer: Response): Promise<boolean> =>
    answer.status === 404 && (await answer.text()).includes("which this server does not run");

  it("has each route of the admin API in one process alone, and the example of nginx leads there", async () => {
    for (const route of adminRouteList) {
      const running: Service[] = [];
      for (const [service, server] of divided.servers)
        if (!(await isNotRun(await callRoute(route, server.url)))) running.push(service);
      expect([route.id, running]).toEqual([route.id, [serviceOf(route)]]);
      expect([route.id, await isNotRun(await callRoute(route, divided.url))]).toEqual([route.id, false]);
    }
  });

  it("answers requests to models by the proxy alone", async () => {
    const headers = { authorization: `Bearer ${account.key}` };
    for (const [service, server] of divided.servers) {
      for (const path of ["/v1/models", "/v1beta/models", "/api/tags"]) {
        const { status } = await fetch(server.url + path, { headers });
        expect([service, path, status]).toEqual([service, path, service === "proxy" ? 200 : 404]);
      }
      const chatting = await fetch(`${server.url}/v1/chat/completions`, { method: "POST" });
      expect([service, await isNotRun(chatting)]).toEqual([service, service !== "proxy"]);
      const page = new LivePage(server.url);
      const hasPages = service === "analytics";
      await expect.poll(() => [page.isOpen, page.refusal], patient).toEqual([hasPages, hasPages ? null : 404]);
      page.close();
    }
  });

  it("lists the instances, and who of them does what only one may do", async () => {
    const { instances, leases } = await divided.admin.system.read();
    const alive = (instances ?? []).filter(({ alive: isAlive }) => isAlive);
    expect(alive.map((one) => one.services.join()).toSorted()).toEqual([...services].toSorted());
    const servicesOf = new Map(alive.map((one) => [one.id, one.services.join()]));
    const holders = (leases ?? []).map(({ name, holder }) => [name, servicesOf.get(holder ?? "")]);
    expect(holders).toContainEqual(["usage_log", "analytics"]);
    expect(holders).toContainEqual(["model_lists", "providers"]);
  });

  it("refuses a process whose key does not open what the others have sealed, with a sentence", async () => {
    const environment = { SERVER_SERVICES: "auth", ENCRYPTION_KEY: "another key that nobody could guess 0123456789" };
    const start = startServer({ databaseUrl: database.databaseUrl, environment });
    await expect(start).rejects.toThrow("ENCRYPTION_KEY of this instance is not that of the others");
  });
});
