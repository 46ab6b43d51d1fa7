// One record for each request that reached a vendor: right about tokens and money, and written down before the last
// byte of the answer leaves.

import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Script } from "@ghostllm/fake-upstream";
import type { Price } from "@ghostllm/llm";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { afterEach, describe, expect, it } from "vitest";
import type { RecordSink } from "#gateway/deps.ts";
import { createEstimator } from "#gateway/estimator/estimator.ts";
import { systemClock } from "#domain/clock.ts";
import type { Counters } from "#link/counters.ts";
import { MemoryCounters } from "#link/memory/counters.ts";
import { makeSnapshot, makeTarget, testKey } from "./support/gateway.ts";
import { openRaw, requestText, statusOf } from "./support/raw-socket.ts";
import { chatPath, hello, helloStream, keyHeader, pause, readBody, readError, startStage } from "./support/stage.ts";
import type { Stage, StageSettings } from "./support/stage.ts";

const usdPerMillion = (usd: number): { base: number } => ({ base: usd * 1_000_000_000 });

const price: Price = {
  input: usdPerMillion(2.5),
  cachedInput: usdPerMillion(1.25),
  output: usdPerMillion(10),
  reasoning: usdPerMillion(12),
  version: "test:1",
};

const priced = (change: Partial<Price> = {}): StageSettings => ({
  target: { prices: [{ price: { ...price, ...change } }] },
});

const usage = {
  prompt_tokens: 1000,
  completion_tokens: 300,
  total_tokens: 1300,
  prompt_tokens_details: { cached_tokens: 400 },
  completion_tokens_details: { reasoning_tokens: 100 },
};

let stage: Stage;
afterEach(() => stage.close());

async function account(script: Script, body: object = hello, settings: StageSettings = priced(), path = chatPath) {
  stage = await startStage(settings);
  stage.upstream.script(script);
  const response = await stage.post(body, path);
  const text = await response.text();
  return { response, text, record: await stage.onlyRecord() };
}

describe("a record", () => {
  it.each([
    ["a whole answer", hello, false],
    ["a stream", helloStream, true],
  ])("says all of %s", async (_name, body, streamed) => {
    const { response, record } = await account({ kind: "chat", text: "a b c", usage }, body);
    expect(record).toMatchObject({
      id: response.headers.get("x-request-id"),
      userId: "user-1",
      apiKeyId: "key-1",
      modelId: "model-openai-fake-model",
      providerId: "provider-openai",
      provider: "openai",
      model: "fake-model",
      requestedModel: "fake-model",
      operation: "chat.completions",
      streamed,
      status: "ok",
      httpStatus: 200,
      errorCode: null,
      promptTokens: 1000,
      completionTokens: 300,
      totalTokens: 1300,
      cachedTokens: 400,
      reasoningTokens: 100,
      estimated: false,
      // 600 x 2.5 + 400 x 1.25 + 200 x 10 + 100 x 12 = 5200 millionths of a USD.
      costNanos: 5_200_000,
      priceVersion: "test:1",
      attempts: 1,
      ipAddress: "127.0.0.1",
    });
    expect(record.latencyMs).toBeGreaterThanOrEqual(record.ttftMs ?? Infinity);
    expect(Math.abs(record.createdAt - Date.now())).toBeLessThan(5_000);
  });

  it("puts the cost into a header of a whole answer", async () => {
    const { response } = await account({ kind: "chat", usage });
    expect(response.headers.get("x-ghostllm-cost-usd")).toBe("0.0052");
  });

  it.each([
    ["completions", "/v1/completions", { model: "fake-model", prompt: "one two" }],
    ["embeddings", "/v1/embeddings", { model: "fake-embedding", input: ["one two", "three"] }],
  ])("is made for %s", async (operation, path, body) => {
    const { record } = await account({ kind: "default" }, body, priced(), path);
    expect(record).toMatchObject({ operation, status: "ok", estimated: false });
    if (operation === "embeddings")
      expect(record).toMatchObject({ promptTokens: 3, completionTokens: 0, costNanos: 7_500 });
  });

  it("names what the client asked for and what was reached", async () => {
    stage = await startStage(priced());
    await stage.post({ ...hello, model: "openai/unlisted" });
    expect(await stage.onlyRecord()).toMatchObject({
      requestedModel: "openai/unlisted",
      model: "unlisted",
      modelId: null,
      costNanos: null,
      priceVersion: null,
    });
  });
});

