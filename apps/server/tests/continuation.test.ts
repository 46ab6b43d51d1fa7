// A stream that breaks off behind its first words is gone on with by another target, where its alias says so: in the same stream, in every client's
// dialect, and in one record that has what both came to.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, Script } from "@ghostllm/fake-upstream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { noTimeouts } from "#domain/alias-policy.ts";
import type { AliasPolicy } from "#domain/alias-policy.ts";
import type { GuardrailPart } from "#domain/guardrails/guardrail.ts";
import type { LimitedScope, Principal } from "#domain/principal.ts";
import type { Alias, Target } from "#domain/snapshot.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import type { ChatSessions } from "#link/chat-sessions.ts";
import type { Contents } from "#link/contents.ts";
import { ChatPage } from "./support/chat-page.ts";
import { askings, names as dialectNames } from "./support/every-dialect.ts";
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
import { makeGuardrail } from "./support/guardrails.ts";
import { chatPath, hello, keyHeader, postJson, readBody, waitFor } from "./support/stage.ts";

const names = ["first", "second", "third"] as const;
const stream = { ...hello, model: "routed", max_tokens: 50, stream: true };
const usage = (prompt: number, completion: number) => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
});
const whole: Script = { kind: "chat", text: "one two three four", chunks: 4, usage: usage(10, 4) };
const cut: Script = { kind: "cut", after: { chunks: 3 }, of: whole };
const silent: Script = { kind: "stall", after: { chunks: 3 }, of: whole };
const failing: Script = { kind: "chat", text: "one two three four", chunks: 4, errorAfterChunks: 2 };
const rest: Script = { kind: "chat", text: "hree four", chunks: 3, usage: usage(14, 3) };
const perToken = 1_000;
const prices: Target["prices"] = [{ price: { input: { base: 1e9 }, output: { base: 1e9 }, version: "t" } }];

let vendors: FakeUpstream[];
let gateway: TestGateway;

beforeEach(async () => {
  vendors = await Promise.all(names.map(() => startFakeUpstream()));
});
afterEach(async () => {
  await gateway.close();
  await Promise.all(vendors.map((vendor) => vendor.close()));
});

interface Stage {
  readonly continuation?: AliasPolicy["continuation"];
  readonly policy?: Partial<AliasPolicy>;
  readonly alias?: Partial<Alias>;
  readonly principal?: Partial<Principal>;
  readonly scopes?: Readonly<Partial<Record<(typeof names)[number], Partial<LimitedScope>>>>;
  readonly types?: Readonly<Partial<Record<(typeof names)[number], string>>>;
  readonly models?: Readonly<Partial<Record<(typeof names)[number], string>>>;
  readonly members?: readonly (typeof names)[number][];
  readonly guardrails?: readonly GuardrailPart[];
  readonly settings?: Parameters<typeof startGateway>[1];
}

async function start(scripts: readonly (Script | readonly Script[])[], stage: Stage = {}): Promise<void> {
  const { continuation = { attempts: 2 }, policy, alias, principal, scopes = {}, types = {}, models = {} } = stage;
  const { members = ["first", "second"], settings, guardrails = [] } = stage;
  for (const [place, script] of scripts.entries()) vendors[place]?.script(script);
  const targets = names.map((name, place) => {
    const scope = scopes[name] === undefined ? null : makeScope("provider", name, scopes[name]);
    const type = types[name] ?? "llamacpp";
    const url = type === "anthropic" ? vendors[place]?.url : `${vendors[place]?.url}/v1`;
    return makeTarget(makeProvider(type, `${url}`, { id: name, name, scope }), models[name] ?? "m", { prices });
  });
  const routed: Alias = {
    ...{ id: "r", name: "routed", strategy: "ordered", createdAt: 0 },
    targets: targets.filter(({ provider: { id } }) => members.some((one) => one === id)).map(weighed),
    policy: { retries: null, fallbacks: {}, timeouts: noTimeouts, stickyBy: null, continuation, ...policy },
    ...alias,
  };
  gateway = await startGateway(
    makeSnapshot({
      targets,
      aliases: new Map([["routed", routed]]),
      principals: { [testKey]: makePrincipal(principal) },
      guardrails,
    }),
    settings,
  );
}

const weighed = (target: Target) => ({ target, weight: 1 });
const ask = (body: object = stream, path = chatPath, init: RequestInit = {}) =>
  postJson(gateway.url + path, body, init);

