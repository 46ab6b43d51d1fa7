// What is Anthropic's own in the behaviour of the gateway; all else is proved once, for every dialect, in its suites.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeProvider, makeSnapshot, makeTarget, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { readBody } from "./support/stage.ts";

const model = "claude-test";

function event(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

const start = event("message_start", {
  message: {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 25, cache_read_input_tokens: 5, output_tokens: 1 },
  },
});
const words = "The harbour opens at seven and the tide turns at noon, so be there early. ";
const delta = event("content_block_delta", { index: 0, delta: { type: "text_delta", text: words } });
const beginning = start + event("content_block_start", { index: 0, content_block: { type: "text", text: "" } });

describe("POST /v1/messages", () => {
  let upstream: FakeUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    gateway = await startGateway(
      makeSnapshot({ targets: [makeTarget(makeProvider("anthropic", upstream.url), model)] }),
    );
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  function ask(body: object, headers: Record<string, string> = { "x-api-key": testKey }): Promise<Response> {
    return fetch(`${gateway.url}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ model, max_tokens: 100, messages: [{ role: "user", content: "When?" }], ...body }),
    });
  }

  it("a stream that breaks off is charged for what came of it, not for what its beginning told", async () => {
    const text = beginning + delta.repeat(4);
    upstream.script({ kind: "cut", after: { bytes: text.length }, of: { kind: "raw", text, perEvent: true } });
    const { text: answer } = await readBody(await ask({ stream: true }));
    expect(answer.endsWith("\n\n")).toBe(true);
    expect(answer.slice(answer.lastIndexOf("event: "))).toMatch(
      /^event: error\ndata: \{"type":"error","error":\{"type":"api_error"/,
    );
    const record = gateway.records.at(-1);
    expect(record).toMatchObject({ status: "error", promptTokens: 30, cachedTokens: 5, estimated: true });
    expect(record?.completionTokens).toBeGreaterThan(50);
    expect(record?.completionTokens).toBeLessThan(110);
  });

  it("the version of the API that the client speaks is the vendor's to read, with the operator's key", async () => {
    const headers = { authorization: `Bearer ${testKey}`, "anthropic-version": "2026-10-21" };
    upstream.script({ kind: "answer", body: { id: "msg_1", type: "message", usage: { input_tokens: 1 } } });
    await ask({}, headers);
    expect(upstream.received.at(-1)?.headers).toMatchObject({
      "anthropic-version": "2026-10-21",
      "x-api-key": "sk-vendor-credential",
    });
    expect(upstream.received.at(-1)?.headers["authorization"]).toBeUndefined();
    upstream.script({ kind: "answer", body: { input_tokens: 12 } });
    const counted = await fetch(`${gateway.url}/v1/messages/count_tokens`, {
      method: "POST",
      headers,
      body: JSON.stringify({ model, messages: [{ role: "user", content: "When?" }] }),
    });
    expect(await counted.json()).toEqual({ input_tokens: 12 });
    expect(upstream.received.at(-1)?.headers["anthropic-version"]).toBe("2026-10-21");
  });

  it("what is written for the vendor is of the version that takes all of it", async () => {
    upstream.script({
      kind: "answer",
      body: { id: "msg_1", type: "message", content: [], usage: { input_tokens: 1 } },
    });
    await fetch(`${gateway.url}/v1/chat/completions`, {
      method: "POST",
      // A header of another dialect than the request's.
      headers: { authorization: `Bearer ${testKey}`, "anthropic-version": "2026-10-21" },
      body: JSON.stringify({ model, temperature: 0.2, messages: [{ role: "user", content: "When?" }] }),
    });
    expect(upstream.received.at(-1)?.headers["anthropic-version"]).toBe("2023-06-01");
  });

  it("errors of ours have Anthropic's form", async () => {
    const unknown = await ask({}, { authorization: "Bearer gk-unknown" });
    expect(unknown.status).toBe(401);
    expect(await unknown.json()).toMatchObject({ type: "error", error: { type: "authentication_error" } });
    const wrong = await ask({ max_tokens: "many" });
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toMatchObject({ type: "error", error: { type: "invalid_request_error" } });
    const missing = await ask({ model: "nobody-has-it" });
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ type: "error", error: { type: "not_found_error" } });
  });

  it("an overloaded vendor is told as it told it", async () => {
    const body = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    upstream.script({ kind: "answer", status: 529, headers: { "x-should-retry": "true" }, body });
    const answer = await ask({});
    expect(answer.status).toBe(529);
    expect(answer.headers.get("x-should-retry")).toBe("true");
    expect(await answer.json()).toEqual(body);
  });
});
