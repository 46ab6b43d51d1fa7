// What a target's dialect cannot express is noted, or refused when the client is strict. What clients read of other vendors'
// answers is proved for all of them in tests/replay, and what becomes of errors in errors-across.test.ts.

import Anthropic from "@anthropic-ai/sdk";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import { expect, it } from "vitest";
import { makeProvider, makeSnapshot, makeTarget, startGateway, testKey } from "./support/gateway.ts";

it("what the other dialect cannot express is noted, or refused when the client is strict", async () => {
  const upstream = await startFakeUpstream();
  const gateway = await startGateway(
    makeSnapshot({ targets: [makeTarget(makeProvider("openai", `${upstream.url}/v1`), "m")] }),
  );
  const client = new Anthropic({ apiKey: testKey, baseURL: gateway.url, maxRetries: 0 });
  const request = { model: "m", max_tokens: 9, top_k: 5, messages: [{ role: "user" as const, content: "x" }] };
  try {
    const { response } = await client.messages.create(request).withResponse();
    expect(response.headers.get("x-ghostllm-notes")).toBe("top_k");
    const before = upstream.received.length;
    await expect(client.messages.create(request, { headers: { "x-ghostllm-strict": "true" } })).rejects.toThrow(
      Anthropic.BadRequestError,
    );
    expect(upstream.received).toHaveLength(before);
  } finally {
    await gateway.close();
    await upstream.close();
  }
});
