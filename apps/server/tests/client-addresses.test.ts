// Whose address a request is written down and damped under, where proxies lie between.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { testKey } from "./support/gateway.ts";
import { openRaw, requestText } from "./support/raw-socket.ts";
import { chatPath, hello, pause, startStage, waitFor } from "./support/stage.ts";
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

describe("the PROXY protocol", () => {
  let balanced: Stage;

  beforeAll(async () => {
    balanced = await startStage({
      edge: { trustedProxies: { addresses: ["loopback"], header: "auto", proxyProtocol: true } },
    });
  });
  afterAll(() => balanced.close());

  const request = requestText({ path: chatPath, headers: { "x-api-key": testKey }, body: JSON.stringify(hello) });
  const binary = Buffer.from("0d0a0d0a000d0a515549540a2111000ccb0071070a0000011f9001bb", "hex");

  it.each([
    ["version 1", [Buffer.from(`PROXY TCP4 203.0.113.7 10.0.0.1 8080 443\r\n${request}`)]],
    ["version 2", [Buffer.concat([binary, Buffer.from(request)])]],
    ["version 2 in pieces", [binary.subarray(0, 5), binary.subarray(5), Buffer.from(request)]],
  ])("of %s tells the address, for all requests of the connection", async (_name, pieces) => {
    const before = balanced.gateway.records.length;
    const connection = await openRaw(balanced.gateway.url);
    for (const piece of pieces) {
      connection.send(piece);
      await pause(5);
    }
    await connection.until((text) => text.includes("You said"));
    connection.send(request);
    await connection.until((text) => text.split("You said").length > 2);
    connection.destroy();
    const addresses = balanced.gateway.records.slice(before).map(({ ipAddress }) => ipAddress);
    expect(addresses).toEqual(["203.0.113.7", "203.0.113.7"]);
  });

  it("that is missing, or is told by somebody else, ends the connection", async () => {
    const connection = await openRaw(balanced.gateway.url);
    connection.send(request);
    expect(await connection.closed()).toBe("");
    const other = await startStage({
      edge: { trustedProxies: { addresses: ["192.0.2.1"], header: "auto", proxyProtocol: true } },
    });
    const stranger = await openRaw(other.gateway.url);
    stranger.send(`PROXY TCP4 203.0.113.7 10.0.0.1 8080 443\r\n${request}`);
    expect(await stranger.closed()).toBe("");
    await other.close();
  });
});
