// What is Vertex's own in the behaviour of the gateway: tokens that a service account buys, and Anthropic's dialect in
// Google's envelope. The token endpoint is the fake vendor, too.

import { generateKeyPairSync } from "node:crypto";
import Anthropic from "@anthropic-ai/sdk";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, ReceivedRequest, Script } from "@ghostllm/fake-upstream";
import { jwtVerify } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "#domain/secret.ts";
import { makeProvider, makeSnapshot, makeTarget, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { pause, postJson, TestClock } from "./support/stage.ts";

const model = "claude-sonnet-4-5@20250929";
const modelPath = `/v1/projects/harbour-1/locations/us-east5/publishers/anthropic/models/${model}`;
const messages = [{ role: "user" as const, content: "When?" }];
const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });

const message = {
  id: "msg_vrtx_1",
  type: "message",
  role: "assistant",
  model: "claude-sonnet-4-5",
  content: [{ type: "text", text: "Seven." }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 7, output_tokens: 3 },
};

function event(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

const stream =
  event("vertex_event", {}) +
  event("message_start", { message: { ...message, content: [], stop_reason: null } }) +
  event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }) +
  event("content_block_delta", { index: 0, delta: { type: "text_delta", text: "Seven." } }) +
  event("content_block_stop", { index: 0 }) +
  event("message_delta", { delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 3 } }) +
  event("message_stop", {});

function keyFile(tokenUri: string, change: object = {}): string {
  return JSON.stringify({
    type: "service_account",
    project_id: "harbour-1",
    private_key_id: "key-1",
    private_key: keys.privateKey.export({ type: "pkcs8", format: "pem" }),
    client_email: "gateway@harbour-1.iam.gserviceaccount.com",
    token_uri: tokenUri,
    ...change,
  });
}

