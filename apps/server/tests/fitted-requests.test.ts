// What reaches a vendor that would refuse a request as it came, over HTTP: plain and streamed, through aliases, and what the
// client is told of it. What each vendor needs is proved in packages/llm/src/providers/needs.test.ts.

import Anthropic from "@anthropic-ai/sdk";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Alias, Target } from "#domain/snapshot.ts";
import { makeProvider, makeSnapshot, makeTarget, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { chatPath, postJson } from "./support/stage.ts";

let upstream: FakeUpstream;
let gateway: TestGateway;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  const target = (type: string, model: string, path = "") => makeTarget(makeProvider(type, upstream.url + path), model);
  const mistral = target("mistral", "mistral-large-latest", "/v1");
  const reasoning = target("openai", "gpt-5-mini", "/v1");
  const targets = [
    ...[mistral, reasoning, target("deepseek", "deepseek-reasoner"), target("anthropic", "claude-sonnet-4-5")],
  ];
  const aliases = new Map([aliasOf("smart", reasoning), aliasOf("both", reasoning, mistral)]);
  gateway = await startGateway(makeSnapshot({ targets, aliases }), { random: () => 0 });
});

afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

let before = 0;

beforeEach(() => {
  before = upstream.received.length;
});

function aliasOf(name: string, ...targets: readonly Target[]): readonly [string, Alias] {
  const weighted = targets.map((target) => ({ target, weight: 1 }));
  return [name, { id: name, name, strategy: "ordered", targets: weighted, createdAt: 0 }];
}

const user = { role: "user", content: "x" };
const receivedBodies = () => upstream.received.slice(before).map((request) => request.json());
const received = () => receivedBodies().at(-1) as Readonly<Record<string, unknown>>;

describe("within one dialect", () => {
  const told = [user, { role: "assistant", content: "y", reasoning_content: "hm", refusal: null }, user];

  it.each([false, true])("what the vendor refuses is left out and noted, stream: %s", async (stream) => {
    const model = "mistral/mistral-large-latest";
    const asked = { model, stream, max_completion_tokens: 50, user: "u1", messages: told };
    const response = await postJson(gateway.url + chatPath, asked);
    expect(response.status).toBe(200);
    await response.text();
    expect(received()).toEqual({
      model: "mistral-large-latest",
      stream,
      max_tokens: 50,
      messages: [user, { role: "assistant", content: "y" }, user],
    });
    expect(response.headers.get("x-ghostllm-notes")?.split(", ").toSorted()).toEqual(["reasoning", "user"]);
  });

  it("a strict client is refused before anything is sent", async () => {
    const asked = { model: "mistral/mistral-large-latest", messages: told };
    const response = await postJson(gateway.url + chatPath, asked, { headers: { "x-ghostllm-strict": "true" } });
    expect(response.status).toBe(400);
    expect(receivedBodies()).toEqual([]);
  });

  it("a new name for the same is no loss", async () => {
    const asked = { model: "smart", max_tokens: 9, messages: [user] };
    const response = await postJson(gateway.url + chatPath, asked, { headers: { "x-ghostllm-strict": "true" } });
    expect(response.status).toBe(200);
    expect(received()).toEqual({ model: "gpt-5-mini", max_completion_tokens: 9, messages: [user] });
    expect(response.headers.get("x-ghostllm-notes")).toBeNull();
  });

  it("each target of an alias is sent what it takes", async () => {
    upstream.script([{ kind: "error", status: 503 }, { kind: "default" }]);
    const asked = { model: "both", max_tokens: 9, temperature: 0.5, user: "u1", messages: [user] };
    const response = await postJson(gateway.url + chatPath, asked);
    expect(response.status).toBe(200);
    expect(receivedBodies()).toEqual([
      { model: "gpt-5-mini", max_completion_tokens: 9, user: "u1", messages: [user] },
      { model: "mistral-large-latest", max_tokens: 9, temperature: 0.5, messages: [user] },
    ]);
    expect(response.headers.get("x-ghostllm-notes")).toBe("user");
  });

  it("halves of surrogate pairs reach no vendor", async () => {
    const text = `{"model":"deepseek/deepseek-reasoner","messages":[{"role":"user","content":"a \\ud83d b"}]}`;
    const response = await postJson(gateway.url + chatPath, text);
    expect(upstream.received.at(-1)?.body.toString()).toBe(
      `{"model":"deepseek-reasoner","messages":[{"role":"user","content":"a \\ufffd b"}]}`,
    );
    expect(response.headers.get("x-ghostllm-notes")).toBe("half of a surrogate pair");
  });
});

describe("a limit of -1, which servers that people run themselves take for none", () => {
  it.each(["max_tokens", "max_completion_tokens"])("passes within the dialect as %s", async (field) => {
    const asked = { model: "deepseek/deepseek-reasoner", [field]: -1, messages: [user] };
    expect((await postJson(gateway.url + chatPath, asked)).status).toBe(200);
    expect(Object.values(received())).toContain(-1);
  });

  it("is none for a vendor of another dialect", async () => {
    const limited = async (fields: object): Promise<unknown> => {
      await postJson(gateway.url + chatPath, { model: "claude-sonnet-4-5", messages: [user], ...fields });
      return received()["max_tokens"];
    };
    const usual = await limited({});
    expect(usual).toBeGreaterThan(0);
    expect(await limited({ max_tokens: -1 })).toBe(usual);
  });
});

describe("thoughts that nobody signed", () => {
  const thought = { role: "assistant", content: "Seven.", reasoning_content: "let me see" };
  const whole = {
    id: "1",
    object: "chat.completion",
    choices: [{ index: 0, message: thought, finish_reason: "stop" }],
  };
  const chunk = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const streamed = chunk({ reasoning_content: "let me see" }) + chunk({ content: "Seven." }) + chunk({}, "stop");

  it.each([false, true])(
    "come to a client of Anthropic's with a signature and never reach Claude, stream: %s",
    async (stream) => {
      const client = new Anthropic({ apiKey: testKey, baseURL: gateway.url, maxRetries: 0 });
      const headers = { "content-type": stream ? "text/event-stream" : "application/json" };
      const text = stream ? `${streamed}data: [DONE]\n\n` : JSON.stringify(whole);
      upstream.script({ kind: "raw", status: 200, text, headers });
      const asked = {
        model: "deepseek/deepseek-reasoner",
        max_tokens: 4000,
        messages: [{ role: "user" as const, content: "x" }],
      };
      const answer = stream ? await client.messages.stream(asked).finalMessage() : await client.messages.create(asked);
      const [block] = answer.content;
      expect(block).toMatchObject({ type: "thinking", thinking: "let me see", signature: expect.stringMatching(/./) });
      const history = [...asked.messages, { role: "assistant" as const, content: answer.content }, ...asked.messages];
      await client.messages
        .create({ ...asked, model: "anthropic/claude-sonnet-4-5", messages: history })
        .catch(() => null);
      expect(received()["messages"]).toEqual([user, { role: "assistant", content: [answer.content[1]] }, user]);
      // To a vendor that reads them they go back.
      await client.messages.create({ ...asked, messages: history }).catch(() => null);
      expect(received()["messages"]).toEqual([user, thought, user]);
    },
  );
});
