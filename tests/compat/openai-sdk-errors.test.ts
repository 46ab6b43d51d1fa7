// How failures look to the official SDK: its class, and the status, code, type, param and request id that it reads.
// Each test that fails a vendor uses a model of its own, since a target that fails often is rested.

import { type FakeUpstream, startFakeUpstream } from "@ghostllm/fake-upstream";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createAccount, listUsage } from "../support/admin.ts";
import { type AskedServer, startAskedServer } from "../support/server.ts";

let upstream: FakeUpstream;
let server: AskedServer;
let client: OpenAI;

const firstByteTimeoutMs = 1_000;
const model = "gpt-4o-mini";
const messages = [{ role: "user" as const, content: "Hello" }];
const requestId = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  const environment = { GHOSTLLM_FIRST_BYTE_TIMEOUT_MS: String(firstByteTimeoutMs), GHOSTLLM_LIMIT_WAIT_MS: "0" };
  server = await startAskedServer({ upstreamUrl: upstream.url, environment });
  client = clientWith((await createAccount(server.admin)).key);
});

afterAll(async () => {
  await server?.stop();
  await upstream?.close();
});

beforeEach(() => upstream.clear());

function clientWith(apiKey: string, options: { readonly maxRetries?: number; readonly timeout?: number } = {}): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${server.url}/v1`, maxRetries: 0, ...options });
}

type Chat = Partial<OpenAI.ChatCompletionCreateParamsNonStreaming>;

/** The error of a chat request, with the request id checked, as each must have one that is also in the header. */
async function errorOf(request: Chat, asking: OpenAI = client): Promise<InstanceType<typeof OpenAI.APIError>> {
  const error: unknown = await asking.chat.completions.create({ model, messages, ...request }).then(
    () => expect.fail("the request succeeded"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof OpenAI.APIError)) throw error;
  expect(error.requestID).toMatch(requestId);
  expect(error.headers?.get("x-request-id")).toBe(error.requestID);
  return error;
}

describe("the gateway's own errors", () => {
  it("BadRequestError 400 with the path of the fault", async () => {
    const error = await errorOf({ messages: [...messages, { role: "user", content: 7 as unknown as string }] });
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error).toMatchObject({
      status: 400,
      code: "invalid_request_error",
      type: "invalid_request_error",
      param: "messages[1].content",
    });
    expect(upstream.received).toHaveLength(0);
  });

  it("AuthenticationError 401", async () => {
    for (const key of ["sk-of-somebody", "gk-000000000000-0000"]) {
      const error = await errorOf({}, clientWith(key));
      expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
      expect(error).toMatchObject({ status: 401, code: "invalid_api_key", type: "authentication_error", param: null });
    }
  });

  it("PermissionDeniedError 403", async () => {
    const { key } = await createAccount(server.admin, { key: { permissions: { models: ["gpt-4.1*"] } } });
    const error = await errorOf({}, clientWith(key));
    expect(error).toBeInstanceOf(OpenAI.PermissionDeniedError);
    expect(error).toMatchObject({ status: 403, code: "permission_denied", type: "permission_error", param: "model" });
  });

  it("NotFoundError 404 for a model, and for a path", async () => {
    const error = await errorOf({ model: "no-such-model" });
    expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    expect(error).toMatchObject({ status: 404, code: "model_not_found", type: "not_found_error", param: "model" });
    await expect(client.vectorStores.list()).rejects.toMatchObject({ status: 404, code: "not_found" });
  });

  it("RateLimitError 429 with the time to wait", async () => {
    const { key } = await createAccount(server.admin, { key: { limits: { requests_per_minute: 1 } } });
    const limited = clientWith(key);
    await limited.chat.completions.create({ model, messages });
    const error = await errorOf({}, limited);
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(error).toMatchObject({ status: 429, code: "rate_limit_exceeded", type: "rate_limit_error" });
    const seconds = Number(error.headers?.get("retry-after"));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(120);
    expect(upstream.received).toHaveLength(1);
  });

  it("RateLimitError 429 for a budget that is spent", async () => {
    const { key } = await createAccount(server.admin, { key: { budget_usd: "0.000000001" } });
    const error = await errorOf({}, clientWith(key));
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(error).toMatchObject({ status: 429, code: "insufficient_quota", type: "insufficient_quota" });
    expect(upstream.received).toHaveLength(0);
  });

  it("InternalServerError 502 when the vendor breaks off", async () => {
    upstream.script({ kind: "cut", after: "connect" });
    const error = await errorOf({ model: "gpt-4o" });
    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(error).toMatchObject({ status: 502, code: "provider_error", type: "api_error" });
  });

  it("InternalServerError 502 when the vendor refuses the operator's key, which is not the client's", async () => {
    upstream.script({ kind: "error", status: 401 });
    const error = await errorOf({ model: "gpt-4.1" });
    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(error).toMatchObject({ status: 502, code: "provider_error" });
    expect(error.message).not.toContain("sk-");
  });

  it("InternalServerError 504 when the vendor does not answer in time", async () => {
    upstream.script({ kind: "stall", after: "connect" });
    const error = await errorOf({ model: "gpt-4.1-mini" });
    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(error).toMatchObject({ status: 504, code: "timeout_error", type: "timeout_error" });
  });

  it("InternalServerError 500, which it does not send again, when the only target fails again and again", async () => {
    upstream.script({ kind: "error", status: 500 });
    for (let failures = 0; failures < 6; failures += 2) await errorOf({ model: "gpt-4.1-nano" });
    const error = await errorOf({ model: "gpt-4.1-nano" });
    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(error.status).toBe(500);
    expect(error.headers?.get("x-should-retry")).toBe("false");
  });

  it("an error event within a stream, when the vendor breaks off in its middle", async () => {
    upstream.script({ kind: "cut", after: { chunks: 4 }, of: { kind: "chat", chunks: 9 } });
    const stream = await client.chat.completions.create({ model: "gpt-4o", messages, stream: true });
    const texts: (string | null | undefined)[] = [];
    const reading = (async () => {
      for await (const chunk of stream) texts.push(chunk.choices[0]?.delta.content);
    })();
    await expect(reading).rejects.toMatchObject({ code: "provider_error", type: "api_error" });
    expect(texts.join("")).toContain("word2");
  });
});

describe("the vendor's own errors", () => {
  const cases = [
    { status: 400, of: OpenAI.BadRequestError, code: "unsupported_parameter", param: "stop" },
    { status: 403, of: OpenAI.PermissionDeniedError, code: "unsupported_country_region_territory", param: null },
    { status: 404, of: OpenAI.NotFoundError, code: "model_not_found", param: null },
    { status: 409, of: OpenAI.ConflictError, code: null, param: null },
    { status: 422, of: OpenAI.UnprocessableEntityError, code: null, param: null },
    { status: 429, of: OpenAI.RateLimitError, code: "rate_limit_exceeded", param: null },
    { status: 500, of: OpenAI.InternalServerError, code: null, param: null },
    { status: 503, of: OpenAI.InternalServerError, code: "service_unavailable", param: null },
  ];
  it.each(cases)("$status is passed on as it is", async ({ status, of, code, param }) => {
    upstream.script({ kind: "error", status, retryAfterSeconds: 9, headers: { "x-request-id": "req_vendor" } });
    const error = await errorOf({ model: `openai/model-of-${status}` });
    expect(error).toBeInstanceOf(of);
    expect(error).toMatchObject({ status, code, param });
    const sent = await fetch(`${upstream.url}/v1/chat/completions`, { method: "POST", body: "{}" });
    expect(error.error).toEqual(((await sent.json()) as { error: unknown }).error);
    expect(error.headers?.get("retry-after")).toBe("9");
  });

  it("are recorded with their status, and cost nothing", async () => {
    upstream.script({ kind: "error", status: 400 });
    const { requestID } = await errorOf({});
    const row = await vi.waitFor(
      async () => {
        const found = (await listUsage(server.admin)).find(({ id }) => id === requestID);
        expect(found).toBeDefined();
        return found;
      },
      { timeout: 45_000 },
    );
    expect(row).toMatchObject({ status: "error", http_status: 400, total_tokens: 0, cost_usd: "0" });
  });
});

describe("the SDK's patience", () => {
  it("waits as long as the gateway's Retry-After says, and then gets its answer", async () => {
    const { key } = await createAccount(server.admin, { key: { limits: { concurrent_requests: 1 } } });
    const patient = clientWith(key, { maxRetries: 2 });
    upstream.script([{ kind: "slow-headers", delayMs: 700 }, { kind: "default" }]);
    const first = patient.chat.completions.create({ model, messages });
    await upstream.waitForRequest();
    const startedAt = performance.now();
    const second = await patient.chat.completions.create({ model, messages });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
    expect(second.choices).toHaveLength(1);
    expect((await first).choices).toHaveLength(1);
    expect(upstream.received).toHaveLength(2);
  });

  it("waits as long as the vendor's Retry-After says", async () => {
    upstream.script([{ kind: "error", status: 429, retryAfterSeconds: 1 }, { kind: "default" }]);
    const startedAt = performance.now();
    await clientWith(client.apiKey ?? "", { maxRetries: 1 }).chat.completions.create({ model: "o3-mini", messages });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
    expect(upstream.received).toHaveLength(2);
  });

  it("ends with APIConnectionTimeoutError, and the vendor's work ends with it", async () => {
    upstream.script({ kind: "stall", after: "connect" });
    const hasty = clientWith(client.apiKey ?? "", { timeout: 200 });
    await expect(hasty.chat.completions.create({ model: "gpt-5", messages })).rejects.toBeInstanceOf(
      OpenAI.APIConnectionTimeoutError,
    );
    await upstream.waitUntil(() => upstream.received[0]?.aborted === true, 1_000);
  });

  it("ends with an abort, plain and in mid-stream, and the usage is recorded as a client's abort", async () => {
    const { key, keyId } = await createAccount(server.admin);
    const aborting = clientWith(key);
    const midStream = {
      kind: "stall",
      after: { chunks: 3 },
      of: { kind: "chat", text: "never to be finished" },
    } as const;
    upstream.script([{ kind: "stall", after: "connect" }, midStream]);
    const plain = new AbortController();
    const answer = aborting.chat.completions.create({ model, messages }, { signal: plain.signal });
    await upstream.waitForRequest();
    plain.abort();
    await expect(answer).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);

    const stream = await aborting.chat.completions.create({ model, messages, stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) stream.controller.abort();
    await upstream.waitUntil(() => upstream.received.filter(({ aborted }) => aborted).length === 2, 2_000);
    const rows = await vi.waitFor(
      async () => {
        const found = await listUsage(server.admin, { api_key_id: keyId });
        expect(found).toHaveLength(2);
        return found;
      },
      { timeout: 45_000, interval: 50 },
    );
    expect(rows.map(({ status, http_status }) => [status, http_status])).toEqual(
      expect.arrayContaining([["client_abort", 499]]),
    );
    expect(rows.every(({ status, prompt_tokens }) => status === "client_abort" && prompt_tokens > 0)).toBe(true);
  });

  it("meets nobody: APIConnectionError", async () => {
    const lost = new OpenAI({ apiKey: "gk-x", baseURL: "http://127.0.0.1:9/v1", maxRetries: 0 });
    await expect(lost.models.list()).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
  });
});
