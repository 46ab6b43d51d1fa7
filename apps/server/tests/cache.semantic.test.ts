// Of answers that are kept: questions of the same meaning are told them, where all else is the same.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aliasOf, cachedHello, cacheOf, makeCaller, told } from "./support/cached-stage.ts";
import { ChatPage } from "./support/chat-page.ts";
import { askings, names } from "./support/every-dialect.ts";
import { makeScope, testKey } from "./support/gateway.ts";
import {
  alike,
  asked,
  chat,
  matchOf,
  semantic,
  semanticPolicy,
  startSemanticStage,
  unlike,
} from "./support/semantic-stage.ts";
import type { SemanticStage } from "./support/semantic-stage.ts";
import { chatPath, TestClock } from "./support/stage.ts";
import { saying } from "./support/told-texts.ts";

let stage: SemanticStage;
let clock: TestClock;

beforeEach(async () => {
  clock = new TestClock();
  stage = await startSemanticStage({ clock });
});
afterEach(() => stage.close());

async function restart(settings: Parameters<typeof startSemanticStage>[0]): Promise<void> {
  await stage.close();
  stage = await startSemanticStage({ clock, ...settings });
}

const ask = (text: string, headers: Record<string, string> = {}) => stage.ask(chatPath, chat(text), { headers });
const whyOf = () => stage.last()?.why;

describe("a question of the same meaning", () => {
  it("is told the answer, and how like it is, at no cost, with what is saved", async () => {
    stage.upstream.script([told("Like this."), told("Otherwise.")]);
    const first = await ask(asked);
    expect([cacheOf(first), matchOf(first)]).toEqual(["miss", null]);
    const firstId = stage.last()?.id;
    expect(whyOf()?.semantic).toEqual(["none", null, 0.5, null]);
    clock.ms += 5_000;
    const second = await ask(alike);
    expect([cacheOf(second), second.headers.get("age")]).toEqual(["hit", "5"]);
    expect(matchOf(second)).toMatch(/^semantic; similarity=0\.\d{4}$/);
    expect(await second.text()).toContain("Like this.");
    expect(stage.asks()).toBe(1);
    expect(stage.last()).toMatchObject({
      cache: "hit",
      costNanos: 0,
      savedNanos: expect.any(Number) as number,
      providerId: null,
    });
    const [outcome, similarity, threshold, of] = whyOf()?.semantic ?? [];
    expect([outcome, threshold, of]).toEqual(["told", 0.5, firstId]);
    expect(similarity).toBeGreaterThan(0.5);
  });

  it("comes again without its vector, and says again what it was told by", async () => {
    await ask(asked);
    await ask(alike);
    const before = stage.embeddings();
    const again = await ask(alike);
    expect([cacheOf(again), matchOf(again)?.slice(0, 8)]).toEqual(["hit", "semantic"]);
    expect(stage.embeddings()).toBe(before);
    expect(whyOf()?.semantic?.[0]).toBe("told");
    expect(matchOf(await ask(asked))).toBeNull();
  });

  it("is not what is like it, and differs on its surface", async () => {
    await ask(asked);
    const other = await ask(unlike);
    expect([cacheOf(other), matchOf(other)]).toEqual(["miss", null]);
    expect(whyOf()?.semantic).toMatchObject(["differs", expect.any(Number), 0.5, expect.any(String), ["negation"]]);
    expect(stage.asks()).toBe(2);
  });

  it("is not what is less like it than its alias says", async () => {
    await restart({ policy: { ...semanticPolicy, semantic: { ...semantic, threshold: 0.99 } } });
    await ask(asked);
    expect(cacheOf(await ask(alike))).toBe("miss");
    expect(whyOf()?.semantic?.[0]).toBe("unlike");
  });

  it("is told nothing any more by a threshold that was lower", async () => {
    await ask(asked);
    expect(cacheOf(await ask(alike))).toBe("hit");
    stage.serve({ policy: { ...semanticPolicy, semantic: { ...semantic, threshold: 0.99 } } });
    expect(cacheOf(await ask(alike))).toBe("miss");
    stage.serve({ policy: { ttlSeconds: 3_600, scope: "key" } });
    stage.serve({});
    expect(cacheOf(await ask(asked))).toBe("hit");
  });

  it("is told nothing that is too old, and nothing that was forgotten", async () => {
    await ask(asked);
    clock.ms += 3_601_000;
    expect(cacheOf(await ask(alike))).toBe("miss");
    await stage.gateway.deps.cache.purge({});
    expect(cacheOf(await ask("Show me how to reset my password!"))).toBe("miss");
    expect(whyOf()?.semantic?.[0]).toBe("gone");
    await stage.gateway.deps.meanings.purge({ alias: `id-${aliasOf("openai-chat")}` });
    expect(await stage.gateway.deps.meanings.use()).toMatchObject({ vectors: 0, vectorBytes: 0 });
  });

  it("is not the same where anything else is not", async () => {
    const more = {
      temperature: 0.2,
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: asked },
      ],
    };
    await stage.ask(chatPath, chat(asked, more));
    const others = [
      { ...more, temperature: 0.3 },
      { ...more, response_format: { type: "json_object" } },
      {
        temperature: 0.2,
        messages: [
          { role: "system", content: "Be long." },
          { role: "user", content: alike },
        ],
      },
      {
        temperature: 0.2,
        messages: [
          { role: "user", content: "Hi" },
          { role: "assistant", content: "Hi" },
          { role: "user", content: alike },
        ],
      },
    ].map((other) => ({
      ...other,
      messages: other.messages.map((one) => (one.content === asked ? { ...one, content: alike } : one)),
    }));
    for (const other of others) expect(cacheOf(await stage.ask(chatPath, chat(alike, other)))).toBe("miss");
    const same = {
      ...more,
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: alike },
      ],
    };
    expect(cacheOf(await stage.ask(chatPath, chat(alike, same)))).toBe("hit");
  });

  it("honours what clients say", async () => {
    await ask(asked);
    expect(cacheOf(await ask(alike, { "cache-control": "no-store" }))).toBe("bypass");
    expect(cacheOf(await ask(alike, { "cache-control": "no-cache" }))).toBe("miss");
    await stage.gateway.deps.cache.purge({});
    await stage.gateway.deps.meanings.purge({});
    await ask(asked);
    clock.ms += 10_000;
    expect(cacheOf(await ask(alike, { "x-ghostllm-cache-ttl": "5" }))).toBe("miss");
  });
});

