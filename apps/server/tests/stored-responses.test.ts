// Answers that a vendor keeps: whose they are, which vendor has them, and what those in the background cost.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import type { PriceSchedule } from "@ghostllm/llm";
import OpenAI from "openai";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { noTimeouts } from "#domain/alias-policy.ts";
import type { Principal } from "#domain/principal.ts";
import type { Alias, Snapshot } from "#domain/snapshot.ts";
import { backgroundLifetimeMs, settleLast, settleOverdue } from "#gateway/flow/stored/background.ts";
import { makePrincipal, makeProvider, makeScope, makeSnapshot, makeTarget, startGateway } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { TestClock, waitFor } from "./support/stage.ts";

const annKey = "gk-annannannann-0123456789abcdef";
const bobKey = "gk-bobbobbobbob-0123456789abcdef";
/** A thousandth of a USD for each output token. */
const prices: PriceSchedule = [{ price: { input: { base: 0 }, output: { base: 1_000_000_000_000 }, version: "t" } }];
const tokenNanos = 1_000_000;

const usage = {
  input_tokens: 7,
  input_tokens_details: { cached_tokens: 2 },
  output_tokens: 9,
  output_tokens_details: { reasoning_tokens: 4 },
  total_tokens: 16,
};
const message = {
  id: "msg_1",
  type: "message",
  status: "completed",
  role: "assistant",
  content: [{ type: "output_text", text: "At noon.", annotations: [], logprobs: [] }],
};
const done = { id: "resp_1", object: "response", status: "completed", model: "m", output: [message], usage };
const queued = { ...done, status: "queued", output: [], usage: null };
const inBackground = { model: "m", input: "When?", background: true };

const leading = { retries: null, fallbacks: { any: ["second"] }, timeouts: noTimeouts, stickyBy: null };

let first: FakeUpstream;
let second: FakeUpstream;
let gateway: TestGateway;
let ann: OpenAI;
let bob: OpenAI;

function principal(name: string, change: Partial<Principal> = {}): Principal {
  const scopes = [makeScope("key", name), makeScope("user", name)];
  return makePrincipal({ keyId: name, userId: name, scopes, ...change });
}

/** Two providers have the model `m`; the alias leads to the second only when the first is asked for by name. */
function snapshotWith(annChange: Partial<Principal> = {}): Snapshot {
  const one = makeTarget(makeProvider("openai", first.url), "m", { prices });
  const two = makeTarget(makeProvider("xai", second.url), "m", { prices });
  const alias = (targets: Alias["targets"]): Alias => ({
    id: "r",
    name: "alias",
    strategy: "ordered",
    targets,
    createdAt: 0,
  });
  const aliases = new Map([
    [
      "alias",
      alias([
        { target: one, weight: 1 },
        { target: two, weight: 1 },
      ]),
    ],
    ["second", alias([{ target: two, weight: 1 }])],
    ["leading", { ...alias([{ target: one, weight: 1 }]), policy: leading }],
  ]);
  const principals = { [annKey]: principal("ann", annChange), [bobKey]: principal("bob") };
  return makeSnapshot({ targets: [one, two], principals, aliases });
}

