// Answers that are kept: what is told again, in whose words, and what never is.

import type { Script } from "@ghostllm/fake-upstream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aliasOf, cachedHello as hello, cacheOf, makeCaller, startCachedStage, told } from "./support/cached-stage.ts";
import type { CachedStage } from "./support/cached-stage.ts";
import { noTimeouts } from "#domain/alias-policy.ts";
import { makeScope, testKey } from "./support/gateway.ts";
import { chatPath, TestClock, waitFor } from "./support/stage.ts";
import { saying, textIn } from "./support/told-texts.ts";
import { clientNames, vendorNames } from "./support/talk.ts";
import type { ClientName } from "./support/talk.ts";
import { askings } from "./support/every-dialect.ts";

let stage: CachedStage;
let clock: TestClock;

beforeEach(async () => {
  clock = new TestClock();
  stage = await startCachedStage({ clock });
});
afterEach(() => stage.close());

async function restart(settings: Parameters<typeof startCachedStage>[0]): Promise<void> {
  await stage.close();
  stage = await startCachedStage({ clock, ...settings });
}

/** As its client asks it; the Responses API has its vendors keep all that is not refused. */
function bodyOf(client: ClientName, model: string, stream: boolean) {
  const { path, body } = askings[client](model, stream);
  return { path, body: client === "openai-responses" ? { ...body, store: false } : body };
}

describe("a request that comes again", () => {
  it("is answered as before, without its vendor and without cost, and says so", async () => {
    stage.upstream.script([told("first"), told("second")]);
    const first = await stage.ask(chatPath, hello);
    const bytes = await first.text();
    expect([first.status, cacheOf(first), first.headers.get("age")]).toEqual([200, "miss", null]);
    expect(first.headers.get("x-ghostllm-cost-usd")).toBe("0.000023");
    clock.ms += 5_000;
    const second = await stage.ask(chatPath, hello);
    expect(await second.text()).toBe(bytes);
    expect(Object.fromEntries(second.headers)).toMatchObject({
      ...{ "x-ghostllm-cache": "hit", age: "5", "x-ghostllm-attempts": "0", "x-ghostllm-cost-usd": "0" },
      ...{ "x-ghostllm-model": "a-chat-model", "content-type": "application/json" },
    });
    expect(stage.asks()).toBe(1);
    expect(stage.gateway.records).toMatchObject([
      { cache: "miss", savedNanos: null, costNanos: 23_000, totalTokens: 5, attempts: 1 },
      {
        ...{ cache: "hit", savedNanos: 23_000, costNanos: 0, totalTokens: 0, attempts: 0, status: "ok" },
        ...{ requestedModel: hello.model, providerId: null, provider: "", chargedNanos: null, streamed: false },
      },
    ]);
  });

  it.each(clientNames)(
    "is told with the pauses that it had where its alias says so, in the dialect %s",
    async (client) => {
      // By the clock of the machine: what is shown is how long it takes.
      await stage.close();
      stage = await startCachedStage({ policy: { ttlSeconds: 3_600, scope: "key", pace: "natural" } });
      const paced: Script = { kind: "chat", text: "one two three four five six", chunks: 6, paceMs: 100 };
      stage.upstream.script(paced);
      const ask = async (stream: boolean) => {
        const startedAt = performance.now();
        const { path, body } = bodyOf(client, aliasOf("openai-chat"), stream);
        const response = await stage.ask(path, body);
        const text = await response.text();
        return { text, hit: cacheOf(response), ms: performance.now() - startedAt };
      };
      const first = await ask(true);
      const again = await ask(true);
      expect([first.hit, again.hit]).toEqual(["miss", "hit"]);
      expect(textIn(client, again.text, true)).toBe(textIn(client, first.text, true));
      expect(again.ms).toBeGreaterThan(350);
      // Whoever wants it whole has it at once.
      const whole = await ask(false);
      expect([whole.hit, whole.ms < again.ms]).toEqual(["hit", true]);
      expect(stage.asks()).toBe(1);
    },
  );

  it("that is told with its pauses ends when its client leaves, and is recorded", async () => {
    await stage.close();
    stage = await startCachedStage({ policy: { ttlSeconds: 3_600, scope: "key", pace: "natural" } });
    stage.upstream.script({ kind: "chat", text: "one two three four five six", chunks: 6, paceMs: 300 });
    const body = { ...hello, stream: true };
    await (await stage.ask(chatPath, body)).text();
    const leaving = new AbortController();
    const response = await stage.ask(chatPath, body, { signal: leaving.signal });
    const reading = response.text();
    leaving.abort();
    await expect(reading).rejects.toThrow();
    await waitFor(() => stage.gateway.records.length === 2);
    expect(stage.last()).toMatchObject({ cache: "hit", status: "client_abort", costNanos: 0 });
  });

  it("is asked again when its time is over", async () => {
    stage.serve({ policy: { ttlSeconds: 60, scope: "key" } });
    stage.upstream.script([told("first"), told("second")]);
    await stage.ask(chatPath, hello);
    clock.ms += 59_999;
    expect(cacheOf(await stage.ask(chatPath, hello))).toBe("hit");
    clock.ms += 1;
    expect(await (await stage.ask(chatPath, hello)).text()).toContain("second");
  });

  it("is asked again when the operator has shortened its time, or changed what the alias leads to", async () => {
    await stage.ask(chatPath, hello);
    clock.ms += 30_000;
    stage.serve({ policy: { ttlSeconds: 20, scope: "key" } });
    expect(cacheOf(await stage.ask(chatPath, hello))).toBe("miss");
    stage.serve({ target: { model: "another" } });
    expect(cacheOf(await stage.ask(chatPath, hello))).toBe("miss");
    expect(stage.asks()).toBe(3);
  });

  it("is nothing to aliases without a policy, nor to models by their names", async () => {
    stage.serve({ policy: null });
    for (const model of [hello.model, hello.model, "a-chat-model", "a-chat-model"]) {
      const response = await stage.ask(chatPath, { ...hello, model });
      expect([response.status, cacheOf(response)]).toEqual([200, null]);
    }
    expect(stage.asks()).toBe(4);
    expect(stage.last()).toMatchObject({ cache: null, savedNanos: null });
  });

  it("counts for limits of requests, and is charged to no budget", async () => {
    const limits = { requestsPerMinute: 3, tokensPerMinute: null, concurrentRequests: null };
    const scopes = [makeScope("key", "key-1", { limits, budgetNanos: 1_000_000_000 })];
    await restart({ principals: { [testKey]: makeCaller("1", { scopes }) } });
    stage.upstream.script(told("Hi"));
    for (const left of ["2", "1", "0"]) {
      const response = await stage.ask(chatPath, { ...hello, max_tokens: 5 });
      expect([response.status, response.headers.get("x-ratelimit-remaining-requests")]).toEqual([200, left]);
    }
    expect((await stage.ask(chatPath, { ...hello, max_tokens: 5 })).status).toBe(429);
    const [use] = await stage.gateway.deps.counters.inUse([{ kind: "key", id: "key-1" }]);
    expect(use).toMatchObject({ spentNanos: 23_000, reservedNanos: 0 });
  });
});

