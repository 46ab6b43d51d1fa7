// A request is sent only to targets of its alias that it fits: by what it asks of a model, and by its length.

import type { AliasStrategy } from "@ghostllm/contract";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Capabilities, Target } from "#domain/snapshot.ts";
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
import { chatPath, hello, postJson, readError, TestClock } from "./support/stage.ts";

const routed = { ...hello, model: "routed" };
const able: Capabilities = { vision: true, functions: true, streaming: true, thinking: null };
const unknown: Capabilities = { vision: null, functions: null, streaming: null, thinking: null };
const names = ["first", "second", "third"] as const;

let vendors: FakeUpstream[];
let gateway: TestGateway;

beforeEach(async () => {
  vendors = await Promise.all(names.map(() => startFakeUpstream()));
});
afterEach(async () => {
  await gateway.close();
  await Promise.all(vendors.map((vendor) => vendor.close()));
});

interface Setting {
  readonly strategy?: AliasStrategy;
  readonly clock?: TestClock;
}

async function start(
  changes: readonly Partial<Target>[],
  { strategy = "ordered", clock }: Setting = {},
): Promise<void> {
  const targets = changes.map((change, index) => {
    const name = names[index] ?? "";
    const provider = makeProvider("openai-compatible", `${vendors[index]?.url}/v1`, { id: name, name });
    return makeTarget(provider, "m", change);
  });
  const weighted = targets.map((target) => ({ target, weight: 1 }));
  const alias = { id: "r", name: "routed", strategy, targets: weighted, createdAt: 0 };
  const principals = {
    [testKey]: makePrincipal({ scopes: [makeScope("key", "key-1", { budgetNanos: 1e12 }), makeScope("user", "u")] }),
  };
  const snapshot = makeSnapshot({ targets, aliases: new Map([["routed", alias]]), principals });
  gateway = await startGateway(snapshot, { random: () => 0, ...(clock && { clock }) });
}

const post = (body: object, path = chatPath) => postJson(gateway.url + path, body);
const asked = (): readonly number[] => vendors.map(({ received }) => received.length);

async function ask(body: object, path = chatPath): Promise<string | null> {
  const response = await post(body, path);
  await response.text();
  return response.headers.get("x-ghostllm-provider");
}

const free = { prices: [{ price: { input: { base: 0 }, output: { base: 0 }, isFree: true, version: "t" } }] } as const;
const target = (capabilities: Capabilities | null, contextLength: number | null = null): Partial<Target> => ({
  ...{ capabilities, contextLength },
  ...free,
});

const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const schema = { type: "object", properties: {} };
const user = (content: unknown) => ({ model: "routed", max_tokens: 9, messages: [{ role: "user", content }] });
const google = "/v1beta/models/routed:generateContent";

const withPictures: readonly (readonly [string, string, object])[] = [
  ["a chat", chatPath, user([{ type: "image_url", image_url: { url: `data:image/png;base64,${pixel}` } }])],
  [
    "a message",
    "/v1/messages",
    user([{ type: "image", source: { type: "base64", media_type: "image/png", data: pixel } }]),
  ],
  [
    "a response",
    "/v1/responses",
    {
      ...{ model: "routed", store: false },
      input: [{ role: "user", content: [{ type: "input_image", image_url: `data:image/png;base64,${pixel}` }] }],
    },
  ],
  [
    "Gemini's",
    google,
    { contents: [{ role: "user", parts: [{ inlineData: { mimeType: "image/png", data: pixel } }] }] },
  ],
  [
    "Ollama's",
    "/api/chat",
    { model: "routed", stream: false, messages: [{ role: "user", content: "x", images: [pixel] }] },
  ],
];

const withFunctions: readonly (readonly [string, string, object])[] = [
  ["a chat", chatPath, { ...routed, tools: [{ type: "function", function: { name: "f", parameters: schema } }] }],
  ["a message", "/v1/messages", { ...user("hello"), tools: [{ name: "f", input_schema: schema }] }],
  [
    "a response",
    "/v1/responses",
    { model: "routed", input: "x", store: false, tools: [{ type: "function", name: "f", parameters: schema }] },
  ],
  [
    "Gemini's",
    google,
    {
      contents: [{ role: "user", parts: [{ text: "x" }] }],
      tools: [{ functionDeclarations: [{ name: "f", parameters: schema }] }],
    },
  ],
  [
    "Ollama's",
    "/api/chat",
    { ...routed, stream: false, tools: [{ type: "function", function: { name: "f", parameters: schema } }] },
  ],
];

