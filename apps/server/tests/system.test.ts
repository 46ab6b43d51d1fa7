// How the server and its machine are, and what it was started with.

import { afterAll, beforeAll, expect, it } from "vitest";
import { LivePage } from "./support/live-page.ts";
import { startWholeServer, wholeAdminKey, type WholeServer } from "./support/whole-server.ts";

let server: WholeServer;
const secret = "a-secret-that-nobody-may-see";

beforeAll(async () => {
  server = await startWholeServer({
    ...{
      JWT_SECRET: secret,
      OPENAI_API_KEY: `sk-${secret}`,
      OPENAI_BASE_URL: "http://127.0.0.1:9/v1",
      LOG_LEVEL: "warn",
    },
  });
});
afterAll(() => server.close());

it("tells of the process, the machine and what is behind them", async () => {
  const startedAt = Date.now();
  const { version, uptime_seconds, ...system } = await server.admin.system.read();
  expect(version).toMatch(/^\d+\.\d+\.\d+/);
  expect(Math.abs(Date.parse(system.started_at) + uptime_seconds * 1000 - startedAt)).toBeLessThan(5_000);
  expect(system.node_version).toBe(process.versions.node);
  expect(system.cpu.cores).toBeGreaterThan(0);
  expect(system.memory.rss_bytes).toBeGreaterThan(20 * 2 ** 20);
  expect(system.memory.machine_total_bytes).toBeGreaterThan(system.memory.rss_bytes);
  expect(system.disk?.path).toBe(server.dataDir);
  expect(system.disk?.total_bytes).toBeGreaterThan(system.disk?.free_bytes ?? Infinity);
  expect(system.journal).toEqual({ healthy: true, pending_records: 0, pending_bytes: expect.any(Number) });
  expect(system.database).toMatchObject({ kind: "sqlite", healthy: true });
  expect(system.database.size_bytes).toBeGreaterThan(10_000);
  expect(system.parts.map(({ name }) => name)).toEqual(expect.arrayContaining(["store", "journal", "providers"]));
});

it("sees what the process is busy with", async () => {
  const idle = (await server.admin.system.read()).cpu.percent;
  const until = performance.now() + 700;
  while (performance.now() < until) JSON.stringify(until);
  expect((await server.admin.system.read()).cpu.percent).toBeGreaterThan(Math.min(50, idle));
});

it("counts those who look on", async () => {
  const page = await LivePage.ready(server.url, wholeAdminKey);
  expect((await server.admin.system.read()).looking_on).toBe(1);
  page.close();
});

it("tells every setting with its value and where that came from, and no secret", async () => {
  const configuration = await server.admin.system.configuration();
  const settingAt = (path: string) => configuration.settings.find((one) => one.path === path);
  expect(settingAt("log_level")).toMatchObject({ value: "warn", origin: "LOG_LEVEL", variable: "LOG_LEVEL" });
  expect(settingAt("timeouts.connect_ms")).toMatchObject({ value: 10_000, origin: "default" });
  expect(settingAt("jwt_secret")).toMatchObject({ value: "[secret]", origin: "JWT_SECRET" });
  expect(settingAt("timeouts.connect_ms")?.help).toContain("vendor");
  expect(configuration.providers).toMatchObject([{ type: "openai", has_credential: true }]);
  expect(configuration.file).toBeNull();
  const told = JSON.stringify(configuration);
  for (const hidden of [secret, wholeAdminKey]) expect(told).not.toContain(hidden);
});
