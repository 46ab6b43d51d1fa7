// What nobody answers for is charged by what is known of it: attempts that broke off within their answer and were tried again,
// plain requests that a client left late, time that ran out after a vendor began. The record says so.

import { afterEach, describe, expect, it } from "vitest";
import type { Script } from "@ghostllm/fake-upstream";
import type { Price } from "@ghostllm/llm";
import { toValues, fromRow, usageColumns } from "#control/store/usage/usage-columns.ts";
import { encodeRecord, parseLine } from "#link/journal/record-line.ts";
import { makePrincipal, makeScope, makeSnapshot, makeTarget, testKey } from "./support/gateway.ts";
import { hello, helloStream, startStage, waitFor } from "./support/stage.ts";
import type { Stage, StageSettings } from "./support/stage.ts";

/** A millionth of a USD a token. */
const rate = { base: 1_000_000_000 };
const price: Price = { input: rate, output: rate, version: "t" };
const perToken = 1_000;

let stage: Stage;
afterEach(() => stage.close());

const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
const answer: Script = { kind: "chat", text: "one two three four five", usage };
const half = (bytes: number): Script => ({ kind: "cut", after: { bytes }, of: answer });

async function start(settings: StageSettings = {}, budgetTokens: number | null = null) {
  const budgetNanos = budgetTokens === null ? null : budgetTokens * perToken;
  const principal = makePrincipal({ scopes: [makeScope("key", "k", { budgetNanos })] });
  stage = await startStage({
    ...{ random: () => 0, target: { prices: [{ price }] } },
    snapshot: { principals: { [testKey]: principal } },
    ...settings,
  });
}

describe("an attempt that broke off within its answer, and was tried again", () => {
  it.each([
    ["a plain answer", hello, { kind: "cut", after: { bytes: 150 }, of: answer }],
    ["a plain answer that ends early", hello, { kind: "answer", body: undefined, text: '{"id":"c","choices":[{"mess' }],
    ["a stream before its first word", helloStream, { kind: "cut", after: "headers", of: answer }],
  ] as const)("%s is part of the cost, and told apart from the counts", async (_name, body, broken) => {
    await start();
    stage.upstream.script([broken, answer]);
    const response = await stage.post(body);
    expect(response.status).toBe(200);
    await response.text();
    const record = await stage.onlyRecord();
    expect(record).toMatchObject({ status: "ok", attempts: 2, promptTokens: 10, completionTokens: 5, estimated: true });
    const { unansweredAttempts, unansweredTokens, unansweredCostNanos } = record;
    expect(unansweredAttempts).toBe(1);
    expect(unansweredTokens).toBeGreaterThan(10);
    expect(unansweredCostNanos).toBe(unansweredTokens * perToken);
    expect(record.costNanos).toBe(15 * perToken + (unansweredCostNanos ?? 0));
    if (body === hello) expect(response.headers.get("x-ghostllm-cost-usd")).toBe(String((record.costNanos ?? 0) / 1e9));
  });

  it("is counted for each target by its own price", async () => {
    await start();
    const dear = makeTarget(stage.provider, "dear", {
      prices: [{ price: { ...price, input: { base: 5 * rate.base } } }],
    });
    const cheap = makeTarget(stage.provider, "cheap", { prices: [{ price }] });
    const targets = [dear, cheap].map((target) => ({ target, weight: 1 }));
    const alias = { id: "r", name: "both", strategy: "ordered" as const, targets, createdAt: 0 };
    stage.gateway.swap(makeSnapshot({ targets: [dear, cheap], aliases: new Map([["both", alias]]) }));
    stage.upstream.script([half(100), answer]);
    await (await stage.post({ ...hello, model: "both" })).text();
    const record = await stage.onlyRecord();
    expect(record).toMatchObject({ model: "cheap", unansweredAttempts: 1 });
    expect(record.unansweredCostNanos).toBeGreaterThan(record.unansweredTokens * perToken);
  });

  it("makes the cost unknown where its price is", async () => {
    await start({ target: { prices: null } });
    stage.upstream.script([half(100), answer]);
    await (await stage.post(hello)).text();
    expect(await stage.onlyRecord()).toMatchObject({
      costNanos: null,
      unansweredAttempts: 1,
      unansweredCostNanos: null,
    });
  });

  it("is the record's own usage where nothing follows", async () => {
    await start();
    stage.upstream.script(half(100));
    expect((await stage.post(hello)).status).toBe(502);
    const record = await stage.onlyRecord();
    expect(record).toMatchObject({ status: "error", attempts: 2, unansweredAttempts: 1, estimated: true });
    expect(record.promptTokens).toBeGreaterThan(10);
    expect(record.costNanos).toBe((record.totalTokens + record.unansweredTokens) * perToken);
  });

  it("is not tried again where the budget has nothing left for another one", async () => {
    await start({}, 400);
    stage.upstream.script([half(100), answer]);
    // Its body and what vendors put before it are held, and all of the rest.
    const { length } = JSON.stringify({ ...hello, max_tokens: 200 });
    const response = await stage.post({ ...hello, max_tokens: 400 - length - 50 });
    expect(response.status).toBe(502);
    const record = await stage.onlyRecord();
    expect(record).toMatchObject({ attempts: 1, status: "error" });
    expect(record.costNanos).toBeLessThanOrEqual(400 * perToken);
  });

  it.each([
    ["an error", { kind: "error", status: 500 }],
    ["a page of HTML", { kind: "malformed", where: "html" }],
    ["a connection that is gone at once", { kind: "cut", after: "connect" }],
    ["a redirect", { kind: "answer", status: 302, headers: { location: "https://example.com" } }],
  ] as const)("%s is none, and costs nothing", async (_name, script) => {
    await start();
    stage.upstream.script([script, answer]);
    await (await stage.post(hello)).text();
    const record = await stage.onlyRecord();
    expect(record).toMatchObject({ attempts: 2, costNanos: 15 * perToken, estimated: false });
    expect(record.unansweredAttempts).toBe(0);
  });
});

