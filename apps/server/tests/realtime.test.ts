// Sessions in real time: passed on as they are, and held to all that requests are held to.

import { readFileSync } from "node:fs";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { createServer } from "node:tls";
import OpenAI from "openai";
import { OpenAIRealtimeWS } from "openai/realtime/ws";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import {
  makePrincipal,
  makeProvider,
  makeScope,
  makeSnapshot,
  makeTarget,
  startGateway,
  testKey,
} from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { makeGuardrail } from "./support/guardrails.ts";
import { startRealtimeVendor } from "./support/realtime-vendor.ts";
import type { RealtimeVendor } from "./support/realtime-vendor.ts";
import { pause, waitFor } from "./support/stage.ts";

/** Nano-USD of a million tokens: text 4 and 16, cached 0.4, sound 32 and 64. */
const price = {
  ...{ input: { base: 4_000_000_000 }, cachedInput: { base: 400_000_000 }, output: { base: 16_000_000_000 } },
  ...{ audioInput: { base: 32_000_000_000 }, audioOutput: { base: 64_000_000_000 } },
  cachedAudio: { base: 400_000_000 },
  version: "test",
};
/** 40 of text and 120 of sound read, 40 of either from the cache; 20 of text and 80 of sound written. */
const oneResponse = 40 * 4_000 + 120 * 32_000 + 40 * 400 + 20 * 16_000 + 80 * 64_000;
/** At the most: the context read and written as sound. */
const mostOfOne = 1_000 * (32_000 + 64_000);

let vendor: RealtimeVendor;
let gateway: TestGateway;

const own = { authorization: `Bearer ${testKey}` };

class Client {
  readonly socket: WebSocket;
  readonly heard: Record<string, unknown>[] = [];
  readonly binary: string[] = [];
  closedWith: number | null = null;
  refusedWith: number | null = null;
  headers: Record<string, unknown> = {};

  constructor(
    path = "/v1/realtime?model=voice",
    { headers = own }: { readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    this.socket = new WebSocket(gateway.url.replace("http", "ws") + path, { headers });
    this.socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (isBinary) this.binary.push(data.toString("hex"));
      else this.heard.push(JSON.parse(data.toString()) as Record<string, unknown>);
    });
    this.socket.on("upgrade", (response: { headers: Record<string, unknown> }) => (this.headers = response.headers));
    this.socket.on("unexpected-response", (_: unknown, { statusCode }: { statusCode: number }) => {
      this.refusedWith = statusCode;
      this.socket.terminate();
    });
    this.socket.on("error", () => undefined);
    this.socket.on("close", (code: number) => (this.closedWith = code));
  }

  say(event: object): void {
    this.socket.send(JSON.stringify(event));
  }

  async hear(type: string, times = 1): Promise<Record<string, unknown>> {
    const found = (): Record<string, unknown>[] => this.heard.filter((event) => event["type"] === type);
    await waitFor(() => found().length >= times || this.closedWith !== null);
    const event = found()[times - 1];
    if (event === undefined) throw new Error(`not told: ${type}; ${JSON.stringify(this.heard)} ${this.closedWith}`);
    return event;
  }
}

interface Served {
  readonly budgetNanos?: number;
  readonly capacity?: object;
  readonly onFailure?: "closed" | "open";
}

async function serve({ budgetNanos, capacity = {}, onFailure }: Served = {}): Promise<void> {
  const provider = makeProvider("openai", vendor.url);
  const target = makeTarget(provider, "voice", { prices: [{ price }], contextLength: 1_000 });
  const scopes = [makeScope("key", "key-1", budgetNanos === undefined ? {} : { budgetNanos })];
  const guardrails = onFailure === undefined ? [] : [makeGuardrail({ onFailure })];
  const principals = { [testKey]: makePrincipal({ scopes }) };
  gateway = await startGateway(makeSnapshot({ targets: [target], principals, guardrails }), {
    capacity,
  });
}

/** The SDK speaks TLS alone. */
async function startTlsFront(): Promise<{ readonly port: number; close(): void }> {
  const read = (name: string) => readFileSync(new URL(`./support/certificates/${name}.pem`, import.meta.url));
  const { port: behind } = gateway.server.address() as AddressInfo;
  const front = createServer({ key: read("first-key"), cert: read("first-certificate") }, (outer) => {
    const inner = connect(behind, "127.0.0.1");
    for (const socket of [inner, outer]) socket.on("error", () => undefined);
    outer.pipe(inner).pipe(outer);
  });
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  return { port: (front.address() as AddressInfo).port, close: () => front.close() };
}

const onlyRecord = async () => {
  await waitFor(() => gateway.records.length > 0);
  await pause(30);
  expect(gateway.records).toHaveLength(1);
  const [record] = gateway.records;
  if (record === undefined) throw new Error("no record");
  return record;
};