describe("cost", () => {
  const plainUsage = { prompt_tokens: 200_001, completion_tokens: 7, total_tokens: 200_008 };
  const chat = (tokens: object): Script => ({ kind: "chat", text: "x", usage: { ...tokens } });

  it.each<[string, Partial<Price>, object, number]>([
    // 3 x 0.15 = 0.45 nano-USD: the sum is rounded, not its parts.
    [
      "is rounded once",
      { input: { base: 150_000 }, output: { base: 150_000 } },
      { prompt_tokens: 2, completion_tokens: 1 },
      0,
    ],
    ["is rounded half up", { input: { base: 500_000 } }, { prompt_tokens: 1, completion_tokens: 0 }, 1],
    [
      "follows the tier",
      { input: { base: 1_000_000_000, tiers: [{ above: 200_000, rate: 2_000_000_000 }] } },
      plainUsage,
      400_002_000 + 70_000,
    ],
    [
      "stays below a tier that is only met",
      { input: { base: 1_000_000_000, tiers: [{ above: 200_001, rate: 2_000_000_000 }] } },
      plainUsage,
      200_001_000 + 70_000,
    ],
    ["has a fee for each request", { perRequest: 5_000_000 }, { prompt_tokens: 1000, completion_tokens: 0 }, 7_500_000],
    [
      "never counts more cached tokens than there are",
      {},
      { prompt_tokens: 10, completion_tokens: 0, prompt_tokens_details: { cached_tokens: 99 } },
      12_500,
    ],
    ["takes cached tokens for others where they have no price", { cachedInput: { base: 0 } }, usage, 4_700_000],
  ])("%s", async (_name, change, tokens, costNanos) => {
    const { record } = await account(chat(tokens), hello, priced(change));
    expect(record.costNanos).toBe(costNanos);
  });

  it("is null where the price is unknown, and no header says otherwise", async () => {
    const { record, response } = await account(chat(usage), hello, {});
    expect(record).toMatchObject({ costNanos: null, priceVersion: null, promptTokens: 1000 });
    expect(response.headers.has("x-ghostllm-cost-usd")).toBe(false);
  });

  it("is null before a price begins", async () => {
    const { record } = await account(chat(usage), hello, {
      target: { prices: [{ fromMs: Date.now() + 60_000, price }] },
    });
    expect(record.costNanos).toBeNull();
  });

  it.each([400, 401, 404, 429, 500])("of an answer with status %i is nothing, fee or not", async (status) => {
    const { record } = await account({ kind: "error", status }, hello, {
      ...priced({ perRequest: 5 }),
      random: () => 0,
    });
    expect(record).toMatchObject({
      status: "error",
      costNanos: 0,
      promptTokens: 0,
      completionTokens: 0,
      estimated: false,
    });
  });
});

const story = Array.from({ length: 300 }, (_, index) => `The ${index}th traveller asked for bread and water.`).join(
  " ",
);

