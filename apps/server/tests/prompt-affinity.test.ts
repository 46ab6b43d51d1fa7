// Conversations go on where they were answered before, whose vendor may have kept the prompt: in every dialect, and never against health or room.

import type { AliasStrategy } from "@ghostllm/contract";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { explainRequest } from "#control/resources/request-why.ts";
import { noTimeouts } from "#domain/alias-policy.ts";
import type { Alias, Target } from "#domain/snapshot.ts";
import { makeProvider, makeScope, makeSnapshot, makeTarget, startGateway } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { chatPath, postJson } from "./support/stage.ts";

const names = ["first", "second", "third"] as const;
const none = new Map<string, never>();
const noNames = { users: none, keys: none, teams: none, organisations: none, aliases: none, providers: none };

let vendors: FakeUpstream[];
let gateway: TestGateway;
let draw: number;

beforeEach(async () => {
  draw = 0;
  vendors = await Promise.all(names.map(() => startFakeUpstream()));
});
afterEach(async () => {
  await gateway.close();
  await Promise.all(vendors.map((vendor) => vendor.close()));
});

function targetsOf(change: readonly Partial<Target>[] = []): readonly Target[] {
  return vendors.map(({ url }, at) => {
    const name = names[at] ?? "";
    return makeTarget(makeProvider("openai-compatible", `${url}/v1`, { id: name, name }), "m", change[at]);
  });
}

async function start(strategy: AliasStrategy, targets = targetsOf(), change: Partial<Alias> = {}): Promise<void> {
  const weighted = targets.map((target) => ({ target, weight: 1 }));
  const alias: Alias = { id: "r", name: "routed", strategy, targets: weighted, createdAt: 0, ...change };
  gateway = await startGateway(makeSnapshot({ targets, aliases: new Map([["routed", alias]]) }), {
    random: () => draw,
  });
}

async function ask(body: object, path = chatPath): Promise<string | null> {
  const response = await postJson(gateway.url + path, body);
  await response.text();
  expect(response.status).toBe(200);
  return response.headers.get("x-ghostllm-provider");
}

/** Long enough to be kept. */
const system = "You are careful. ".repeat(300);

const chat = (turns: number, opening = "hello", model = "routed") => ({
  model,
  messages: [
    { role: "system", content: system },
    { role: "user", content: opening },
    ...Array.from({ length: turns }, (_, turn) => [
      { role: "assistant", content: `answer ${turn}` },
      { role: "user", content: `question ${turn}` },
    ]).flat(),
  ],
});

const marked = { type: "ephemeral" };
const message = (turns: number) => ({
  ...{ model: "routed", max_tokens: 10 },
  system: [{ type: "text", text: system, cache_control: marked }],
  messages: [
    // The mark moves on with each turn, and what it stood on is written otherwise.
    { role: "user", content: turns === 0 ? [{ type: "text", text: "hello", cache_control: marked }] : "hello" },
    ...(turns === 0
      ? []
      : [
          { role: "assistant", content: "hi" },
          { role: "user", content: [{ type: "text", text: "on", cache_control: marked }] },
        ]),
  ],
});
const response = (turns: number) => ({
  ...{ model: "routed", store: false, instructions: system },
  input: [
    { role: "user", content: "hello" },
    ...(turns === 0
      ? []
      : [
          { type: "message", role: "assistant", content: [{ type: "output_text", text: "hi" }] },
          { role: "user", content: "on" },
        ]),
  ],
});
const gemini = (turns: number) => ({
  systemInstruction: { parts: [{ text: system }] },
  contents: [
    { parts: [{ text: "hello" }] },
    ...(turns === 0
      ? []
      : [
          { role: "model", parts: [{ text: "hi" }] },
          { role: "user", parts: [{ text: "on" }] },
        ]),
  ],
});

