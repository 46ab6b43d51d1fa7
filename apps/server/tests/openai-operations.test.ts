// Operations of OpenAI's API beside chat, with the official SDK: bytes pass both ways, files and sound included, the model is
// the target's, and what the vendor counts is priced.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import type { PriceSchedule } from "@ghostllm/llm";
import OpenAI, { toFile } from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
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

const budgetKey = "gk-budgetbudget-0123456789abcdef";
const usd = 1_000_000_000;
const prices: PriceSchedule = [
  {
    price: {
      input: { base: 5 * usd },
      output: { base: 10 * usd },
      audioInput: { base: 6 * usd },
      imageInput: { base: 8 * usd },
      imageOutput: { base: 32 * usd },
      version: "test",
    },
  },
];
/** No text in any encoding. */
const sound = Buffer.from([0xff, 0xfb, 0x00, 0x0d, 0x0a, 0x0d, 0x0a, 0x2d, 0x2d, 0xfe]);

describe("operations that are forwarded", () => {
  let upstream: FakeUpstream;
  let gateway: TestGateway;
  let client: OpenAI;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    const provider = makeProvider("openai", `${upstream.url}/v1`);
    const target = makeTarget(provider, "vendors-model", { prices });
    const moderation = makeTarget(provider, "omni-moderation-latest");
    const alias = {
      id: "r",
      name: "alias",
      strategy: "ordered" as const,
      targets: [{ target, weight: 1 }],
      createdAt: 0,
    };
    const scope = makeScope("key", "key-1", { budgetNanos: usd });
    const principals = { [testKey]: makePrincipal(), [budgetKey]: makePrincipal({ scopes: [scope] }) };
    const snapshot = makeSnapshot({ targets: [target, moderation], aliases: new Map([["alias", alias]]), principals });
    gateway = await startGateway(snapshot);
    client = new OpenAI({ apiKey: testKey, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
  });

  beforeEach(() => upstream.clear());

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  const lastRecord = () => gateway.records.at(-1);

  it("makes pictures, and prices their tokens by kind", async () => {
    const usage = {
      input_tokens: 50,
      output_tokens: 1000,
      total_tokens: 1050,
      input_tokens_details: { text_tokens: 10, image_tokens: 40 },
      output_tokens_details: { image_tokens: 900, text_tokens: 100 },
    };
    upstream.script({ kind: "answer", body: { created: 1, data: [{ b64_json: "aGk=" }], usage } });
    const answer = await client.images.generate({ model: "alias", prompt: "A harbour", n: 2 });
    expect(answer.data?.[0]?.b64_json).toBe("aGk=");
    expect(upstream.received.at(-1)?.path).toBe("/v1/images/generations");
    expect(upstream.received.at(-1)?.json()).toEqual({ model: "vendors-model", prompt: "A harbour", n: 2 });
    expect(lastRecord()).toMatchObject({
      operation: "images.generations",
      promptTokens: 50,
      completionTokens: 1000,
      imagePromptTokens: 40,
      imageCompletionTokens: 900,
      costNanos: 10 * 5000 + 40 * 8000 + 100 * 10_000 + 900 * 32_000,
    });
  });

  it("streams pictures, and reads the usage of the last event", async () => {
    const done = { type: "image_generation.completed", b64_json: "aGk=", usage: { input_tokens: 5, output_tokens: 7 } };
    upstream.script({ kind: "raw", text: `event: ${done.type}\ndata: ${JSON.stringify(done)}\n\n` });
    const events = [];
    const stream = await client.images.generate({ model: "alias", prompt: "x", stream: true });
    for await (const event of stream) events.push(event.type);
    expect(events).toEqual(["image_generation.completed"]);
    expect(lastRecord()).toMatchObject({ promptTokens: 5, completionTokens: 7, streamed: true, status: "ok" });
  });

  it("takes forms with files byte for byte, but for the model", async () => {
    const body = {
      text: "Hello",
      usage: { type: "tokens", input_tokens: 30, output_tokens: 4, input_token_details: { audio_tokens: 25 } },
    };
    upstream.script({ kind: "answer", body });
    const file = await toFile(sound, "a.mp3", { type: "audio/mpeg" });
    const answer = await client.audio.transcriptions.create({ model: "alias", file, language: "en" });
    expect(answer.text).toBe("Hello");
    const received = upstream.received.at(-1);
    const form = await new Response(new Uint8Array(received?.body ?? []), {
      headers: { "content-type": String(received?.headers["content-type"]) },
    }).formData();
    expect(form.get("model")).toBe("vendors-model");
    expect(form.get("language")).toBe("en");
    expect(Buffer.from(await (form.get("file") as File).arrayBuffer()).equals(sound)).toBe(true);
    expect(lastRecord()).toMatchObject({ audioPromptTokens: 25, costNanos: 5 * 5000 + 25 * 6000 + 4 * 10_000 });
  });

  it("passes sound on as it is, and says that its cost is unknown", async () => {
    upstream.script({ kind: "answer", base64: sound.toString("base64"), headers: { "content-type": "audio/mpeg" } });
    const answer = await client.audio.speech.create({ model: "alias", voice: "alloy", input: "Hello" });
    expect(answer.headers.get("content-type")).toBe("audio/mpeg");
    expect(Buffer.from(await answer.arrayBuffer()).equals(sound)).toBe(true);
    expect(lastRecord()).toMatchObject({
      operation: "audio.speech",
      totalTokens: 0,
      costNanos: null,
      priceVersion: null,
    });
    const budgeted = new OpenAI({ apiKey: budgetKey, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
    await expect(budgeted.audio.speech.create({ model: "alias", voice: "alloy", input: "x" })).rejects.toThrow(
      /do not count what audio.speech uses/,
    );
  });

  it("asks the vendor's usual model to moderate where the client names none", async () => {
    upstream.script({ kind: "answer", body: { id: "modr-1", model: "omni-moderation-latest", results: [] } });
    await client.moderations.create({ input: "x" });
    expect(upstream.received.at(-1)?.json()).toEqual({ input: "x" });
    expect(lastRecord()).toMatchObject({ operation: "moderations", requestedModel: "omni-moderation-latest" });
  });

  it("refuses a form without a model, a stranger's provider, and bytes that are no form", async () => {
    const file = await toFile(sound, "a.mp3");
    const nameless = client.audio.transcriptions.create({ model: "", file });
    await expect(nameless).rejects.toThrow(/expected one field of the form that names a model/);
    const headers = { authorization: `Bearer ${testKey}`, "content-type": "application/json" };
    const broken = await fetch(`${gateway.url}/v1/audio/transcriptions`, { method: "POST", headers, body: sound });
    expect(broken.status).toBe(400);
    expect(upstream.received).toHaveLength(0);
  });

  it("has no ranking at a vendor that has none", async () => {
    const headers = { authorization: `Bearer ${testKey}`, "content-type": "application/json" };
    const body = JSON.stringify({ model: "alias", query: "q", documents: ["d"] });
    const response = await fetch(`${gateway.url}/v1/rerank`, { method: "POST", headers, body });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("No provider of the model 'alias' offers rerank.");
  });
});
