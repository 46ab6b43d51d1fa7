// How long a prompt is: told by a vendor of the client's dialect, and estimated where the model has none. Neither costs anything.

import Anthropic from "@anthropic-ai/sdk";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, Script } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
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

const messages = [{ role: "user" as const, content: "How many tokens may these twelve plain words of English be?" }];

describe("counting tokens", () => {
  let upstream: FakeUpstream;
  let gateway: TestGateway;
  let client: Anthropic;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    const budget = makeScope("key", "key-1", {
      budgetNanos: 1,
      limits: { requestsPerMinute: null, tokensPerMinute: 1, concurrentRequests: null },
    });
    const targets = [
      makeTarget(makeProvider("anthropic", upstream.url), "counting"),
      makeTarget(makeProvider("openai", upstream.url), "silent"),
      makeTarget(makeProvider("llamacpp", `${upstream.url}/v1`), "local"),
    ];
    const principals = { [testKey]: makePrincipal({ scopes: [budget] }) };
    gateway = await startGateway(makeSnapshot({ targets, principals }));
    client = new Anthropic({ apiKey: testKey, baseURL: gateway.url, maxRetries: 0 });
  });

  beforeEach(() => upstream.clear());

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  it("asks a vendor that counts, without touching budget, limits or prices", async () => {
    upstream.script({ kind: "answer", body: { input_tokens: 14 } });
    expect(await client.messages.countTokens({ model: "counting", messages })).toEqual({ input_tokens: 14 });
    expect(upstream.received.at(-1)?.path).toBe("/v1/messages/count_tokens");
    expect(upstream.received.at(-1)?.json()).toEqual({ model: "counting", messages });
    expect(gateway.records.at(-1)).toMatchObject({ operation: "count_tokens", totalTokens: 0, status: "ok" });
  });

  it("asks a llama.cpp, which counts in more dialects than it is asked for answers in", async () => {
    upstream.script({ kind: "answer", body: { input_tokens: 15 } });
    expect(await client.messages.countTokens({ model: "local", messages })).toEqual({ input_tokens: 15 });
    expect(upstream.received.at(-1)?.path).toBe("/v1/messages/count_tokens");
    upstream.script({ kind: "answer", body: { object: "response.input_tokens", input_tokens: 16 } });
    const responses = await fetch(`${gateway.url}/v1/responses/input_tokens`, {
      method: "POST",
      headers: { authorization: `Bearer ${testKey}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "local", input: "x" }),
    });
    expect(await responses.json()).toMatchObject({ input_tokens: 16 });
    expect(upstream.received.at(-1)?.path).toBe("/v1/responses/input_tokens");
  });

  it("estimates for a model whose vendors do not count, and says so", async () => {
    const count = () => client.messages.countTokens({ model: "silent", messages }).withResponse();
    // The worker's tokenizer takes its time to load once; until then the size is all that is known.
    await vi.waitFor(async () => expect((await count()).data.input_tokens).toBeLessThan(20), 10_000);
    const { data, response } = await count();
    expect(data.input_tokens).toBeGreaterThan(9);
    expect(response.headers.get("x-ghostllm-notes")).toBe("token count is an estimate");
    expect(upstream.received).toHaveLength(0);
  });

  it.each<[string, Script]>([
    ["500", { kind: "error", status: 500 }],
    [
      "404, as of a server that does not count",
      { kind: "answer", status: 404, body: { error: { message: "no such route" } } },
    ],
    ["401", { kind: "error", status: 401 }],
    ["429", { kind: "error", status: 429 }],
    ["a 200 without a count", { kind: "answer", body: { error: { message: "nope" } } }],
    ["no answer", { kind: "cut", after: "connect" }],
  ])("estimates where the vendor fails (%s), which costs it no trust as to answers", async (_name, failing) => {
    for (let turn = 0; turn < 7; turn += 1) {
      upstream.script(failing);
      const { data, response } = await client.messages.countTokens({ model: "counting", messages }).withResponse();
      expect(data.input_tokens).toBeGreaterThan(5);
      expect(response.headers.get("x-ghostllm-notes")).toBe("token count is an estimate");
    }
    expect(upstream.received).toHaveLength(7);
    expect(gateway.records.at(-1)).toMatchObject({ operation: "count_tokens", status: "ok", totalTokens: 0 });
  });

  it("tells what is wrong with the request", async () => {
    const error = { type: "invalid_request_error", message: "messages: at least one" };
    upstream.script({ kind: "answer", status: 400, body: { type: "error", error } });
    await expect(client.messages.countTokens({ model: "counting", messages })).rejects.toThrow(
      "messages: at least one",
    );
  });

  it("refuses what is unknown in the client's dialect", async () => {
    await expect(client.messages.countTokens({ model: "nobody", messages })).rejects.toThrow(Anthropic.NotFoundError);
  });
});