async function onlyRecord(): Promise<UsageRecord> {
  await waitFor(() => gateway.records.length > 0);
  const [record, ...others] = gateway.records;
  if (record === undefined || others.length > 0) throw new Error(`${gateway.records.length} records`);
  return record;
}

async function expectNothingLeft(): Promise<void> {
  await waitFor(() => vendors.every((vendor) => vendor.openSockets() <= 1));
  const used = await gateway.deps.counters.inUse([
    ...names.map((id) => ({ kind: "provider" as const, id })),
    { kind: "key", id: "key-1" },
  ]);
  expect(used.filter(({ running, reservedNanos }) => running > 0 || reservedNanos > 0)).toEqual([]);
}

/** The words of an answer in any dialect's events. */
function wordsIn(text: string): string {
  const events = text.split("\n").flatMap((line) => {
    const json = line.startsWith("data:") ? line.slice(5) : line;
    try {
      return [JSON.parse(json) as Record<string, never>];
    } catch {
      return [];
    }
  });
  return events.map(wordOf).join("");
}

function wordOf(event: Readonly<Record<string, unknown>>): string {
  const found = JSON.stringify(event);
  if (event["type"] === "response.output_text.delta") return String(event["delta"]);
  if (typeof event["type"] === "string" && event["type"] !== "content_block_delta") return "";
  const [, said = ""] = /"(?:content|text)":"((?:[^"\\]|\\.)*)"/.exec(found) ?? [];
  return JSON.parse(`"${said}"`) as string;
}

const both = "one two three four";
const goneOn = ["second", "ok", 2] as const;
const factsOf = ({ provider, status, attempts }: UsageRecord) => [provider, status, attempts] as const;
const bodyOf = (vendor: number, asked = 0) =>
  (vendors[vendor]?.received[asked]?.json() ?? {}) as Record<string, unknown>;
const budget = (nanos: number) => ({ scopes: [makeScope("key", "key-1", { budgetNanos: nanos })] });

