// A database that is locked, or hangs: the admin plane says so in time, the gateway goes on, and all is well when it is over.

import { adminRouteList } from "@ghostllm/contract/routes";
import type { AdminRoute } from "@ghostllm/contract/routes";
import { type FakeUpstream, startFakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { availableEngines, type TestDatabase } from "../../apps/server/tests/store-support/engines.ts";
import { createFaultyLink, type FaultyLink } from "../../apps/server/tests/store-support/faulty-link.ts";
import { lockDatabase } from "../../apps/server/tests/store-support/lock-database.ts";
import { type Account, createAccount } from "../support/admin.ts";
import { type ReadyServer, startServer } from "../support/server.ts";
import { slowdown } from "../support/slowdown.ts";

let upstream: FakeUpstream;
let server: ReadyServer;
let account: Account;
const opened: { close(): unknown }[] = [];

beforeAll(async () => {
  upstream = await startFakeUpstream({ remember: 0 });
});

afterEach(async () => {
  await server.kill();
  for (const one of opened.splice(0).toReversed()) await one.close();
});

afterAll(() => upstream.close());

async function create(name: "sqlite" | "postgres"): Promise<TestDatabase> {
  const engine = availableEngines().find((available) => available.name === name);
  if (engine === undefined) throw new Error(`there is no ${name}`);
  const database = await engine.create();
  opened.push({ close: () => database.dispose() });
  return database;
}

async function start({ dataDir, databaseUrl }: Pick<TestDatabase, "dataDir" | "databaseUrl">): Promise<void> {
  server = await startServer({ dataDir, databaseUrl, upstreamUrl: upstream.url });
  account = await createAccount(server.admin, { key: { budget_usd: "1000" } });
}

async function statusOfChat(): Promise<number> {
  const headers = { authorization: `Bearer ${account.key}`, "content-type": "application/json" };
  const body = JSON.stringify({ model: "gpt-4o-mini", max_tokens: 5, messages: [{ role: "user", content: "hello" }] });
  const response = await fetch(`${server.url}/v1/chat/completions`, { method: "POST", headers, body });
  await response.arrayBuffer();
  return response.status;
}

/** A body that passes every check, so that the database is asked. */
const bodies: Readonly<Record<string, object>> = {
  "POST /admin/users": { email: "new@example.com" },
  "POST /admin/api-keys": { name: "new" },
  "POST /admin/providers": { name: "new", provider_type: "openai", api_key: "sk-new" },
  "POST /admin/sessions": { email: "new@example.com", password: "a long enough password" },
};

async function callRoute({ method, path }: AdminRoute) {
  const url = server.url + path.replace(/\{\w+\}/g, account.userId);
  const body = bodies[`${method} ${path}`] ?? {};
  const hasBody = method !== "GET" && method !== "DELETE";
  const headers = {
    authorization: `Bearer ${server.adminKey}`,
    ...(hasBody && { "content-type": "application/json" }),
  };
  const startedAt = performance.now();
  const response = await fetch(url, { method, headers, ...(hasBody && { body: JSON.stringify(body) }) });
  await response.arrayBuffer();
  const retryAfter = response.headers.get("retry-after");
  return { route: `${method} ${path}`, status: response.status, retryAfter, ms: performance.now() - startedAt };
}

type Call = Awaited<ReturnType<typeof callRoute>>;

/** All at once: each is answered in time, and as what it is. */
async function callAll(): Promise<readonly Call[]> {
  const calls = await Promise.all(adminRouteList.map(callRoute));
  const mostMs = 5_000 * slowdown();
  expect(calls.filter(({ ms }) => ms > mostMs)).toEqual([]);
  expect(calls.filter(({ status, retryAfter }) => status >= 500 && (status !== 503 || retryAfter === null))).toEqual(
    [],
  );
  return calls;
}

const longWait = { timeout: 45_000, interval: 200 };

async function untilHealth(expected: object): Promise<void> {
  const read = async () => (await fetch(`${server.url}/health`)).json();
  await vi.waitFor(async () => expect(await read()).toMatchObject(expected), longWait);
}

/** What was sent before the patience of those who asked was over has come to an end: statements are run in their order. */
async function untilNothingRuns(): Promise<void> {
  const list = routeOf("GET /admin/users");
  await vi.waitFor(async () => expect(await callRoute(list)).toMatchObject({ status: 200 }), longWait);
}

async function expectWell(): Promise<void> {
  await untilHealth({ status: "ok" });
  await server.admin.users.create({ body: { email: "after@example.com" } });
  expect(await statusOfChat()).toBe(200);
}

const degraded = { status: "degraded", ready: true, parts: { store: { healthy: false } } };

describe("SQLite", () => {
  it(
    "that another process writes to without end refuses changes in time, and nothing else",
    { timeout: 120_000 },
    async () => {
      const database = await create("sqlite");
      await start(database);
      const lock = await lockDatabase(database);
      const creation = await callRoute(routeOf("POST /admin/users"));
      expect(creation).toMatchObject({ status: 503, retryAfter: "5" });
      expect(creation.ms).toBeLessThan(5_000 * slowdown());
      await callAll();
      expect(await statusOfChat()).toBe(200);
      await untilHealth(degraded);
      await untilNothingRuns();
      await lock.release();
      await expectWell();
      // What was refused was not done behind our back.
      const { data } = await server.admin.users.list({ query: {} });
      expect(data.filter(({ email }) => email === "new@example.com")).toEqual([]);
    },
  );
});

function routeOf(name: string): AdminRoute {
  const found = adminRouteList.find(({ method, path }) => `${method} ${path}` === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

describe.runIf(availableEngines().some(({ name }) => name === "postgres"))("PostgreSQL", () => {
  let database: TestDatabase;
  let link: FaultyLink;

  async function startOverLink(): Promise<void> {
    database = await create("postgres");
    link = await createFaultyLink(database.databaseUrl ?? "");
    opened.push(link);
    await start({ ...database, databaseUrl: link.url });
  }

  it(
    "whose tables somebody has locked is unavailable in time, and well when they are free",
    { timeout: 120_000 },
    async () => {
      await startOverLink();
      const lock = await lockDatabase(database);
      const calls = await callAll();
      expect(calls.find(({ route }) => route === "GET /admin/users")).toMatchObject({ status: 503, retryAfter: "5" });
      expect(await statusOfChat()).toBe(200);
      await untilHealth(degraded);
      await lock.release();
      await expectWell();
    },
  );

  it("that hangs is unavailable in time, and well when it is back", { timeout: 120_000 }, async () => {
    await startOverLink();
    link.silence();
    const calls = await callAll();
    expect(calls.find(({ route }) => route === "GET /admin/users")).toMatchObject({ status: 503, retryAfter: "5" });
    await untilHealth(degraded);
    expect(await statusOfChat()).toBe(200);
    link.mend();
    await expectWell();
  });

  it(
    "has one server: one that was paused admits nobody when another has taken over",
    { timeout: 120_000 },
    async () => {
      const environment = { GHOSTLLM_DATABASE_LEASE_MS: "3s", ENCRYPTION_KEY: "0123456789abcdef".repeat(4) };
      const shared = await create("postgres");
      const { databaseUrl } = shared;
      server = await startServer({ ...shared, upstreamUrl: upstream.url, environment });
      account = await createAccount(server.admin, { key: { budget_usd: "1000" } });
      expect(await statusOfChat()).toBe(200);
      server.signal("SIGSTOP");
      const second = await startServer({ databaseUrl, upstreamUrl: upstream.url, environment });
      opened.push({ close: () => second.stop() });
      server.signal("SIGCONT");
      for (let turn = 0; turn < 10; turn += 1) expect(await statusOfChat()).toBe(503);
      await untilHealth({ status: "degraded", ready: false });
      expect((await fetch(`${server.url}/health/ready`)).status).toBe(503);
      expect((await fetch(`${second.url}/health/ready`)).status).toBe(200);
    },
  );
});