async function nothingHeld(): Promise<void> {
  const [use] = await gateway.deps.counters.inUse([{ kind: "key", id: "key-1" }]);
  expect(use).toMatchObject({ reservedNanos: 0, running: 0 });
}

beforeEach(async () => {
  vendor = await startRealtimeVendor();
});
afterEach(async () => {
  await gateway.close();
  await vendor.close();
});

describe("a session", () => {
  it("passes both ways as it is, and is recorded once with the sum of what was used", async () => {
    await serve();
    const client = new Client();
    await client.hear("session.created");
    client.socket.send('{"type": "session.update",  "session": {"n": 12345678901234567890}}');
    await client.hear("echo");
    client.socket.send(Buffer.from([0, 255, 1]), { binary: true }, () => undefined);
    client.say({ type: "response.create" });
    await client.hear("response.done");
    client.say({ type: "response.create" });
    await client.hear("response.done", 2);
    await waitFor(() => client.binary.length > 0);
    client.socket.close(1000);
    expect(await onlyRecord()).toMatchObject({
      ...{ status: "ok", operation: "realtime", model: "voice", provider: "openai", estimated: false, httpStatus: 200 },
      ...{ promptTokens: 400, completionTokens: 200, cachedTokens: 80, audioPromptTokens: 300, cachedAudioTokens: 60 },
      ...{ audioCompletionTokens: 160, costNanos: 2 * oneResponse },
    });
    const [session] = vendor.sessions;
    expect(session?.said.slice(0, 2)).toEqual([
      '{"type": "session.update",  "session": {"n": 12345678901234567890}}',
      "binary 00ff01",
    ]);
    expect(client.binary).toEqual(["00ff01"]);
    expect(session?.url).toBe("/v1/realtime?model=voice");
    expect(session?.headers).toMatchObject({ authorization: "Bearer sk-vendor-credential" });
    expect(client.headers).toMatchObject({ "x-ghostllm-provider": "openai", "x-request-id": gateway.records[0]?.id });
    await waitFor(() => session?.closedWith === 1000);
    await nothingHeld();
  });

  it("costs nothing where nothing was said", async () => {
    await serve({ budgetNanos: 10 * mostOfOne });
    const client = new Client();
    await client.hear("session.created");
    client.socket.close();
    expect(await onlyRecord()).toMatchObject({ status: "ok", costNanos: 0, chargedNanos: null });
    await nothingHeld();
  });

  it("works with the official SDK", async () => {
    await serve();
    const front = await startTlsFront();
    const openai = new OpenAI({ apiKey: testKey, baseURL: `https://127.0.0.1:${front.port}/v1` });
    const options = { rejectUnauthorized: false };
    const realtime = new OpenAIRealtimeWS({ model: "voice", options }, openai);
    const errors: unknown[] = [];
    realtime.on("error", (error) => errors.push(error));
    const done = new Promise<unknown>((resolve) => realtime.on("response.done", resolve));
    realtime.on("session.created", () => realtime.send({ type: "response.create" }));
    expect(await done).toMatchObject({ response: { status: "completed" } });
    realtime.close();
    expect(await onlyRecord()).toMatchObject({ status: "ok", costNanos: oneResponse });
    expect(errors).toEqual([]);
    front.close();
  });

  it("takes the key of a browser from the names of protocols, and never says it back", async () => {
    await serve();
    const protocols = `realtime, openai-insecure-api-key.${testKey}, openai-beta.realtime-v1`;
    const socket = new globalThis.WebSocket(
      `${gateway.url.replace("http", "ws")}/v1/realtime?model=voice`,
      protocols.split(", "),
    );
    await new Promise((resolve) => socket.addEventListener("message", resolve, { once: true }));
    expect(socket.protocol).toBe("realtime");
    expect(vendor.sessions[0]?.headers).toMatchObject({ "openai-beta": "realtime=v1" });
    expect(JSON.stringify(vendor.sessions[0]?.headers)).not.toContain(testKey);
    socket.close();
    await onlyRecord();
  });

  it.each([
    ["no key", "/v1/realtime?model=voice", {}, 401],
    ["no model", "/v1/realtime", null, 400],
    ["an unknown model", "/v1/realtime?model=none", null, 404],
    ["a call of others", "/v1/realtime?model=voice&call_id=rtc_1", null, 400],
    ["a page of elsewhere", "/v1/realtime?model=voice", { origin: "https://evil.example" }, 403],
    ["where it wants to go", "/v1/realtime?model=voice", { ...own, "x-ghostllm-routing": "{}" }, 400],
    ["a chat's session", "/v1/realtime?model=voice", { ...own, "x-ghostllm-session-id": "new" }, 400],
  ])("is refused in HTTP with %s", async (_, path, headers, status) => {
    await serve();
    const client = new Client(path, headers === null ? {} : { headers });
    await waitFor(() => client.refusedWith !== null);
    expect(client.refusedWith).toBe(status);
    expect(vendor.sessions).toHaveLength(0);
    expect(gateway.records).toHaveLength(0);
  });

  it.each([
    ["closed", 400],
    ["open", null],
  ] as const)("is refused where a guardrail holds that fails %s", async (onFailure, status) => {
    await serve({ onFailure });
    const client = new Client();
    await waitFor(() => client.refusedWith !== null || client.heard.length > 0);
    expect(client.refusedWith).toBe(status);
    client.socket.terminate();
  });

  it("is asked for again where a vendor's handshake fails, and refused with its word where that is of no use", async () => {
    await serve();
    vendor.refuse(503);
    const client = new Client();
    await client.hear("session.created");
    client.socket.close();
    expect(await onlyRecord()).toMatchObject({ status: "ok", attempts: 2 });
    vendor.refuse(400);
    const refused = new Client();
    await waitFor(() => refused.refusedWith !== null);
    expect(refused.refusedWith).toBe(400);
    await nothingHeld();
  });
});

