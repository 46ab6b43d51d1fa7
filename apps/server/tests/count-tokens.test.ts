// How long a prompt is: told by a vendor of the client's dialect, and estimated where the model has none. Neither costs anything.

import Anthropic from "@anthropic-ai/sdk";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
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

const messages = [{ role: "user" as const, content: "How many tokens may these twelve plain words of English be?" }];

describe("counting tokens", () => {
  let upstream: FakeUpstream;
  let gateway: TestGateway;
  let client: Anthropic;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    const budget = makeScope("key:key-1", {
      budgetNanos: 1,
      limits: { requestsPerMinute: null, tokensPerMinute: 1, concurrentRequests: null },
    });
    const targets = [
      makeTarget(makeProvider("anthropic", upstream.url), "counting"),
      makeTarget(makeProvider("openai", upstream.url), "silent"),
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

  it("estimates for a model whose vendors do not count, and says so", async () => {
    // The worker's tokenizer takes its time to load once.
    await client.messages.countTokens({ model: "silent", messages });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const { data, response } = await client.messages.countTokens({ model: "silent", messages }).withResponse();
    expect(data.input_tokens).toBeGreaterThan(9);
    expect(data.input_tokens).toBeLessThan(20);
    expect(response.headers.get("x-ghostllm-notes")).toBe("token count is an estimate");
    expect(upstream.received).toHaveLength(0);
  });

  it("refuses what is unknown in the client's dialect", async () => {
    await expect(client.messages.countTokens({ model: "nobody", messages })).rejects.toThrow(Anthropic.NotFoundError);
  });
});
