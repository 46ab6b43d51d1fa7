// Whose address a request is written down and damped under, where proxies lie between.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { hello, startStage, waitFor } from "./support/stage.ts";
import type { Stage } from "./support/stage.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await startStage({ edge: { trustedProxies: { addresses: ["loopback"], header: "auto" } } });
});
afterAll(() => stage.close());
beforeEach(() => stage.upstream.clear());

async function recordedAddress(headers: Readonly<Record<string, string>>): Promise<string | null | undefined> {
  const before = stage.gateway.records.length;
  await (await stage.post(hello, undefined, { headers })).arrayBuffer();
  await waitFor(() => stage.gateway.records.length > before);
  return stage.gateway.records.at(-1)?.ipAddress;
}

describe("the address in a usage record", () => {
  it.each([
    ["behind a trusted proxy is the client's", { "x-forwarded-for": "192.0.2.66, 203.0.113.7" }, "203.0.113.7"],
    ["is read from Forwarded, too", { forwarded: 'for="[2001:db8::7]"' }, "2001:db8::7"],
    ["without a proxy is that of the connection", {}, "127.0.0.1"],
  ])("%s", async (_name, headers, address) => {
    expect(await recordedAddress(headers)).toBe(address);
  });
});