function clientOf(apiKey: string, headers: Record<string, string> = {}): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${gateway.url}/v1`, maxRetries: 0, defaultHeaders: headers });
}

async function start(annChange: Partial<Principal> = {}): Promise<void> {
  gateway = await startGateway(snapshotWith(annChange), { clock, limits: { waitMs: 0 } });
  ann = clientOf(annKey);
  bob = clientOf(bobKey);
}

const clock = new TestClock();

beforeEach(async () => {
  first = await startFakeUpstream();
  second = await startFakeUpstream();
});
afterEach(async () => {
  await gateway.close();
  await first.close();
  await second.close();
});

const last = (upstream: FakeUpstream) => upstream.received.at(-1);

async function keepOne(client: OpenAI, model = "m"): Promise<void> {
  first.script({ kind: "answer", body: done });
  second.script({ kind: "answer", body: done });
  await client.responses.create({ model, input: "When?" });
}

describe("what a vendor keeps", () => {
  it("is read, listed, cancelled and deleted at the vendor that has it", async () => {
    await start();
    await keepOne(ann, "second");
    expect(await ann.responses.retrieve("resp_1", { include: ["reasoning.encrypted_content"] })).toMatchObject({
      id: "resp_1",
      output_text: "At noon.",
    });
    expect(last(second)).toMatchObject({
      method: "GET",
      path: "/responses/resp_1?include%5B%5D=reasoning.encrypted_content",
    });
    expect(last(second)?.headers["authorization"]).toBe("Bearer sk-vendor-credential");
    expect(last(second)?.headers["content-type"]).toBeUndefined();
    second.script({
      kind: "answer",
      body: { object: "list", data: [{ id: "msg_0", type: "message" }], has_more: false },
    });
    const items = await ann.responses.inputItems.list("resp_1", { limit: 5 });
    expect(items.data).toMatchObject([{ id: "msg_0" }]);
    expect(last(second)?.path).toBe("/responses/resp_1/input_items?limit=5");
    second.script({ kind: "answer", body: { ...done, status: "cancelled" } });
    expect(await ann.responses.cancel("resp_1")).toMatchObject({ status: "cancelled" });
    expect(last(second)).toMatchObject({ method: "POST", path: "/responses/resp_1/cancel", text: "" });
    second.script({ kind: "answer", body: { id: "resp_1", object: "response.deleted", deleted: true } });
    await ann.responses.delete("resp_1");
    expect(last(second)).toMatchObject({ method: "DELETE", path: "/responses/resp_1" });
    expect(first.received).toEqual([]);
  });

  it("has one record for each request, which uses nothing", async () => {
    await start();
    await keepOne(ann, "second");
    await ann.responses.retrieve("resp_1");
    expect(gateway.records).toMatchObject([
      { operation: "chat.completions", completionTokens: 9, costNanos: 9 * tokenNanos },
      {
        operation: "responses",
        provider: "xai",
        model: "m",
        requestedModel: "second",
        totalTokens: 0,
        costNanos: 0,
        status: "ok",
      },
    ]);
  });

  it("is nobody else's", async () => {
    await start();
    await keepOne(ann);
    const before = first.received.length;
    await expect(bob.responses.retrieve("resp_1")).rejects.toThrow(OpenAI.NotFoundError);
    await expect(bob.responses.delete("resp_1")).rejects.toThrow(OpenAI.NotFoundError);
    await expect(bob.responses.cancel("resp_1")).rejects.toThrow(OpenAI.NotFoundError);
    await expect(bob.responses.inputItems.list("resp_1")).rejects.toThrow(OpenAI.NotFoundError);
    const named = clientOf(bobKey, { "x-ghostllm-provider": "openai" });
    await expect(named.responses.retrieve("resp_1")).rejects.toThrow(OpenAI.NotFoundError);
    const goesOn = bob.responses.create({ model: "m", input: "And?", previous_response_id: "resp_1" });
    await expect(goesOn).rejects.toMatchObject({ status: 404, param: "previous_response_id" });
    const counts = bob.responses.inputTokens.count({ model: "m", input: "And?", previous_response_id: "resp_1" });
    await expect(counts).rejects.toMatchObject({ status: 404 });
    const compacts = bob.responses.compact({ model: "m", previous_response_id: "resp_1" });
    await expect(compacts).rejects.toMatchObject({ status: 404 });
    expect(first.received.length).toBe(before);
    expect(gateway.records.length).toBe(1);
  });

  it("is not a key's that may not use the model", async () => {
    await start();
    await keepOne(ann);
    gateway.swap(snapshotWith({ permissions: { models: ["other"] } }));
    await expect(ann.responses.retrieve("resp_1")).rejects.toThrow(OpenAI.PermissionDeniedError);
  });

  it("goes on at the vendor that has it, whichever comes first", async () => {
    await start();
    await keepOne(ann, "second");
    await ann.responses.create({ model: "alias", input: "And?", previous_response_id: "resp_1" });
    await ann.responses.create({ model: "m", input: "And?", previous_response_id: "resp_1" });
    expect([first.received.length, second.received.length]).toEqual([0, 3]);
    const elsewhere = ann.responses.create({ model: "openai/m", input: "And?", previous_response_id: "resp_1" });
    await expect(elsewhere).rejects.toMatchObject({ status: 400, param: "previous_response_id" });
  });

  it("goes on at the vendor that has it, where the alias had led on to it", async () => {
    await start();
    first.script({ kind: "error", status: 500 });
    second.script({ kind: "answer", body: done });
    await ann.responses.create({ model: "leading", input: "When?" });
    expect([first.received.length, second.received.length]).toEqual([1, 1]);
    await ann.responses.create({ model: "leading", input: "And?", previous_response_id: "resp_1" });
    expect([first.received.length, second.received.length]).toEqual([1, 2]);
  });

  it("is not remembered where the client wants nothing kept", async () => {
    await start();
    first.script({ kind: "answer", body: done });
    await ann.responses.create({ model: "m", input: "When?", store: false });
    await expect(ann.responses.retrieve("resp_1")).rejects.toThrow(OpenAI.NotFoundError);
  });

  it("is known from a stream, and streams again", async () => {
    await start();
    const text = eventsOf([
      { type: "response.created", sequence_number: 0, response: { ...queued, status: "in_progress" } },
      { type: "response.completed", sequence_number: 1, response: done },
    ]);
    first.script({ kind: "raw", text, headers: streamed });
    await ann.responses.stream({ model: "m", input: "When?" }).finalResponse();
    const stream = await ann.responses.retrieve("resp_1", { stream: true, starting_after: 0 });
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    expect(types).toEqual(["response.created", "response.completed"]);
    expect(last(first)?.path).toBe("/responses/resp_1?stream=true&starting_after=0");
    expect(gateway.records.at(-1)).toMatchObject({ operation: "responses", streamed: true, totalTokens: 0 });
  });

  it("is found after a restart by who names the provider, and may use all of it", async () => {
    await start();
    const lost = ann.responses.retrieve("resp_1");
    await expect(lost).rejects.toMatchObject({ status: 404, code: "not_found" });
    await expect(ann.responses.retrieve("resp_1")).rejects.toThrow("x-ghostllm-provider");
    first.script({ kind: "answer", body: done });
    const named = clientOf(annKey, { "x-ghostllm-provider": "openai" });
    expect(await named.responses.retrieve("resp_1")).toMatchObject({ id: "resp_1" });
    // Who has found it that way has not become its owner.
    await expect(ann.responses.retrieve("resp_1")).rejects.toThrow(OpenAI.NotFoundError);
    gateway.swap(snapshotWith({ permissions: { models: ["openai/*"] } }));
    await named.responses.retrieve("resp_1");
    gateway.swap(snapshotWith({ permissions: { models: ["openai/m"] } }));
    await expect(named.responses.retrieve("resp_1")).rejects.toThrow("all of whose models");
    const unknown = clientOf(annKey, { "x-ghostllm-provider": "nobody" });
    await expect(unknown.responses.retrieve("resp_1")).rejects.toThrow(OpenAI.NotFoundError);
  });

  it.each(["..", ".", "%2e%2e", "a%2fb", "%", "a%20b"])("an id of %s reaches no vendor", async (id) => {
    await start();
    const headers = { authorization: `Bearer ${annKey}`, "x-ghostllm-provider": "openai" };
    // `fetch` would resolve the dots itself.
    const { openRaw, requestText, statusOf } = await import("./support/raw-socket.ts");
    const raw = await openRaw(gateway.url);
    raw.send(requestText({ method: "GET", path: `/v1/responses/${id}`, headers }));
    expect(statusOf(await raw.until((text) => text.includes("\r\n\r\n")))).toBe(404);
    raw.destroy();
    expect(first.received).toEqual([]);
  });

  it("errors of the vendor are the client's, but for those about the operator's credential", async () => {
    await start();
    await keepOne(ann);
    const error = { message: "Response not found.", type: "invalid_request_error", param: "id", code: null };
    first.script({ kind: "answer", status: 404, body: { error } });
    await expect(ann.responses.retrieve("resp_1")).rejects.toMatchObject({ status: 404, param: "id" });
    first.script({ kind: "answer", status: 401, body: { error: { message: "Bad key.", code: "invalid_api_key" } } });
    await expect(ann.responses.retrieve("resp_1")).rejects.toMatchObject({ status: 502 });
    expect(gateway.records.slice(1)).toMatchObject([
      { status: "error", httpStatus: 404, costNanos: 0 },
      { status: "error", httpStatus: 502, costNanos: 0 },
    ]);
  });

  it("a vendor that does not answer in time is a 504", async () => {
    gateway = await startGateway(snapshotWith(), { timeouts: { totalMs: 300 } });
    ann = clientOf(annKey);
    await keepOne(ann);
    first.script({ kind: "slow-headers", delayMs: 5_000 });
    await expect(ann.responses.retrieve("resp_1")).rejects.toMatchObject({ status: 504, code: "timeout_error" });
    await first.waitUntil(() => last(first)?.aborted === true);
    expect(gateway.records[1]).toMatchObject({ status: "timeout", httpStatus: 504, totalTokens: 0, costNanos: 0 });
  });

  it("a client that leaves aborts the vendor", async () => {
    await start();
    await keepOne(ann);
    first.script({ kind: "slow-headers", delayMs: 5_000 });
    const leaving = new AbortController();
    const asked = ann.responses.retrieve("resp_1", {}, { signal: leaving.signal });
    await first.waitForRequest(2);
    leaving.abort();
    await expect(asked).rejects.toThrow(OpenAI.APIUserAbortError);
    await first.waitUntil(() => last(first)?.aborted === true);
    await waitFor(() => gateway.records.length === 2);
    expect(gateway.records[1]).toMatchObject({ status: "client_abort", totalTokens: 0, costNanos: 0 });
  });

  it("a method that a path does not take is told", async () => {
    await start();
    const answer = await fetch(`${gateway.url}/v1/responses/resp_1`, { method: "PUT" });
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD, DELETE"]);
  });
});

function eventsOf(events: readonly { readonly type: string; readonly [field: string]: unknown }[]): string {
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}

const streamed = { "content-type": "text/event-stream" };

describe("an answer in the background", () => {
  it("is recorded once, by the first that shows its end, as its own request", async () => {
    await start();
    first.script({ kind: "answer", body: queued });
    await ann.responses.create(inBackground);
    expect(gateway.records).toEqual([]);
    await ann.responses.retrieve("resp_1");
    expect(gateway.records).toMatchObject([{ operation: "responses", totalTokens: 0 }]);
    first.script({ kind: "answer", body: done });
    await Promise.all([1, 2, 3].map(() => ann.responses.retrieve("resp_1")));
    const own = gateway.records.filter(({ operation }) => operation === "chat.completions");
    expect(own).toMatchObject([
      {
        userId: "ann",
        requestedModel: "m",
        promptTokens: 7,
        cachedTokens: 2,
        completionTokens: 9,
        estimated: false,
        costNanos: 9 * tokenNanos,
        status: "ok",
      },
    ]);
    expect(gateway.records.length).toBe(5);
    expect(new Set(gateway.records.map(({ id }) => id)).size).toBe(5);
  });

  it("that is there at once is recorded at once", async () => {
    await start();
    first.script({ kind: "answer", body: done });
    await ann.responses.create(inBackground);
    await ann.responses.retrieve("resp_1");
    expect(gateway.records.map(({ completionTokens }) => completionTokens)).toEqual([9, 0]);
  });

  it("is recorded from a stream that is resumed", async () => {
    await start();
    const beginning = { type: "response.queued", sequence_number: 0, response: queued };
    const end = { type: "response.completed", sequence_number: 1, response: done };
    const begun = eventsOf([beginning]);
    first.script({
      kind: "cut",
      after: { bytes: begun.length },
      of: { kind: "raw", text: begun + eventsOf([end]), headers: streamed, perEvent: true },
    });
    await expect(ann.responses.stream({ ...inBackground }).finalResponse()).rejects.toThrow(OpenAI.OpenAIError);
    expect(gateway.records).toEqual([]);
    first.script({ kind: "raw", text: eventsOf([end]), headers: streamed });
    const resumed = await ann.responses.retrieve("resp_1", { stream: true, starting_after: 0 });
    for await (const event of resumed) expect(event.type).toBe("response.completed");
    expect(gateway.records).toMatchObject([
      { operation: "chat.completions", completionTokens: 9, streamed: true, status: "ok" },
      { operation: "responses", totalTokens: 0 },
    ]);
  });

  const held = { scopes: [makeScope("user", "ann", { budgetNanos: 100 * tokenNanos })] };
  const of = (tokens: number) => ({ ...inBackground, max_output_tokens: tokens });

  it("holds what it may cost until it is known", async () => {
    await start(held);
    first.script({ kind: "answer", body: queued });
    await ann.responses.create(of(60));
    await expect(ann.responses.create(of(60))).rejects.toMatchObject({ status: 429, code: "insufficient_quota" });
    // Who may spend nothing more can still ask.
    first.script({ kind: "answer", body: done });
    await ann.responses.retrieve("resp_1");
    first.script({ kind: "answer", body: { ...queued, id: "resp_2" } });
    await ann.responses.create(of(91));
    await expect(ann.responses.create(of(1))).rejects.toMatchObject({ status: 429 });
  });

  it("does not keep from asking whoever may have one request at a time", async () => {
    const limits = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: 1 };
    await start({ scopes: [makeScope("user", "ann", { limits })] });
    first.script({ kind: "answer", body: queued });
    await ann.responses.create(inBackground);
    await expect(ann.responses.create(inBackground)).rejects.toMatchObject({ status: 429 });
    first.script({ kind: "answer", body: done });
    await ann.responses.retrieve("resp_1");
    first.script({ kind: "answer", body: { ...queued, id: "resp_2" } });
    await ann.responses.create(inBackground);
  });

  it("is charged as reserved when nobody asks, and then no more", async () => {
    await start(held);
    first.script({ kind: "answer", body: queued });
    await ann.responses.create(of(60));
    await settleOverdue(gateway.deps);
    expect(gateway.records).toEqual([]);
    clock.ms += backgroundLifetimeMs;
    await settleOverdue(gateway.deps);
    expect(gateway.records).toMatchObject([
      {
        operation: "chat.completions",
        status: "timeout",
        estimated: true,
        completionTokens: 60,
        costNanos: 60 * tokenNanos,
      },
    ]);
    first.script({ kind: "answer", body: done });
    await ann.responses.retrieve("resp_1");
    expect(gateway.records.slice(1)).toMatchObject([{ operation: "responses", costNanos: 0 }]);
    await expect(ann.responses.create(of(41))).rejects.toMatchObject({ status: 429 });
  });

  it("is charged as reserved also where that is more than its texts tell", async () => {
    await start(held);
    first.script({ kind: "answer", body: queued });
    const compacting = { context_management: [{ type: "compaction" as const, compact_threshold: 9 }] };
    await ann.responses.create({ ...of(30), ...compacting });
    await settleLast(gateway.deps);
    expect(gateway.records).toMatchObject([{ costNanos: 30 * tokenNanos, chargedNanos: 60 * tokenNanos }]);
    await expect(ann.responses.create(of(41))).rejects.toMatchObject({ status: 429 });
  });

  it("is remembered as plain data without the vendor's credential, and recorded when its provider is gone", async () => {
    await start(held);
    first.script({ kind: "answer", body: queued });
    await ann.responses.create(of(60));
    const { pendingAnswers } = gateway.deps;
    const pending = await pendingAnswers.takeLast();
    const text = JSON.stringify(pending);
    expect(JSON.parse(text)).toEqual(structuredClone(pending));
    expect(text).not.toContain("sk-vendor-credential");
    for (const one of JSON.parse(text) as typeof pending) await pendingAnswers.add(one);
    gateway.swap(makeSnapshot({ targets: [] }));
    await settleLast(gateway.deps);
    expect(gateway.records).toMatchObject([
      { provider: "openai", model: "m", status: "timeout", completionTokens: 60, costNanos: 60 * tokenNanos },
    ]);
  });

  it("is charged as reserved when it is deleted unseen", async () => {
    await start(held);
    first.script({ kind: "answer", body: queued });
    await ann.responses.create(of(60));
    first.script({ kind: "answer", body: { id: "resp_1", object: "response", deleted: true } });
    await ann.responses.delete("resp_1");
    expect(gateway.records).toMatchObject([{ completionTokens: 60, estimated: true }, { operation: "responses" }]);
  });

  it("costs what was written when it is cancelled, and nothing when it failed", async () => {
    await start();
    first.script({ kind: "answer", body: queued });
    await ann.responses.create(inBackground);
    first.script({ kind: "answer", body: { ...done, status: "cancelled", usage: null } });
    await ann.responses.cancel("resp_1");
    first.script({ kind: "answer", body: { ...queued, id: "resp_2" } });
    await ann.responses.create(inBackground);
    first.script({ kind: "answer", body: { ...queued, id: "resp_2", status: "failed" } });
    await ann.responses.retrieve("resp_2");
    const own = gateway.records.filter(({ operation }) => operation === "chat.completions");
    expect(own).toMatchObject([
      { status: "client_abort", completionTokens: 2, estimated: true },
      { status: "error", totalTokens: 0, costNanos: 0 },
    ]);
  });

  it("is recorded by the next that asks where it could not be written down", async () => {
    let isBroken = false;
    const written: string[] = [];
    gateway = await startGateway(snapshotWith(), {
      journal: {
        healthy: () => true,
        append: ({ operation }) => {
          if (isBroken) throw new Error("the disk is full");
          written.push(operation);
        },
      },
    });
    ann = clientOf(annKey);
    first.script({ kind: "answer", body: queued });
    await ann.responses.create(inBackground);
    isBroken = true;
    first.script({ kind: "answer", body: done });
    await expect(ann.responses.retrieve("resp_1")).rejects.toMatchObject({ status: 503 });
    isBroken = false;
    await ann.responses.retrieve("resp_1");
    expect(written).toEqual(["chat.completions", "responses"]);
  });
});

describe("what is asked about conversations", () => {
  it("is made shorter by a vendor that can, with its usage", async () => {
    await start();
    const body = { id: "cmp_1", object: "response.compaction", created_at: 1, output: [message], usage };
    first.script({ kind: "answer", body });
    expect(await ann.responses.compact({ model: "openai/m", input: "When?" })).toMatchObject({ id: "cmp_1" });
    expect(last(first)).toMatchObject({ path: "/responses/compact" });
    expect(last(first)?.json()).toEqual({ model: "m", input: "When?" });
    expect(gateway.records).toMatchObject([
      { operation: "responses.compact", completionTokens: 9, costNanos: 9 * tokenNanos },
    ]);
    await expect(ann.responses.compact({ model: "xai/m", input: "When?" })).rejects.toMatchObject({ status: 400 });
  });

  it("is counted by a vendor that can, and estimated for others", async () => {
    await start();
    first.script({ kind: "answer", body: { object: "response.input_tokens", input_tokens: 11 } });
    expect(await ann.responses.inputTokens.count({ model: "openai/m", input: "When?" })).toMatchObject({
      input_tokens: 11,
    });
    expect(last(first)?.path).toBe("/responses/input_tokens");
    const counted = await ann.responses.inputTokens.count({ model: "xai/m", input: "When?" }).withResponse();
    expect(counted.data.input_tokens).toBeGreaterThan(0);
    expect(counted.response.headers.get("x-ghostllm-notes")).toContain("estimate");
    expect(second.received).toEqual([]);
  });
});
