// What the record tells of the attempts of a request, of the client's dialect and of the time that was ours.

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { providerNamed } from "./support/gateway.ts";
import { TwoVendors } from "./support/two-vendors.ts";

let vendors: TwoVendors;

beforeAll(async () => {
  vendors = await TwoVendors.start();
});
afterAll(() => vendors.close());
beforeEach(() => {
  vendors.clear();
  vendors.serve(providerNamed("openai-compatible"));
});

const overloaded = { kind: "error", status: 529, retryAfterSeconds: 12 } as const;

it("of an ordinary request there is no trail", async () => {
  await (await vendors.ask("openai-chat", "routed", false)).text();
  expect(vendors.lastRecord).toMatchObject({ attempts: 1, trail: null, dialect: "openai-chat" });
  const { overheadUs = null, latencyMs = 0 } = vendors.lastRecord ?? {};
  expect(overheadUs).toBeGreaterThan(0);
  expect(overheadUs).toBeLessThanOrEqual((latencyMs + 1) * 1000);
});

it("names the dialect of the client, not that of the vendor", async () => {
  await (await vendors.ask("anthropic-messages", "routed", true)).text();
  expect(vendors.lastRecord?.dialect).toBe("anthropic-messages");
});

it("tells why each target was left, when it was asked and for how long", async () => {
  vendors.script(0, { kind: "slow-headers", delayMs: 40, of: overloaded });
  vendors.script(1, { kind: "slow-headers", delayMs: 60 });
  expect((await vendors.ask("openai-chat", "routed", false)).status).toBe(200);
  const [first, second, ...others] = vendors.lastRecord?.trail ?? [];
  expect(others).toEqual([]);
  const why = { status: 529, reason: "provider_overloaded", restMs: 12_000 };
  expect(first).toMatchObject({ provider: "first", model: "alone", ...why });
  expect(second).toMatchObject({ provider: "second", model: "other", status: null, reason: null, restMs: 0 });
  expect(first?.ms).toBeGreaterThanOrEqual(35);
  expect(second?.ms).toBeGreaterThanOrEqual(55);
  expect(second?.startedMs).toBeGreaterThanOrEqual((first?.startedMs ?? 0) + (first?.ms ?? 0) - 1);
  expect(vendors.lastRecord?.latencyMs).toBeGreaterThanOrEqual((second?.startedMs ?? 0) + (second?.ms ?? 0) - 1);
});

it("tells of a vendor that cannot be reached how, and of a request that nobody answered all attempts", async () => {
  vendors.script(0, { kind: "cut", after: "connect" });
  vendors.script(1, { kind: "error", status: 500 });
  expect((await vendors.ask("openai-chat", "routed", true)).status).toBe(500);
  expect(vendors.lastRecord).toMatchObject({ status: "error", attempts: 3 });
  const told = vendors.lastRecord?.trail?.map(({ provider, status, reason }) => [provider, status, reason]);
  expect(told).toEqual([
    ["first", null, expect.any(String)],
    ["second", 500, "provider_error"],
    ["second", 500, "provider_error"],
  ]);
});

it("tells of the only attempt where that failed", async () => {
  vendors.script(0, { kind: "error", status: 429 });
  await (await vendors.ask("openai-chat", "alone", false)).text();
  expect(vendors.lastRecord?.trail).toMatchObject([{ provider: "first", status: 429, reason: "rate_limit_exceeded" }]);
});