describe("what is not compared", () => {
  const user = { role: "user", content: alike };
  const picture = { type: "image_url", image_url: { url: "https://example.com/a.png" } };
  const tools = [{ type: "function", function: { name: "f", parameters: { type: "object" } } }];

  it.each([
    ["tools", { tools }],
    ["a picture", { messages: [{ role: "user", content: [{ type: "text", text: alike }, picture] }] }],
    [
      "a picture before",
      { messages: [{ role: "user", content: [picture] }, { role: "assistant", content: "A cat." }, user] },
    ],
    [
      "two texts",
      {
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "a" },
              { type: "text", text: "b" },
            ],
          },
        ],
      },
    ],
    ["an answer that is to be gone on with", { messages: [user, { role: "assistant", content: "Well" }] }],
    ["a search of the web", { web_search_options: {} }],
    ["a text that is too long", { messages: [{ role: "user", content: "long ".repeat(500) }] }],
    ["no text", { messages: [{ role: "user", content: "  " }] }],
  ])("%s", async (_, change) => {
    expect(cacheOf(await stage.ask(chatPath, chat(alike, change)))).toBe("miss");
    expect(whyOf()?.semantic?.[0]).toBe("unfit");
    expect(stage.embeddings()).toBe(0);
  });

  it("tools and pictures are, where the alias says so, and must be the same", async () => {
    await restart({ policy: { ...semanticPolicy, semantic: { ...semantic, moreThanText: true } } });
    await stage.ask(chatPath, chat(asked, { tools }));
    expect(cacheOf(await stage.ask(chatPath, chat(alike, { tools })))).toBe("hit");
    expect(cacheOf(await stage.ask(chatPath, chat(alike)))).toBe("miss");
    const shown = (text: string, url: string) => ({
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text },
            { type: "image_url", image_url: { url } },
          ],
        },
      ],
    });
    await stage.ask(chatPath, chat("", shown(asked, "https://example.com/a.png")));
    expect(cacheOf(await stage.ask(chatPath, chat("", shown(alike, "https://example.com/a.png"))))).toBe("hit");
    expect(cacheOf(await stage.ask(chatPath, chat("", shown(alike, "https://example.com/b.png"))))).toBe("miss");
  });

  it("embeddings and other things that are no chats are told again by what is the same alone", async () => {
    await stage.ask("/v1/embeddings", { model: aliasOf("openai-chat"), input: asked });
    expect(whyOf()?.semantic).toBeUndefined();
    expect(stage.embeddings()).toBe(0);
  });
});