describe("pictures", () => {
  it.each(withPictures)("of %s go to who can see, or of whom nobody knows", async (_name, path, body) => {
    await start([target({ ...able, vision: false }), target(unknown), target(able)]);
    expect(await ask(body, path)).toBe("second");
    expect(asked()).toEqual([0, 1, 0]);
  });

  it("and none are looked for where they are not: the order stays", async () => {
    await start([target({ ...able, vision: false }), target(able)]);
    expect(await ask(routed)).toBe("first");
  });

  it("also in a body that is read in another thread", async () => {
    await start([target({ ...able, vision: false }), target(able)]);
    const text = "a word and ".repeat(20_000);
    const parts = [
      { type: "text", text },
      { type: "image_url", image_url: { url: `data:image/png;base64,${pixel}` } },
    ];
    expect(await ask(user(parts))).toBe("second");
    expect(await ask(user(text))).toBe("first");
  });

  it.each(withPictures)("of %s that nobody can see are refused, and nobody is asked", async (_name, path, body) => {
    await start([target({ ...able, vision: false }), target({ ...able, vision: false })]);
    const response = await post(body, path);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("can see pictures");
    expect([asked(), gateway.records]).toEqual([[0, 0, 0], []]);
    expect(await gateway.deps.counters.inUse([makeScope("key", "key-1")])).toMatchObject([
      { running: 0, reservedNanos: 0 },
    ]);
  });
});

describe("functions", () => {
  it.each(withFunctions)("of %s go to who can call them", async (_name, path, body) => {
    await start([target({ ...able, functions: false }), target(null)]);
    expect(await ask(body, path)).toBe("second");
  });

  it("with pictures: the refusal names what no one can do", async () => {
    await start([target({ ...able, functions: false }), target({ ...able, functions: false, vision: false })]);
    const response = await post({
      ...user([{ type: "image_url", image_url: { url: `data:image/png;base64,${pixel}` } }]),
      tools: [{ type: "function", function: { name: "f" } }],
    });
    expect((await readError(response)).message).toContain("can call functions");
  });
});

describe("streams", () => {
  it("go to who can answer so", async () => {
    await start([target({ ...able, streaming: false }), target(able)]);
    expect(await ask({ ...routed, stream: true })).toBe("second");
    expect(await ask(routed)).toBe("first");
  });
});

describe("the length", () => {
  const words = (count: number) => user("word ".repeat(count));

  it("of what may be too long for one target leads to another, and back to it where that one fails", async () => {
    await start([target(null, 1_000), target(null, 100_000), target(null, null)]);
    expect(await ask(words(10))).toBe("first");
    expect(await ask(words(900))).toBe("second");
    vendors[1]?.script({ kind: "error", status: 500 });
    vendors[2]?.script({ kind: "error", status: 500 });
    expect(await ask(words(900))).toBe("first");
  });

  it("counts with the most that the answer may be", async () => {
    await start([target(null, 1_000), target(null, 100_000)]);
    expect(await ask({ ...words(10), max_tokens: 2_000 })).toBe("second");
    expect(await ask({ ...words(10), max_tokens: 500 })).toBe("first");
  });

  it("is asked about all the same where no target is surely long enough: its vendor counts better", async () => {
    await start([target(null, 1_000), target(null, 1_100)], { strategy: "least-busy" });
    expect(await ask(words(900))).toBe("first");
  });

  it.each<[string, string, object]>([
    ["a chat", chatPath, words(30_000)],
    ["a stream", chatPath, { ...words(30_000), stream: true }],
    ["a message", "/v1/messages", words(30_000)],
    ["a response", "/v1/responses", { model: "routed", input: "word ".repeat(30_000), store: false }],
    ["Gemini's", google, { contents: [{ role: "user", parts: [{ text: "word ".repeat(30_000) }] }] }],
    ["Ollama's", "/api/chat", { ...words(30_000), stream: false }],
  ])("beyond what any can hold is refused in the words of the dialect: %s", async (_name, path, body) => {
    await start([target(null, 1_000), target(null, 8_000)]);
    const response = await post(body, path);
    expect(response.status).toBe(400);
    const text = await response.text();
    expect(text).toContain("prompt is too long");
    expect(text).toContain("8000");
    expect([asked(), gateway.records]).toEqual([[0, 0, 0], []]);
  });

  it("has the code that OpenAI's clients know", async () => {
    await start([target(null, 1_000)]);
    expect(await readError(await post(words(30_000)))).toMatchObject({ code: "context_length_exceeded" });
  });

  it("of what is asked of a model by its own name is its vendor's to judge", async () => {
    await start([target({ ...able, vision: false }, 10)]);
    expect(await ask({ ...words(5_000), model: "first/m" })).toBe("first");
    const [, path = "", body = {}] = withPictures[0] ?? [];
    expect(await ask({ ...body, model: "m" }, path)).toBe("first");
  });

  it("of many texts that are embedded is that of each of them", async () => {
    await start([target(null, 100)]);
    const input = Array.from({ length: 500 }, () => "some words ".repeat(20));
    expect(await ask({ model: "routed", input }, "/v1/embeddings")).toBe("first");
  });

  it("asks who rests and has room, where those who do not rest have none", async () => {
    const clock = new TestClock();
    await start([target(null, 1_000), target(null, 100_000)], { clock });
    vendors[1]?.script({ kind: "error", status: 500 });
    for (let turn = 0; turn < 6; turn += 1) await ask({ ...hello, model: "second/m" });
    vendors[1]?.script({ kind: "chat" });
    vendors[0]?.script({ kind: "error", status: 400, code: "context_length_exceeded" });
    expect(await ask(words(900))).toBe("second");
  });
});