const ways: readonly (readonly [string, string, (turns: number) => object])[] = [
  ["chats", chatPath, (turns) => chat(turns)],
  ["streamed chats", chatPath, (turns) => ({ ...chat(turns), stream: true })],
  ["messages", "/v1/messages", message],
  ["responses", "/v1/responses", response],
  ["Gemini's", "/v1beta/models/routed:generateContent", gemini],
  ["Ollama's", "/api/chat", (turns) => ({ ...chat(turns), stream: false })],
];

describe("a conversation", () => {
  it.each(ways)("of %s goes on where it was answered", async (_name, path, body) => {
    await start("weighted");
    draw = 0.5;
    expect(await ask(body(0), path)).toBe("second");
    draw = 0;
    expect(await ask(body(1), path)).toBe("second");
    expect(await ask(chat(1, "another conversation"))).toBe("first");
  });

  it("that begins anew is drawn anew, and so is one that is short", async () => {
    await start("weighted");
    draw = 0.5;
    expect(await ask(chat(0))).toBe("second");
    const short = { model: "routed", messages: chat(1).messages.slice(1) };
    expect(await ask({ ...short, messages: short.messages.slice(0, 1) })).toBe("second");
    draw = 0;
    expect(await ask(chat(0))).toBe("first");
    expect(await ask(short)).toBe("first");
  });

  it.each(["latency", "least-busy"] as const)("stays by the strategy %s", async (strategy) => {
    await start(strategy);
    const first = await ask(chat(0));
    for (let turn = 1; turn < 5; turn += 1) {
      draw = turn / 5;
      expect(await ask(chat(turn))).toBe(first);
    }
  });

  it("stays with nobody where its alias says so, or its targets are in an order", async () => {
    const policy = {
      ...{ retries: null, fallbacks: {}, timeouts: noTimeouts, stickyBy: null },
      promptAffinity: false as const,
    };
    await start("weighted", targetsOf(), { policy });
    draw = 0.5;
    expect(await ask(chat(0))).toBe("second");
    draw = 0;
    expect(await ask(chat(1))).toBe("first");
  });

  it("goes elsewhere where its target fails, and stays there", async () => {
    await start("weighted");
    draw = 0.5;
    expect(await ask(chat(0))).toBe("second");
    draw = 0;
    vendors[1]?.script([{ kind: "error", status: 500 }, { kind: "chat" }]);
    expect(await ask(chat(1))).toBe("first");
    draw = 0.5;
    expect(await ask(chat(2))).toBe("first");
  });

  it("goes elsewhere where its provider has no room", async () => {
    const limits = { requestsPerMinute: 1, tokensPerMinute: null, concurrentRequests: null };
    await start("weighted", targetsOf([{}, { scope: makeScope("provider", "second", { limits }) }, {}]));
    draw = 0.5;
    expect(await ask(chat(0))).toBe("second");
    draw = 0;
    expect(await ask(chat(1))).toBe("first");
  });

  it("costs less where the prompt may be kept, by what is paid for that", async () => {
    const price = (input: number, cachedInput: number): Partial<Target> => ({
      prices: [
        {
          price: {
            input: { base: input * 1e9 },
            cachedInput: { base: cachedInput * 1e9 },
            output: { base: 1 },
            version: "test",
          },
        },
      ],
    });
    await start("cheapest", targetsOf([price(2, 2), price(3, 0.3), price(9, 9)]));
    vendors[0]?.script([{ kind: "error", status: 500 }, { kind: "chat" }]);
    expect(await ask(chat(0))).toBe("second");
    expect(await ask(chat(1))).toBe("second");
    const record = gateway.records.at(-1);
    const plans =
      record === undefined
        ? []
        : explainRequest(record, { snapshot: gateway.deps.snapshots.current(), names: noNames }).plans;
    expect(plans[0]?.targets.map(({ provider, holds_prompt: holds }) => [provider, holds])).toEqual([
      ["second", true],
      ["first", false],
      ["third", false],
    ]);
    expect(await ask(chat(0, "another"))).toBe("first");
  });
});