describe.each(names)("in the dialect %s", (name) => {
  it.each([
    [false, false],
    [true, true],
    [false, true],
    [true, false],
  ])("kept streamed: %s, told streamed: %s", async (isKept, isTold) => {
    const model = aliasOf(name);
    const put = (text: string, stream: boolean) => {
      const { path, body } = askings[name](model, stream);
      return {
        path,
        body: JSON.parse(
          JSON.stringify({ store: name === "openai-responses" ? false : undefined, ...body }).replace(
            '"Hi"',
            JSON.stringify(text),
          ),
        ) as object,
      };
    };
    stage.upstream.script(saying[name](["Like", " this."], isKept));
    const first = put(asked, isKept);
    const second = put(alike, isTold);
    const kept = await stage.ask(first.path, first.body);
    const text = await kept.text();
    expect([kept.status, cacheOf(kept)], text).toEqual([200, "miss"]);
    const response = await stage.ask(second.path, second.body);
    expect([cacheOf(response), matchOf(response)?.slice(0, 8)], JSON.stringify(whyOf())).toEqual(["hit", "semantic"]);
    const again = await response.text();
    expect(again).toContain("Like");
    expect(again).toContain("this.");
    expect(stage.asks()).toBe(1);
  });
});

it("over a WebSocket, too", async () => {
  await ask(asked);
  const page = await ChatPage.ready(stage.gateway.url, testKey);
  const messages = await page.chat(chat(alike), { id: "one" });
  expect(messages.at(-1)?.type).toBe("done");
  expect([stage.last()?.cache, whyOf()?.semantic?.[0], stage.asks()]).toEqual(["hit", "told", 1]);
  page.close();
});

it("Ollama's other operation, too", async () => {
  stage.upstream.script(saying["ollama"](["Hi"], false));
  const body = (prompt: string) => ({ model: aliasOf("ollama"), prompt, stream: false });
  const first = await stage.ask("/api/generate", body(asked));
  expect([first.status, cacheOf(first)]).toEqual([200, "miss"]);
  expect(cacheOf(await stage.ask("/api/generate", body(alike)))).toBe("hit");
});

describe("the vector", () => {
  const records = () => stage.gateway.records;

  it("is a request of its own, the caller's, and says what for", async () => {
    await ask(asked);
    const [embedding, request] = records();
    expect(embedding).toMatchObject({
      ...{ requestedModel: `semantic-cache:${aliasOf("openai-chat")}`, operation: "embeddings", provider: "embedder" },
      ...{ userId: "user-1", apiKeyId: "key-1", status: "ok", cache: null, shadow: false, promptTokens: 6 },
      ...{ costNanos: expect.any(Number) as number, why: { embeddedFor: request?.id } },
    });
    expect(embedding?.costNanos).toBeGreaterThan(0);
    expect(stage.embedder.received[0]?.text).toBe(JSON.stringify({ model: "text-embedding-3-small", input: asked }));
  });

  it("is paid from the caller's budget, and counts for none of his limits", async () => {
    const limits = { requestsPerMinute: 2, tokensPerMinute: null, concurrentRequests: 1 };
    const scopes = [makeScope("key", "key-1", { limits, budgetNanos: 1_000_000_000 }), makeScope("user", "user-1")];
    await restart({ principals: { [testKey]: makeCaller("1", { scopes }) } });
    expect((await ask(asked)).status).toBe(200);
    expect(cacheOf(await ask(alike))).toBe("hit");
    expect((await ask(alike)).status).toBe(429);
    const costs = records().reduce((sum, { costNanos }) => sum + (costNanos ?? 0), 0);
    const [use] = await stage.gateway.deps.counters.inUse([{ kind: "key", id: "key-1" }]);
    expect(use).toMatchObject({ requests: 2, running: 0, reservedNanos: 0, spentNanos: costs });
    expect(records().filter(({ operation }) => operation === "embeddings")).toHaveLength(2);
  });

  it("is not asked for where a budget has no room for it", async () => {
    const withBudget = (budgetNanos: number) => {
      const scopes = [makeScope("key", "key-1", { budgetNanos }), makeScope("user", "user-1")];
      return restart({ principals: { [testKey]: makeCaller("1", { scopes }) } });
    };
    await withBudget(1_000_000_000_000);
    await ask(asked);
    // As much as the request itself may cost, and no more.
    await withBudget(whyOf()?.held ?? 0);
    const response = await ask(asked);
    expect([cacheOf(response), whyOf()?.semantic?.[0], stage.embeddings()]).toEqual(["miss", "budget", 0]);
  });

  it.each([
    ["that fails", { kind: "error", status: 500 }, "failed"],
    ["that is none", { kind: "answer", body: { data: [] } }, "failed"],
    ["that is no JSON", { kind: "malformed", where: "html" }, "failed"],
    ["that breaks off", { kind: "cut", after: "headers" }, "failed"],
    ["that never comes", { kind: "stall", after: "connect" }, "late"],
    ["that begins and never ends", { kind: "stall", after: { bytes: 20 } }, "late"],
  ] as const)("%s: the request goes on, no later than its alias says", async (_, script, outcome) => {
    const timeoutMs = outcome === "late" ? 200 : 2_000;
    await restart({ policy: { ...semanticPolicy, semantic: { ...semantic, timeoutMs } } });
    stage.embedder.script(script);
    const began = performance.now();
    const response = await ask(asked);
    expect([response.status, cacheOf(response), whyOf()?.semantic?.[0]]).toEqual([200, "miss", outcome]);
    expect(performance.now() - began).toBeLessThan(timeoutMs + 1_300);
    expect(stage.last()).toMatchObject({ status: "ok", cache: "miss" });
    expect(records()).toHaveLength(2);
    expect(cacheOf(await ask(asked))).toBe("hit");
  });

  it("is not waited for where its makers are too slow again and again", async () => {
    await restart({ policy: { ...semanticPolicy, semantic: { ...semantic, timeoutMs: 50 } } });
    stage.embedder.script({ kind: "stall", after: "connect" });
    const outcomes: unknown[] = [];
    for (let turn = 0; turn < 12; turn += 1) {
      await ask(`${asked} ${turn}`);
      outcomes.push(whyOf()?.semantic?.[0]);
    }
    expect(outcomes[0]).toBe("late");
    expect(outcomes.at(-1)).toBe("resting");
  });

  it("is given up when its client leaves", async () => {
    stage.embedder.script({ kind: "stall", after: "connect" });
    const leaving = new AbortController();
    const response = stage.ask(chatPath, chat(asked), { signal: leaving.signal });
    await stage.embedder.waitForRequest(1);
    leaving.abort();
    await expect(response).rejects.toThrow();
    await stage.embedder.waitUntil(() => stage.embedder.openSockets() === 0);
    expect(stage.asks()).toBe(0);
  });

  it("of a model that nobody has: the request goes on", async () => {
    await restart({ policy: { ...semanticPolicy, semantic: { ...semantic, model: "nobody/nothing" } } });
    expect([(await ask(asked)).status, whyOf()?.semantic?.[0]]).toEqual([200, "failed"]);
  });
});