describe.each(clientNames)("what a vendor told a client of %s", (client) => {
  const streams = [false, true];
  const ways = vendorNames.flatMap((vendor) =>
    streams.flatMap((asked) => streams.map((again) => [vendor, asked ? "streamed" : "whole", again] as const)),
  );

  it.each(ways)("by %s, %s, is told again, streamed: %s", async (vendor, how, again) => {
    const pieces = ["Grüße, ", "Welt", "!"];
    stage.upstream.script([saying[vendor](pieces, how === "streamed"), { kind: "error", status: 500 }]);
    const first = bodyOf(client, aliasOf(vendor), how === "streamed");
    const before = await stage.ask(first.path, first.body);
    const text = await before.text();
    expect([before.status, cacheOf(before), textIn(client, text, how === "streamed")]).toEqual([
      200,
      "miss",
      pieces.join(""),
    ]);
    const { path, body } = bodyOf(client, aliasOf(vendor), again);
    const response = await stage.ask(path, body);
    const repeated = await response.text();
    expect([response.status, cacheOf(response)]).toEqual([200, "hit"]);
    expect(textIn(client, repeated, again)).toBe(pieces.join(""));
    expect(response.headers.get("x-ghostllm-notes")).toBe(before.headers.get("x-ghostllm-notes"));
    if (again === (how === "streamed"))
      expect(response.headers.get("content-type")).toBe(before.headers.get("content-type"));
    if (client === vendor && again === (how === "streamed")) expect(repeated).toBe(text);
    expect(stage.asks()).toBe(1);
    expect(stage.last()).toMatchObject({ cache: "hit", savedNanos: 23_000, costNanos: 0, streamed: again });
  });
});

describe("what is not kept", () => {
  const again = async (): Promise<string | null> => {
    stage.upstream.script(told("well"));
    return cacheOf(await stage.ask(chatPath, { ...hello, stream: true }));
  };
  const askStream = async (): Promise<void> =>
    void (await stage
      .ask(chatPath, { ...hello, stream: true })
      .then((one) => one.text())
      .catch(() => ""));

  it.each<[string, Script]>([
    ["an error", { kind: "error", status: 400 }],
    ["an answer that is an error all the same", { kind: "answer", body: { error: { message: "no", type: "x" } } }],
    ["a stream that breaks off", { kind: "cut", after: { chunks: 2 }, of: { kind: "chat", chunks: 5 } }],
    ["a stream with an error in it", { kind: "chat", chunks: 5, errorAfterChunks: 2 }],
    ["more than is kept of one answer", { kind: "huge", bytes: 1_200_000 }],
  ])("%s", async (_, script) => {
    stage.upstream.script(script);
    await askStream();
    expect(await again()).toBe("miss");
  });

  it("what another name answered, which its own caller may be led to", async () => {
    const alias = stage.gateway.deps.snapshots.current().aliases.get(hello.model);
    if (alias === undefined) throw new Error("there is no such alias");
    const policy = { retries: null, timeouts: noTimeouts, stickyBy: null, fallbacks: { any: ["an-ollama-model"] } };
    stage.serve({ more: { aliases: new Map([[hello.model, { ...alias, policy }]]) } });
    for (const _time of [1, 2]) {
      stage.upstream.script([
        { kind: "error", status: 400, code: "context_length_exceeded" },
        saying.ollama(["Hi"], false),
      ]);
      const response = await stage.ask(chatPath, hello);
      expect([response.status, response.headers.get("x-ghostllm-fallback"), cacheOf(response)]).toEqual([
        ...[200, "an-ollama-model", "miss"],
      ]);
    }
    expect(stage.asks()).toBe(4);
  });

  it("what its client did not wait for", async () => {
    stage.upstream.script({ kind: "chat", chunks: 50, paceMs: 20 });
    const leaving = new AbortController();
    const { signal } = leaving;
    const response = await stage.ask(chatPath, { ...hello, stream: true }, { signal });
    await response.body?.getReader().read();
    leaving.abort();
    await waitFor(() => stage.gateway.records.length === 1);
    expect(await again()).toBe("miss");
  });
});