describe("an estimate, where the vendor tells no usage", () => {
  const within = (value: number, truth: number, share: number): void => {
    expect(value).toBeGreaterThan(truth * (1 - share));
    expect(value).toBeLessThan(truth * (1 + share));
  };
  const asked = { ...hello, messages: [{ role: "user", content: story }] };

  describe.each([
    ["a whole answer", asked],
    ["a stream", { ...asked, stream: true }],
  ])("for %s", (_name, body) => {
    const script: Script = { kind: "chat", text: story, usage: "none" };

    it("is near to a tokenizer's count", async () => {
      // As long as it takes until the tokenizer is loaded, which depends on the machine.
      const { record } = await account(script, body, { ...priced(), estimator: createEstimator(60_000) });
      expect(record).toMatchObject({ estimated: true, status: "ok" });
      within(record.completionTokens, countTokens(story), 0.05);
      within(record.promptTokens, countTokens(story), 0.05);
    });

    it("is of the right size where the tokenizer is not there in time", async () => {
      const { record } = await account(script, body, { ...priced(), estimator: createEstimator(0) });
      expect(record).toMatchObject({ estimated: true, status: "ok" });
      within(record.completionTokens, countTokens(story), 0.35);
      within(record.promptTokens, countTokens(story), 0.8);
    });
  });

  it("has no output for embeddings", async () => {
    const body = { model: "fake-model", input: story };
    const { record } = await account({ kind: "answer", body: { data: [] } }, body, priced(), "/v1/embeddings");
    expect(record).toMatchObject({ estimated: true, completionTokens: 0 });
    expect(record.promptTokens).toBeGreaterThan(1000);
  });

  it.each([
    ["an answer of 1 MB", hello, 16 * 2 ** 20],
    ["an answer that is too large to be held", hello, 2 ** 16],
    ["a stream of 1 MB", helloStream, 16 * 2 ** 20],
  ])("is scaled up for %s", async (_name, body, answerBufferBytes) => {
    const text = story.repeat(70);
    const settings = { ...priced(), limits: { answerBufferBytes } };
    const { record, text: answer } = await account({ kind: "chat", text, usage: "none", chunks: 500 }, body, settings);
    expect(answer.length).toBeGreaterThan(text.length);
    expect(record.estimated).toBe(true);
    within(record.completionTokens, countTokens(story) * 70, 0.4);
  });

  it("reads usage at the end of an answer that is too large to be held", async () => {
    const settings = { ...priced(), limits: { answerBufferBytes: 2 ** 16 } };
    const { record, text } = await account({ kind: "chat", text: story.repeat(20), usage }, hello, settings);
    expect(JSON.parse(text)).toHaveProperty("usage.prompt_tokens", 1000);
    expect(record).toMatchObject({ estimated: false, promptTokens: 1000, cachedTokens: 400, costNanos: 5_200_000 });
  });

  it("counts tool calls and reasoning", async () => {
    const { record } = await account({
      kind: "chat",
      text: "",
      reasoning: story,
      toolCalls: [{ name: "write", arguments: { text: story } }],
      usage: "none",
    });
    expect(record.estimated).toBe(true);
    within(record.completionTokens, 2 * countTokens(story), 0.4);
  });

  it("takes counts that are none for none", async () => {
    const nonsense = { prompt_tokens: -5, completion_tokens: 1e300, total_tokens: "many" };
    const { record } = await account({ kind: "chat", text: "x", usage: nonsense });
    expect(record).toMatchObject({ completionTokens: 1, status: "ok", estimated: true });
  });
});

/** Notes how many bytes the gateway had given to the client's socket when the record was written. */
class WitnessSink implements RecordSink {
  readonly seen: number[] = [];
  #socket: Socket | null = null;
  failsWith: Error | null = null;
  isHealthy = true;