describe("a plain request that its client left", () => {
  const leave = async (script: Script, body: object, after: (stage: Stage) => Promise<void>) => {
    stage.upstream.script(script);
    const controller = new AbortController();
    const asked = stage.post(body, undefined, { signal: controller.signal }).catch(() => null);
    await stage.upstream.waitForRequest();
    await after(stage);
    controller.abort();
    await asked;
    return stage.onlyRecord();
  };

  it("is charged for as much of its answer as its vendor had the time for", async () => {
    let now = 5_000;
    await start({ clock: { now: () => Date.now(), monotonic: () => now } });
    const record = await leave({ kind: "stall", after: "connect" }, { ...hello, max_tokens: 300 }, async () => {
      now += 7_000;
    });
    expect(record).toMatchObject({ status: "client_abort", estimated: true, completionTokens: 200 });
    expect(record.costNanos).toBe(record.totalTokens * perToken);
  });

  it("and for no more than it allowed", async () => {
    let now = 5_000;
    await start({ clock: { now: () => Date.now(), monotonic: () => now } });
    const record = await leave({ kind: "stall", after: "connect" }, { ...hello, max_tokens: 30 }, async () => {
      now += 600_000;
    });
    expect(record).toMatchObject({ status: "client_abort", completionTokens: 30 });
  });

  it("and for what came of it", async () => {
    await start();
    const long: Script = { kind: "chat", text: "word ".repeat(2_000) };
    const record = await leave({ kind: "stall", after: { bytes: 4_000 }, of: long }, hello, async () => {
      await new Promise((resolve) => setTimeout(resolve, 60));
    });
    expect(record).toMatchObject({ status: "client_abort", estimated: true });
    expect(record.completionTokens).toBeGreaterThan(500);
  });

  it("is charged for its prompt alone where it left early, and for nothing where the vendor was not asked", async () => {
    await start();
    const record = await leave({ kind: "stall", after: "connect" }, hello, async () => {});
    expect(record).toMatchObject({ status: "client_abort", completionTokens: 0, estimated: true });
    expect(record.promptTokens).toBeGreaterThan(5);
  });
});

describe("what nobody here has seen, and no vendor told the size of", () => {
  const unseen = {
    ...hello,
    max_tokens: 10,
    messages: [{ role: "user", content: [{ type: "file", file: { file_id: "f" } }] }],
  };
  const context = { target: { prices: [{ price }], contextLength: 10_000 } };

  it("charges all that was reserved when its client left", async () => {
    await start(context, 30_000);
    stage.upstream.script({ kind: "stall", after: "connect" });
    const controller = new AbortController();
    const asked = stage.post(unseen, undefined, { signal: controller.signal }).catch(() => null);
    await stage.upstream.waitForRequest();
    controller.abort();
    await asked;
    const record = await stage.onlyRecord();
    expect(record).toMatchObject({ status: "client_abort", chargedNanos: 10_010 * perToken });
    expect(record.costNanos).toBeLessThan(10_010 * perToken);
  });

  it("charges it for each attempt, and asks for no more than the budget has", async () => {
    await start(context, 25_000);
    stage.upstream.script([half(100), answer]);
    await (await stage.post(unseen)).text();
    expect(await stage.onlyRecord()).toMatchObject({ attempts: 2, chargedNanos: 20_020 * perToken });
    // What is left is not enough for another one.
    expect((await stage.post(unseen)).status).toBe(429);
  });

  it("costs what the vendor tells where it tells it", async () => {
    await start(context, 30_000);
    stage.upstream.script(answer);
    await (await stage.post(unseen)).text();
    const record = await stage.onlyRecord();
    expect(record.chargedNanos).toBeNull();
    expect(record.costNanos).toBe(15 * perToken);
  });
});

describe("time that ran out", () => {
  it("is charged for what came of a plain answer", async () => {
    await start({ timeouts: { totalMs: 150 } });
    const long: Script = { kind: "chat", text: "word ".repeat(2_000) };
    stage.upstream.script({ kind: "stall", after: { bytes: 4_000 }, of: long });
    expect((await stage.post(hello)).status).toBe(504);
    const record = await stage.onlyRecord();
    expect(record).toMatchObject({ status: "timeout", estimated: true });
    expect(record.completionTokens).toBeGreaterThan(500);
  });
});

it("what is told of it is kept in the journal and in the database", async () => {
  await start();
  stage.upstream.script([half(100), answer]);
  await (await stage.post(hello)).text();
  await waitFor(() => stage.gateway.records.length > 0);
  const record = await stage.onlyRecord();
  const parsed = parseLine(encodeRecord(record).trim());
  expect("record" in parsed && parsed.record).toEqual(record);
  const values = toValues(record);
  const row = Object.fromEntries(usageColumns.map((column, index) => [column, values[index]]));
  expect(fromRow(row as never)).toEqual(record);
});
