// Of answers that are kept: what clients say about it, and what matters of a request.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aliasOf, cachedHello as hello, cacheOf, startCachedStage, told } from "./support/cached-stage.ts";
import type { CachedStage } from "./support/cached-stage.ts";
import { chatPath, keyHeader, TestClock } from "./support/stage.ts";
import { saying } from "./support/told-texts.ts";
import { askings } from "./support/every-dialect.ts";

let stage: CachedStage;
let clock: TestClock;

beforeEach(async () => {
  clock = new TestClock();
  stage = await startCachedStage({ clock });
});
afterEach(() => stage.close());

describe("what a client says", () => {
  const ask = async (headers: Record<string, string>): Promise<string | null> =>
    cacheOf(await stage.ask(chatPath, hello, { headers }));

  it("no-store: it is neither told what is there, nor kept", async () => {
    expect(await ask({ "cache-control": "no-store" })).toBe("bypass");
    expect(await ask({})).toBe("miss");
    expect(await ask({ "cache-control": "private, No-Store" })).toBe("bypass");
    expect(stage.asks()).toBe(3);
    expect(stage.last()).toMatchObject({ cache: "bypass", savedNanos: null, costNanos: expect.any(Number) });
  });

  it("no-cache: it is asked anew, and that is kept", async () => {
    stage.upstream.script([told("first"), told("second")]);
    expect([await ask({}), await ask({ "cache-control": "no-cache" }), await ask({})]).toEqual(["miss", "miss", "hit"]);
    expect(await (await stage.ask(chatPath, hello)).text()).toContain("second");
  });

  it("x-ghostllm-cache-ttl: it shortens the time, and never lengthens it", async () => {
    const ttl = (seconds: number) => ({ "x-ghostllm-cache-ttl": String(seconds) });
    expect(await ask(ttl(10))).toBe("miss");
    clock.ms += 9_000;
    expect([await ask({}), await ask(ttl(5)), await ask({})]).toEqual(["hit", "miss", "hit"]);
    clock.ms += 6_000;
    expect(await ask({})).toBe("miss");
    stage.serve({ policy: { ttlSeconds: 20, scope: "key" } });
    clock.ms += 21_000;
    expect(await ask(ttl(1_000_000))).toBe("miss");
    expect(await ask(ttl(0))).toBe("bypass");
    expect((await stage.ask(chatPath, hello, { headers: { "x-ghostllm-cache-ttl": "soon" } })).status).toBe(400);
    const uses = await stage.gateway.deps.counters.inUse([{ kind: "key", id: "key-1" }]);
    expect(uses[0]).toMatchObject({ reservedNanos: 0 });
  });
});

describe("what matters of a request", () => {
  const other = [
    ["another text", { messages: [{ role: "user", content: "hello " }] }],
    ["another temperature", { temperature: 0.1 }],
    ["a number of answers", { n: 2 }],
    ["tools", { tools: [{ type: "function", function: { name: "f", parameters: { type: "object" } } }] }],
    ["a seed beyond what numbers tell apart", '{"seed":9007199254740993}'],
    ["a field that nobody knows", { brand_new: true }],
  ] as const;

  it.each(other)("%s", async (_, change) => {
    const changed = typeof change === "string" ? (JSON.parse(change) as object) : change;
    await stage.ask(chatPath, { ...hello, seed: 9007199254740992 });
    expect(cacheOf(await stage.ask(chatPath, { ...hello, seed: 9007199254740992, ...changed }))).toBe(
      typeof change === "string" ? "hit" : "miss",
    );
  });

  it("numbers as they are written", async () => {
    const text = (seed: string): string => JSON.stringify(hello).replace(/\}$/, `,"seed":${seed}}`);
    const ask = async (body: string) => {
      const init = { method: "POST", headers: { ...keyHeader, "content-type": "application/json" }, body };
      return cacheOf(await fetch(stage.gateway.url + chatPath, init));
    };
    expect(await ask(text("9007199254740992"))).toBe("miss");
    expect(await ask(text("9007199254740993"))).toBe("miss");
    expect(await ask(text("9007199254740993"))).toBe("hit");
  });

  it("is neither the order of its fields, nor who its user is, nor that it is a stream", async () => {
    await stage.ask(chatPath, hello);
    const { model, messages } = hello;
    const body = {
      user: "ada",
      stream: true,
      messages,
      metadata: { a: "b" },
      model,
      stream_options: { include_usage: true },
    };
    const response = await stage.ask(chatPath, body);
    expect(cacheOf(response)).toBe("hit");
    expect(await response.text()).toMatch(/"usage":\{.*\[DONE\]/s);
    expect(stage.asks()).toBe(1);
  });

  it("is a header that vendors are sent, but no key of a try", async () => {
    const ask = async (headers: Record<string, string>) => cacheOf(await stage.ask(chatPath, hello, { headers }));
    expect(await ask({ "idempotency-key": "1" })).toBe("miss");
    expect(await ask({ "idempotency-key": "2" })).toBe("hit");
    expect(await ask({ "openai-beta": "x" })).toBe("miss");
  });

  it.each([
    ["a stored chat", chatPath, { ...hello, store: true }],
    ["a stored response", "/v1/responses", { model: aliasOf("openai-responses"), input: "Hi" }],
    [
      "a conversation",
      "/v1/responses",
      { model: aliasOf("openai-responses"), input: "Hi", store: false, conversation: "c" },
    ],
    [
      "a container",
      "/v1/messages",
      { ...askings["anthropic-messages"](aliasOf("anthropic-messages"), false).body, container: "c" },
    ],
    ["a picture that is made", "/v1/images/generations", { model: aliasOf("openai-chat"), prompt: "a cat" }],
  ])("makes %s one of its own", async (_, path, body) => {
    const vendor =
      path === "/v1/responses" ? "openai-responses" : path === "/v1/messages" ? "anthropic-messages" : "openai-chat";
    stage.upstream.script(saying[vendor](["Hi"], false));
    for (const _time of [1, 2]) {
      const response = await stage.ask(path, body);
      expect([response.status, cacheOf(response)]).toEqual([200, "bypass"]);
    }
    expect(stage.asks()).toBe(2);
  });

  it("has a count of tokens made each time", async () => {
    const body = { model: aliasOf("anthropic-messages"), messages: hello.messages };
    stage.upstream.script({ kind: "answer", body: { input_tokens: 3 } });
    for (const _time of [1, 2]) expect(cacheOf(await stage.ask("/v1/messages/count_tokens", body))).toBe("bypass");
    expect(stage.asks()).toBe(2);
  });
});