async function metricOf(outcome: string): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`, { headers: keyHeader })).text();
  const found = text
    .split("\n")
    .find((one) => one.startsWith("ghostllm_continuations_total") && one.includes(`"${outcome}"`));
  return Number(found?.split(" ").at(-1) ?? 0);
}

describe("a stream that breaks off", () => {
  it.each(dialectNames)("is gone on with in the client's dialect, over HTTP and over a socket: %s", async (dialect) => {
    await start([cut, rest]);
    const { path, body } = askings[dialect]("routed", true);
    const { text } = await readBody(await ask(body, path));
    expect(wordsIn(text), text).toBe(both);
    expect(text).not.toMatch(/"error":\{|event: error/);
    expect(text.includes(": x-ghostllm-continued: second\n\n"), text).toBe(!["gemini", "ollama"].includes(dialect));
    expect(await onlyRecord()).toMatchObject({ status: "ok", provider: "second", attempts: 2, unansweredAttempts: 1 });
    const page = await ChatPage.ready(gateway.url, testKey);
    const told = await page.chat(body, { endpoint: path });
    expect(told.at(-1)).toMatchObject({ type: "done", headers: { "x-ghostllm-continued": "second" } });
    expect(JSON.stringify(told)).toContain("our");
    page.close();
    await waitFor(() => gateway.records.length === 2);
    await expectNothingLeft();
  });

  it("has the next target asked with what was told as the beginning of its answer, and for no more than is left", async () => {
    await start([cut, rest]);
    await readBody(await ask());
    const { messages, max_tokens: most } = bodyOf(1);
    expect(messages).toEqual([...hello.messages, { role: "assistant", content: "one two t" }]);
    expect(Number(most)).toBeLessThan(50);
    expect(Number(most)).toBeGreaterThan(40);
  });

  it.each<[string, Script, Partial<AliasPolicy>, string]>([
    ["falls silent", silent, { timeouts: { ...noTimeouts, idleMs: 120 } }, "timeout"],
    ["tells an error", failing, {}, "provider_error"],
    ["ends before its end", { kind: "cut", after: { chunks: 3 }, how: "close", of: whole }, {}, "broken"],
  ])("does so whether its vendor %s", async (_name, script, policy, reason) => {
    await start([script, rest], { policy });
    const { text } = await readBody(await ask());
    expect(wordsIn(text), text).toContain("hree four");
    const record = await onlyRecord();
    expect(factsOf(record)).toEqual(goneOn);
    expect(record.trail?.map((one) => [one.provider, one.reason])).toEqual([
      ["first", reason],
      ["second", null],
    ]);
    await expectNothingLeft();
  });

  it("is in one record, with what each part came to, and in why", async () => {
    await start([cut, rest], {
      principal: budget(1e9),
      scopes: { first: { budgetNanos: 1e9 }, second: { budgetNanos: 1e9 } },
    });
    await readBody(await ask());
    const record = await onlyRecord();
    expect(record).toMatchObject({ promptTokens: 14, completionTokens: 3, estimated: true, errorCode: null });
    expect(record.unansweredTokens).toBeGreaterThan(3);
    expect(record.costNanos).toBe((17 + record.unansweredTokens) * perToken);
    expect(record.why?.continued).toEqual([[expect.any(Number), "continued"]]);
    await expectNothingLeft();
    const spent = await gateway.deps.counters.inUse([
      { kind: "key", id: "key-1" },
      { kind: "provider", id: "first" },
      { kind: "provider", id: "second" },
    ]);
    expect(spent.map(({ spentNanos }) => spentNanos)).toEqual([
      record.costNanos,
      record.unansweredTokens * perToken,
      17 * perToken,
    ]);
    expect(await metricOf("continued")).toBe(1);
  });

  it("counts of the last part alone what its vendor does not tell", async () => {
    await start([cut, { kind: "chat", text: "hree four", usage: "none" }]);
    await readBody(await ask());
    const record = await onlyRecord();
    expect(record.completionTokens).toBeGreaterThan(0);
    expect(record.completionTokens).toBeLessThan(5);
  });

  it("is gone on with by the same target where it is the only one, and as often as the alias says", async () => {
    await start([[cut, { kind: "cut", after: { chunks: 3 }, of: rest }, { kind: "chat", text: "ur", chunks: 1 }]], {
      members: ["first"],
    });
    const { text } = await readBody(await ask());
    expect(wordsIn(text), text).toBe("one two three four".slice(0, 15) + "ur");
    expect(vendors[0]?.received).toHaveLength(3);
    const record = await onlyRecord();
    expect(record).toMatchObject({ status: "ok", attempts: 3, unansweredAttempts: 2 });
    expect(record.why?.continued?.map(([, outcome]) => outcome)).toEqual(["continued", "continued"]);
    await expectNothingLeft();
  });

  it("breaks off for good behind that", async () => {
    await start([cut, [{ kind: "cut", after: { chunks: 3 }, of: rest }]], { continuation: { attempts: 1 } });
    const { text, isCut } = await readBody(await ask());
    expect([wordsIn(text).startsWith("one two t"), isCut, /"error":\{/.test(text)]).toEqual([true, true, true]);
    const record = await onlyRecord();
    expect(record).toMatchObject({ status: "error", errorCode: "provider_error", provider: "second", attempts: 2 });
    expect(record.why?.continued?.map(([, outcome]) => outcome)).toEqual(["continued", "used_up"]);
    await expectNothingLeft();
  });

  it("has the one behind asked where the next one does not answer", async () => {
    await start([cut, { kind: "error", status: 503 }, rest], { members: [...names] });
    expect(wordsIn((await readBody(await ask())).text)).toBe(both);
    expect(factsOf(await onlyRecord())).toEqual(["third", "ok", 3]);
    await expectNothingLeft();
  });

  it("ends as ever where nobody answers, and what was told is charged once", async () => {
    await start([cut, { kind: "error", status: 503 }], {
      continuation: { attempts: 1 },
      principal: budget(1e9),
      scopes: { first: { budgetNanos: 1e9 }, second: { budgetNanos: 1e9 } },
    });
    const { text, isCut } = await readBody(await ask());
    expect([isCut, /"error":\{/.test(text)]).toEqual([true, true]);
    const record = await onlyRecord();
    expect(record).toMatchObject({ status: "error", attempts: 2, unansweredAttempts: 1, totalTokens: 0 });
    expect(record.why?.continued?.map(([, outcome]) => outcome)).toEqual(["failed"]);
    await expectNothingLeft();
    const spent = await gateway.deps.counters.inUse([
      { kind: "key", id: "key-1" },
      { kind: "provider", id: "first" },
      { kind: "provider", id: "second" },
    ]);
    expect(spent.map(({ spentNanos }) => spentNanos)).toEqual([record.costNanos, record.costNanos, 0]);
    expect(record.costNanos).toBe(record.unansweredTokens * perToken);
  });

  it("is abandoned with its client", async () => {
    await start([cut, { kind: "stall", after: "headers", of: rest }]);
    const client = new AbortController();
    const response = await ask(stream, chatPath, { signal: client.signal });
    await waitFor(() => vendors[1]?.received.length === 1);
    client.abort();
    await response.text().catch(() => "");
    expect(await onlyRecord()).toMatchObject({ status: "client_abort", attempts: 2 });
    await waitFor(() => vendors[1]?.openSockets() === 0);
    await expectNothingLeft();
  });

  it("has failed where its alias says nothing of that", async () => {
    await start([cut, rest], { continuation: null });
    expect((await readBody(await ask())).isCut).toBe(true);
    const record = await onlyRecord();
    expect(record).toMatchObject({ status: "error", attempts: 1 });
    expect(record.why?.continued).toBeUndefined();
    expect(vendors[1]?.received).toHaveLength(0);
  });
});

describe("what goes on is told behind what was told", () => {
  it.each<[string, string, string, string]>([
    ["of a model that repeats the beginning", "mistral", "one two three", " four"],
    ["of a model that does not", "llamacpp", "hree", " four"],
  ])("%s", async (_name, type, ...words) => {
    await start([cut, { kind: "chat", text: words.join(""), chunks: 5 }], { types: { second: type } });
    expect(wordsIn((await readBody(await ask())).text)).toBe(both);
    const messages = bodyOf(1)["messages"] as readonly object[];
    expect(messages.at(-1)).toEqual({
      ...{ role: "assistant", content: "one two t" },
      ...(type === "mistral" && { prefix: true }),
    });
  });

  it("with its spaces once, though the model is not shown those at the end", async () => {
    const first: Script = { kind: "chat", text: "one  ", chunks: 1, errorAfterChunks: 1 };
    await start([first, { kind: "chat", text: "  two", chunks: 4 }]);
    expect(wordsIn((await readBody(await ask())).text)).toBe("one  two");
    expect((bodyOf(1)["messages"] as readonly object[]).at(-1)).toEqual({ role: "assistant", content: "one" });
  });
});

describe("nobody goes on", () => {
  async function expectNone(outcome: string | undefined, body: object = stream, path = chatPath): Promise<void> {
    const { text } = await readBody(await ask(body, path));
    const record = await onlyRecord();
    expect(record.status, text).toBe("error");
    expect(record.why?.continued?.[0]?.[1]).toBe(outcome);
    expect(vendors[1]?.received).toHaveLength(0);
    await expectNothingLeft();
  }

  it("where no target is known to take the beginning of an answer", async () => {
    const types = { first: "openai-compatible", second: "anthropic" };
    await start([cut, rest], { types, models: { second: "claude-sonnet-4-6" } });
    await expectNone("no_target");
  });

  it("where a budget has no room for another attempt", async () => {
    await start([[whole, cut], rest], { principal: budget(1e9) });
    await readBody(await ask());
    const held = (await onlyRecord()).why?.held ?? 0;
    await gateway.close();
    vendors[0]?.clear();
    await start([cut, rest], { principal: budget(held + perToken) });
    await expectNone("no_budget");
    expect(await onlyRecord()).toMatchObject({ attempts: 1, unansweredAttempts: 0, provider: "first" });
  });

  const schema = { type: "json_schema", json_schema: { name: "a", schema: { type: "object" } } };
  const tool = { type: "function", function: { name: "f", parameters: { type: "object" } } };
  it.each<[string, object, string | undefined, Script?]>([
    ["with what is to have a form", { response_format: schema }, "form"],
    ["with what is to be thought about first", { reasoning_effort: "high" }, "form"],
    ["with one of several answers", { n: 2 }, undefined],
    ["with what may cost so much and no more", { routing: { max_cost_usd: 1 } }, undefined],
    [
      "with what a model has begun to say for the client",
      { messages: [...hello.messages, { role: "assistant", content: "so" }] },
      "no_target",
    ],
    [
      "with half a call of a tool",
      { tools: [tool] },
      "not_text",
      { kind: "cut", after: { bytes: 700 }, of: { kind: "chat", toolCalls: [{ name: "f", arguments: { a: 1 } }] } },
    ],
    [
      "with thoughts",
      {},
      "not_text",
      { kind: "cut", after: { chunks: 3 }, of: { kind: "chat", text: both, reasoning: "hm", chunks: 4 } },
    ],
  ])("%s", async (_name, more, outcome, script = cut) => {
    await start([script, rest]);
    await expectNone(outcome, { ...stream, ...more });
  });

  it("where placeholders stand for what the client has said", async () => {
    const privacy = { classes: { email: "replace" as const }, patterns: [], unreadable: "allow" as const };
    await start([cut, rest], { principal: { privacy } });
    await expectNone(undefined, { ...stream, messages: [{ role: "user", content: "write to jo@example.com" }] });
  });

  it("with what its vendor refuses to go on with", async () => {
    const streamError = { error: { message: "no", type: "invalid_request_error", code: "content_filter" } };
    await start([{ kind: "chat", text: both, chunks: 4, errorAfterChunks: 2, streamError }, rest]);
    await expectNone(undefined);
  });
});

describe("all else that has to do with streams", () => {
  it("finds what a guardrail looks for across the place where it broke off", async () => {
    const check = { kind: "text" as const, words: ["three"], wholeWords: true, patterns: [], window: 200 };
    await start([cut, rest], { guardrails: [makeGuardrail({ stage: "output", action: "redact", check })] });
    expect(wordsIn((await readBody(await ask())).text)).toBe("one two [redacted] four");
    expect(factsOf(await onlyRecord())).toEqual(goneOn);
  });

  it("keeps no such answer for requests that come again", async () => {
    const cache = { ttlSeconds: 60, scope: "key", aliasId: "r" } as const;
    await start([cut, rest], { alias: { cache } });
    await readBody(await ask());
    const again = await ask();
    expect(again.headers.get("x-ghostllm-cache")).toBe("miss");
    await readBody(again);
  });

  it("stores all that was told", async () => {
    const kept: string[] = [];
    const contents: Contents = {
      keep({ answer }) {
        kept.push(answer?.text ? Buffer.from(answer.text).toString() : "");
        return true;
      },
    };
    await start([cut, rest], { principal: { storePrompts: "request_and_answer" }, settings: { contents } });
    await readBody(await ask());
    await onlyRecord();
    expect(wordsIn(kept.join("\n"))).toBe(both);
  });

  it("keeps it as one message of a conversation", async () => {
    const said: string[] = [];
    const chatSessions: ChatSessions = {
      open: () => ({ kind: "opened", id: "00000000-0000-4000-8000-000000000001", hasMessages: false, messages: [] }),
      keep: ({ said: messages }) => said.push(...messages) > 0,
      leave: () => undefined,
      manage: () => ({ kind: "not_found" }),
    };
    await start([cut, rest], {
      principal: { storePrompts: "request_and_answer" },
      settings: { contents: { keep: () => true }, chatSessions },
    });
    await readBody(await ask({ ...stream, session_id: "new" }));
    await onlyRecord();
    expect(said.map((message) => JSON.parse(message) as object)).toEqual([{ role: "assistant", content: both }]);
  });

  it("is told again to a client that comes back", async () => {
    await start([cut, rest]);
    const headers = { "x-ghostllm-resumable": "true" };
    const response = await ask(stream, chatPath, { headers });
    const { text } = await readBody(response);
    expect(wordsIn(text)).toBe(both);
    const id = response.headers.get("x-ghostllm-stream");
    const again = await fetch(`${gateway.url}/v1/streams/${id}`, { headers: keyHeader });
    expect(await again.text()).toBe(text);
  });

  it("holds what goes on to the budget", async () => {
    const long: Script = { kind: "chat", text: "word ".repeat(20_000), chunks: 20_000 };
    await start([cut, long], { principal: budget(9_000 * perToken) });
    const { text, isCut } = await readBody(await ask({ ...hello, model: "routed", stream: true }));
    expect([isCut, text.includes("insufficient_quota")]).toEqual([true, true]);
    expect(await onlyRecord()).toMatchObject({ errorCode: "insufficient_quota", provider: "second" });
    await expectNothingLeft();
  });
});