  append(): void {
    if (this.failsWith !== null) throw this.failsWith;
    this.seen.push(this.#socket?.bytesWritten ?? NaN);
  }

  /** `bytesWritten` of the gateway's own end of the connection includes what still waits in its buffers. */
  watch(server: Server): void {
    server.once("connection", (socket: Socket) => (this.#socket = socket));
  }

  healthy(): boolean {
    return this.isHealthy;
  }
}

describe("the journal", () => {
  const sendRaw = async (body: object) => {
    const connection = await openRaw(stage.gateway.url);
    connection.send(requestText({ path: chatPath, headers: { "x-api-key": testKey }, body: JSON.stringify(body) }));
    return connection;
  };

  it("has the record of a whole answer before a byte of it leaves", async () => {
    const journal = new WitnessSink();
    stage = await startStage({ journal });
    journal.watch(stage.gateway.server);
    const connection = await sendRaw(hello);
    await connection.until((text) => text.includes('"usage"'));
    expect(journal.seen).toEqual([0]);
    connection.destroy();
  });

  it.each([
    ["with its end mark", {}],
    ["without an end mark", { withoutDone: true }],
  ])("has the record of a stream %s before its last bytes leave", async (_name, more) => {
    const journal = new WitnessSink();
    stage = await startStage({ journal });
    stage.upstream.script({ kind: "chat", chunks: 5, tokensPerSecond: 50, ...more });
    journal.watch(stage.gateway.server);
    const connection = await sendRaw(helloStream);
    await connection.until((text) => text.endsWith("0\r\n\r\n"));
    expect(journal.seen).toHaveLength(1);
    const before = connection.text().slice(0, journal.seen[0]);
    expect(before).toContain("word3");
    expect(before).not.toContain("[DONE]");
    expect(before).not.toContain("\r\n0\r\n\r\n");
    connection.destroy();
  });

  it("that fails turns a whole answer into 503", async () => {
    const journal = new WitnessSink();
    journal.failsWith = new Error("disk full at /secret/path");
    stage = await startStage({ journal });
    const response = await stage.post(hello);
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("5");
    const error = await readError(response);
    expect(error.code).toBe("service_unavailable");
    expect(error.message).not.toContain("secret");
  });

  it("that fails breaks a stream off before its end mark", async () => {
    const journal = new WitnessSink();
    journal.failsWith = new Error("disk full");
    stage = await startStage({ journal });
    const connection = await sendRaw(helloStream);
    const text = await connection.closed();
    expect(text).toContain("You");
    expect(text).not.toContain("[DONE]");
    expect(text.endsWith("0\r\n\r\n")).toBe(false);
  });

  it("that is not healthy stops requests before a vendor is asked", async () => {
    const journal = new WitnessSink();
    journal.isHealthy = false;
    stage = await startStage({ journal });
    const response = await stage.post(hello);
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("5");
    expect((await readError(response)).code).toBe("service_unavailable");
    expect(stage.upstream.received).toHaveLength(0);
    expect((await fetch(`${stage.gateway.url}/health/ready`)).status).toBe(503);
    journal.isHealthy = true;
    expect((await stage.post(hello)).status).toBe(200);
  });
});

describe("counters that answer later, as those in another process do", () => {
  function remoteCounters(failsToSettle: boolean): Counters {
    const local = new MemoryCounters(systemClock);
    return {
      async reserve(request) {
        await pause(5);
        return local.reserve(request);
      },
      async settle(settlement) {
        await pause(5);
        if (failsToSettle) throw new Error("connection lost");
        return local.settle(settlement);
      },
      leave: (id) => local.leave(id),
      async extend(extension) {
        await pause(5);
        return local.extend(extension);
      },
      inUse: (scopes) => local.inUse(scopes),
    };
  }

  it("change nothing", async () => {
    stage = await startStage({ counters: remoteCounters(false) });
    for (const body of [hello, helloStream])
      expect((await (await stage.post(body)).text()).length).toBeGreaterThan(100);
    expect(stage.gateway.records).toMatchObject([{ status: "ok" }, { status: "ok" }]);
  });

  it("cost no answer and no record when they fail to settle", async () => {
    stage = await startStage({ counters: remoteCounters(true) });
    expect((await stage.post(hello)).status).toBe(200);
    expect(await stage.onlyRecord()).toMatchObject({ status: "ok" });
  });
});

describe("exactly one record", () => {
  it("for each of two hundred requests that end in every way", async () => {
    stage = await startStage({ ...priced(), timeouts: { idleMs: 300, firstByteMs: 300 }, random: () => 0 });
    const scripts: readonly Script[] = [
      { kind: "chat" },
      { kind: "error", status: 400 },
      { kind: "error", status: 500 },
      { kind: "cut", after: { chunks: 2 } },
      { kind: "cut", after: "connect" },
      { kind: "malformed", where: "json" },
      { kind: "stall", after: { chunks: 1 } },
      { kind: "stall", after: "connect" },
    ];
    // A target is rested after five failures in a row, so that each way of ending has a target of its own.
    stage.gateway.swap(
      makeSnapshot({ targets: Array.from({ length: 200 }, (_, index) => makeTarget(stage.provider, `m${index}`)) }),
    );
    stage.upstream.script((received) => {
      const { model } = received.json() as { model: string };
      return scripts[Number(model.slice(1)) % scripts.length] ?? { kind: "chat" };
    });
    const ask = async (index: number): Promise<string | null> => {
      const response = await stage.post({ ...hello, model: `m${index}`, stream: index % 2 === 0 });
      await readBody(response);
      return response.headers.get("x-request-id");
    };
    const ids = await Promise.all(Array.from({ length: 200 }, (_, index) => ask(index)));
    const recorded = stage.gateway.records.map(({ id }) => id);
    expect(recorded).toHaveLength(200);
    expect(new Set(recorded)).toEqual(new Set(ids));
  });

  it("and none for a request that no vendor was asked for", async () => {
    stage = await startStage();
    await stage.post({ ...hello, model: "nobody-has-it" });
    await stage.post({ ...hello, messages: [] });
    await fetch(stage.gateway.url + chatPath, { method: "POST", body: "{}" });
    await fetch(`${stage.gateway.url}/v1/models`, { headers: keyHeader });
    expect(stage.gateway.records).toHaveLength(0);
  });

  it("also for requests that follow each other without waiting", async () => {
    stage = await startStage();
    const connection = await openRaw(stage.gateway.url);
    const request = requestText({ path: chatPath, headers: { "x-api-key": testKey }, body: JSON.stringify(hello) });
    connection.send(request + request);
    const text = await connection.until((received) => received.split('"usage"').length === 3);
    expect(statusOf(text)).toBe(200);
    expect(stage.gateway.records).toHaveLength(2);
    connection.destroy();
  });
});
