// How long requests are kept, as the server is configured.

import { afterEach, expect, it } from "vitest";
import { startWholeServer, type WholeServer } from "./support/whole-server.ts";

const dayMs = 24 * 3_600_000;
let server: WholeServer | undefined;
afterEach(() => server?.close());

it("is for ever where nothing is said of it", async () => {
  server = await startWholeServer();
  expect((await server.admin.requests.list({})).kept_since).toBeNull();
});

it("is as many days as retention.usage_days says, which lists tell", async () => {
  server = await startWholeServer({ GHOSTLLM_RETENTION_USAGE_DAYS: "30" });
  const { kept_since: since } = await server.admin.requests.list({});
  expect(Math.abs(Date.now() - Date.parse(since ?? "") - 30 * dayMs)).toBeLessThan(60_000);
  const { leases } = await server.admin.system.read();
  expect(leases).toContainEqual(expect.objectContaining({ name: "usage_log", holder: expect.any(String) }));
});
