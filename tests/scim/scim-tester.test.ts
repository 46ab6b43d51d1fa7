// The server as scim2-tester sees it, which reads what the server tells of itself and tries all of that.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWholeServer } from "../../apps/server/tests/support/whole-server.ts";
import type { WholeServer } from "../../apps/server/tests/support/whole-server.ts";
import { installTester } from "./install.ts";

interface Check {
  readonly status: string;
  readonly title: string;
  readonly reason: string;
}

let server: WholeServer;
beforeAll(async () => {
  server = await startWholeServer();
});
afterAll(() => server.close());

it("passes all that scim2-tester checks", async () => {
  const python = installTester();
  const { token } = await server.admin.scim.createToken({ body: { name: "scim2-tester" } });
  const driver = join(import.meta.dirname, "check.py");
  const { stdout } = await promisify(execFile)(python, [driver, `${server.url}/scim/v2`, token], {
    maxBuffer: 64 * 1024 * 1024,
  });
  const checks = stdout
    .trim()
    .split("\n")
    .map((line): Check => JSON.parse(line));
  const counts = new Map<string, number>();
  for (const { status } of checks) counts.set(status, (counts.get(status) ?? 0) + 1);
  console.error(`scim: ${[...counts].map(([status, count]) => `${count} ${status}`).join(", ")}`);
  const failed = checks.filter(({ status }) => status === "ERROR" || status === "CRITICAL");
  // Not offered (RFC 7644, 3.4.3, which servers may leave out): docs/sign-in.md.
  expect(failed.filter(({ reason }) => !reason.includes("/.search"))).toEqual([]);
  expect(counts.get("SUCCESS")).toBeGreaterThan(20);
});