describe("a budget", () => {
  it("admits no session that it has no room for", async () => {
    await serve({ budgetNanos: mostOfOne - 1 });
    const client = new Client();
    await waitFor(() => client.refusedWith !== null);
    expect([client.refusedWith, vendor.sessions.length]).toEqual([429, 0]);
  });

  it("ends a session when what is left has no room for another response, and is never overrun", async () => {
    await serve({ budgetNanos: mostOfOne + oneResponse + 1_000 });
    const client = new Client();
    await client.hear("session.created");
    client.say({ type: "response.create" });
    await client.hear("response.done");
    client.say({ type: "response.create" });
    expect(await client.hear("error")).toMatchObject({ error: { code: "insufficient_quota" } });
    await waitFor(() => client.closedWith !== null);
    const record = await onlyRecord();
    expect(record).toMatchObject({ status: "error", errorCode: "insufficient_quota", costNanos: 2 * oneResponse });
    expect(record.costNanos).toBeLessThan(mostOfOne + oneResponse);
    await waitFor(() => vendor.sessions[0]?.closedWith !== null);
    await nothingHeld();
  });
});

describe("who leaves in the middle of a response", () => {
  it("is recorded as left, with a guess of what it came to; the vendor is left, too", async () => {
    await serve({ budgetNanos: 10 * mostOfOne });
    vendor.isSlow = true;
    const client = new Client();
    await client.hear("session.created");
    client.say({ type: "response.create" });
    await client.hear("response.output_text.delta");
    client.socket.terminate();
    const record = await onlyRecord();
    expect(record).toMatchObject({
      status: "client_abort",
      estimated: true,
      audioCompletionTokens: 3,
      completionTokens: 4,
    });
    expect(record.costNanos).toBeGreaterThan(0);
    await waitFor(() => vendor.sessions[0]?.closedWith !== null);
    await nothingHeld();
  });
});

describe("a session ends", () => {
  it("when its vendor ends it", async () => {
    await serve();
    const client = new Client();
    await client.hear("session.created");
    vendor.sessions[0]?.socket.close(1000);
    await waitFor(() => client.closedWith === 1000);
    expect(await onlyRecord()).toMatchObject({ status: "ok" });
  });

  it("with an error when its vendor breaks off", async () => {
    await serve();
    const client = new Client();
    await client.hear("session.created");
    vendor.sessions[0]?.socket.terminate();
    expect(await client.hear("error")).toMatchObject({ error: { code: "provider_error" } });
    expect(await onlyRecord()).toMatchObject({ status: "error" });
  });

  it("when its key is revoked", async () => {
    await serve();
    const client = new Client();
    await client.hear("session.created");
    gateway.deps.runningCalls.withdrawOf({ kind: "key", id: "key-1" });
    expect(await client.hear("error")).toMatchObject({ error: { code: "invalid_api_key" } });
    await waitFor(() => client.closedWith !== null && vendor.sessions[0]?.closedWith !== null);
    await onlyRecord();
  });

  it.each([
    ["when its time is over", { sessionMs: 300, idleMs: 60_000, messageBytes: 10_000 }],
    ["when nobody says anything", { sessionMs: 60_000, idleMs: 300, messageBytes: 10_000 }],
  ])("%s", async (_, realtime) => {
    await serve({ capacity: { realtime } });
    const client = new Client();
    expect(await client.hear("error")).toMatchObject({ error: { code: "timeout_error" } });
    expect(await onlyRecord()).toMatchObject({ status: "timeout" });
    await nothingHeld();
  });

  it("when a message is too large", async () => {
    await serve({ capacity: { realtime: { sessionMs: 60_000, idleMs: 60_000, messageBytes: 2_048 } } });
    const client = new Client();
    await client.hear("session.created");
    client.say({ type: "input_audio_buffer.append", audio: "A".repeat(4_096) });
    await waitFor(() => client.closedWith !== null);
    expect(client.closedWith).toBe(1009);
    await onlyRecord();
    await nothingHeld();
  });
});