describe("Claude on Vertex AI", () => {
  let upstream: FakeUpstream;
  let clock: TestClock;
  const gateways: TestGateway[] = [];
  /** What the token endpoint answers; the count of its calls makes each token another one. */
  let sell: (count: number) => Script;
  let answer: (received: ReceivedRequest) => Script;

  const sales = () => upstream.received.filter(({ path }) => path === "/token");
  const calls = () => upstream.received.filter(({ path }) => path !== "/token");

  beforeEach(async () => {
    upstream = await startFakeUpstream();
    clock = new TestClock();
    sell = (count) => ({
      kind: "answer",
      body: { access_token: `ya29.${count}`, expires_in: 3600, token_type: "Bearer" },
    });
    answer = () => ({ kind: "answer", body: message });
    upstream.script((received) => (received.path === "/token" ? sell(sales().length) : answer(received)));
  });

  afterEach(async () => {
    for (const gateway of gateways.splice(0)) await gateway.close();
    await upstream.close();
  });

  async function start(credential = keyFile(`${upstream.url}/token`)): Promise<TestGateway> {
    const provider = makeProvider("vertex-anthropic", `${upstream.url}/v1`, {
      credential: new Secret(credential),
      settings: { project: "harbour-1", location: "us-east5" },
    });
    const gateway = await startGateway(makeSnapshot({ targets: [makeTarget(provider, model)] }), { clock });
    gateways.push(gateway);
    return gateway;
  }

  const ask = (gateway: TestGateway, more: object = {}, headers: Record<string, string> = {}) =>
    postJson(`${gateway.url}/v1/messages`, { model, max_tokens: 9, messages, ...more }, { headers });

  describe("the token", () => {
    it("is bought with a statement that the service account signed", async () => {
      const gateway = await start();
      expect((await ask(gateway)).status).toBe(200);
      const [sale] = sales();
      expect(sale).toMatchObject({ method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" } });
      const form = new URLSearchParams(sale?.text);
      expect(form.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
      const { payload, protectedHeader } = await jwtVerify(form.get("assertion") ?? "", keys.publicKey, {
        issuer: "gateway@harbour-1.iam.gserviceaccount.com",
        audience: `${upstream.url}/token`,
        currentDate: new Date(clock.ms),
      });
      expect(protectedHeader).toEqual({ alg: "RS256", typ: "JWT", kid: "key-1" });
      expect(payload).toMatchObject({
        scope: "https://www.googleapis.com/auth/cloud-platform",
        iat: clock.ms / 1000,
        exp: clock.ms / 1000 + 3600,
      });
      expect(calls()[0]?.headers.authorization).toBe("Bearer ya29.1");
    });

    it("is bought once for many requests, also for those that come meanwhile", async () => {
      const gateway = await start();
      const sold = sell;
      sell = (count) => ({ kind: "slow-headers", delayMs: 100, of: sold(count) });
      const answers = await Promise.all(Array.from({ length: 5 }, () => ask(gateway)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
      await ask(gateway);
      expect(sales()).toHaveLength(1);
      expect(new Set(calls().map(({ headers }) => headers.authorization))).toEqual(new Set(["Bearer ya29.1"]));
    });

    it("is bought anew shortly before it ends", async () => {
      const gateway = await start();
      await ask(gateway);
      clock.ms += 3_539_000;
      await ask(gateway);
      expect(sales()).toHaveLength(1);
      clock.ms += 2_000;
      await ask(gateway);
      expect(sales()).toHaveLength(2);
      expect(calls().at(-1)?.headers.authorization).toBe("Bearer ya29.2");
    });

    it.each(["ya29.a0AfH6SMBx", "x.y"])("may be the credential itself: %s", async (token) => {
      await ask(await start(token));
      expect(calls()[0]?.headers.authorization).toBe(`Bearer ${token}`);
      expect(sales()).toHaveLength(0);
    });

    it("is not needed with an API key", async () => {
      await ask(await start("AIzaSyExample"));
      expect(calls()[0]?.headers).toMatchObject({ "x-goog-api-key": "AIzaSyExample" });
      expect(calls()[0]?.headers).not.toHaveProperty("authorization");
    });
  });

  describe("without a token", () => {
    it("a client is told that the key was refused, and the vendor is not asked", async () => {
      const gateway = await start();
      sell = () => ({
        kind: "answer",
        status: 400,
        body: { error: "invalid_grant", error_description: "no such account" },
      });
      const response = await ask(gateway);
      expect(response.status).toBe(502);
      const error = {
        type: "api_error",
        message: expect.stringContaining("the token endpoint answered 400 (invalid_grant)"),
      };
      expect(await response.json()).toMatchObject({ error });
      expect(calls()).toHaveLength(0);
      expect(sales()).toHaveLength(1);
      expect(gateway.records[0]).toMatchObject({ status: "error", promptTokens: 0 });
    });

    it("the next request tries again, and so does the same one where the endpoint itself failed", async () => {
      const gateway = await start();
      const sold = sell;
      sell = (count) => (count === 1 ? { kind: "cut", after: "headers" } : sold(count));
      expect((await ask(gateway)).status).toBe(200);
      expect(sales()).toHaveLength(2);
    });

    it.each([
      ["no JSON", "{"],
      ["another kind of file", '{"type":"authorized_user","client_id":"x"}'],
      ["no private key", keyFile("http://127.0.0.1:9/token", { private_key: "-----BEGIN PRIVATE KEY-----\nsecret\n" })],
    ])("a credential that is %s is told, and not quoted", async (_name, credential) => {
      const response = await ask(await start(credential));
      expect(response.status).toBe(502);
      const text = await response.text();
      expect(text).toMatch(/key file of a service account|private key of the service account/);
      expect(text).not.toContain("BEGIN");
    });

    it("a key file that was given to a provider of another kind goes nowhere", async () => {
      const credential = new Secret('{\n  "type": "service_account"\n}');
      const provider = makeProvider("openai", `${upstream.url}/v1`, { credential });
      const gateway = await startGateway(makeSnapshot({ targets: [makeTarget(provider, model)] }));
      gateways.push(gateway);
      const response = await postJson(`${gateway.url}/v1/chat/completions`, { model, messages });
      expect(response.status).toBe(502);
      expect(await response.text()).toContain("the credential fits into no header");
      expect(upstream.received).toHaveLength(0);
    });

    it("a client that leaves meanwhile asks the vendor for nothing", async () => {
      const gateway = await start();
      const sold = sell;
      sell = (count) => ({ kind: "slow-headers", delayMs: 150, of: sold(count) });
      const controller = new AbortController();
      const asked = postJson(
        `${gateway.url}/v1/messages`,
        { model, max_tokens: 9, messages },
        { signal: controller.signal },
      );
      await upstream.waitForRequest();
      controller.abort();
      await expect(asked).rejects.toThrow();
      await pause(300);
      expect(calls()).toHaveLength(0);
      expect(gateway.records[0]).toMatchObject({ status: "client_abort", promptTokens: 0 });
    });
  });

  describe("Anthropic's dialect", () => {
    it("passes as it was written, but for the model, which the path tells", async () => {
      const gateway = await start();
      const written = `{"model":"${model}", "max_tokens": 9.0, "messages": [ {"role":"user","content":"When?"} ], "metadata": {"user_id":"u"}}`;
      const response = await postJson(`${gateway.url}/v1/messages`, written, {
        headers: { "anthropic-beta": "x", "anthropic-version": "2026-10-21" },
      });
      expect(await response.json()).toEqual(message);
      const [received] = calls();
      expect(received?.path).toBe(`${modelPath}:rawPredict`);
      expect(received?.headers["anthropic-beta"]).toBe("x");
      expect(received?.headers).not.toHaveProperty("anthropic-version");
      expect(received?.text).toBe(
        '{"anthropic_version":"vertex-2023-10-16","max_tokens":9.0,"messages":[ {"role":"user","content":"When?"} ],"metadata":{"user_id":"u"}}',
      );
    });

    it("streams as it is", async () => {
      const gateway = await start();
      answer = () => ({ kind: "raw", text: stream, writeBytes: 29 });
      expect(await (await ask(gateway, { stream: true })).text()).toBe(stream);
      const client = new Anthropic({ baseURL: gateway.url, apiKey: testKey, maxRetries: 0 });
      const final = await client.messages.stream({ model, max_tokens: 9, messages }).finalMessage();
      expect(final).toMatchObject({ stop_reason: "end_turn", content: [{ text: "Seven." }] });
      expect(calls().map(({ path }) => path)).toEqual([
        `${modelPath}:streamRawPredict`,
        `${modelPath}:streamRawPredict`,
      ]);
      expect(calls()[0]?.json()).toMatchObject({ stream: true });
    });

    it("is what clients of OpenAI's are translated into", async () => {
      const gateway = await start();
      const response = await postJson(`${gateway.url}/v1/chat/completions`, { model, messages });
      expect(await response.json()).toMatchObject({ choices: [{ message: { content: "Seven." } }] });
      expect(calls()[0]?.json()).toMatchObject({ anthropic_version: "vertex-2023-10-16", messages });
      expect(calls()[0]?.json()).not.toHaveProperty("model");
    });

    it.each([
      [429, { error: { code: 429, message: "Quota exceeded.", status: "RESOURCE_EXHAUSTED" } }, "rate_limit_error"],
      [
        400,
        { type: "error", error: { type: "invalid_request_error", message: "Quota exceeded." } },
        "invalid_request_error",
      ],
    ])("tells errors of Google's and of Anthropic's alike: %i", async (status, body, type) => {
      const gateway = await start();
      answer = () => ({ kind: "answer", status, body });
      const response = await ask(gateway);
      expect(response.status).toBe(status);
      expect(await response.json()).toEqual({ type: "error", error: { type, message: "Quota exceeded." } });
    });
  });
});