describe("at the same time", () => {
  it("who asks the very same waits for one that is told by meaning, and is told so", async () => {
    await ask(asked);
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(alike)));
    expect(answers.map(cacheOf)).toEqual(Array.from({ length: 5 }, () => "hit"));
    expect(answers.map((one) => matchOf(one)?.slice(0, 8))).toEqual(Array.from({ length: 5 }, () => "semantic"));
    expect([stage.asks(), stage.embeddings()]).toEqual([1, 2]);
  });
});

describe("an alias without it", () => {
  it("asks for no vector, and says nothing of it", async () => {
    await restart({ policy: { ttlSeconds: 60, scope: "key" } });
    expect(cacheOf(await stage.ask(chatPath, cachedHello))).toBe("miss");
    expect([stage.embeddings(), whyOf()?.semantic]).toEqual([0, undefined]);
  });
});

describe("whose answer it is", () => {
  const ids = ["1", "2"];
  const people = ids.flatMap((k) =>
    ids.flatMap((u) =>
      [...ids, null].flatMap((t) =>
        [...ids, null].map((o) => ({ keyId: `${k}${u}${t}${o}`, userId: u, teamId: t, organisationId: o })),
      ),
    ),
  );

  it.each(["key", "user", "team", "organisation"] as const)(
    "of each %s: every identity field is told apart at once",
    async (scope) => {
      const principals = people.map((who, at) => [`gk-tenanttenant-${at}`, makeCaller(String(at), who)] as const);
      await restart({ policy: { ...semanticPolicy, scope }, principals: Object.fromEntries(principals) });
      const first = new Map<string, string>();
      for (const [at, who] of people.entries()) {
        const mark = `told to ${at}`;
        stage.upstream.script(told(mark));
        const tenant = tenantOf(scope, who);
        const isFirst = !first.has(tenant);
        if (isFirst) first.set(tenant, mark);
        // Nobody but the first of a tenant asks for it in these words.
        const response = await stage.ask(chatPath, chat(isFirst ? asked : alike), { key: `gk-tenanttenant-${at}` });
        expect(await response.text()).toContain(`"${first.get(tenant)}"`);
        expect(cacheOf(response)).toBe(isFirst ? "miss" : "hit");
      }
      expect(stage.asks()).toBe(first.size);
    },
  );

  type Who = (typeof people)[number];
  function tenantOf(scope: string, who: Who): string {
    if (scope === "key") return who.keyId;
    if (scope === "team" && who.teamId !== null) return `team ${who.teamId}`;
    if (scope === "organisation" && who.organisationId !== null) return `organisation ${who.organisationId}`;
    return `user ${who.userId}`;
  }
});
