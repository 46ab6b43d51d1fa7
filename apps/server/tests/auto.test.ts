// The model `auto`, aliases of that strategy, and what `routing` of a request says: in every dialect, streamed or not.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, Script } from "@ghostllm/fake-upstream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { explainRequest } from "#control/resources/request-why.ts";
import type { Principal } from "#domain/principal.ts";
import type { Alias, Target } from "#domain/snapshot.ts";
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
import { chatPath, hello, postJson, readError } from "./support/stage.ts";

const names = ["local", "cheap", "dear"] as const;
const none = new Map<string, never>();
const noNames = { users: none, keys: none, teams: none, organisations: none, aliases: none, providers: none };

let vendors: FakeUpstream[];
let gateway: TestGateway;

beforeEach(async () => {
  vendors = await Promise.all(names.map(() => startFakeUpstream()));
});
afterEach(async () => {
  await gateway.close();
  await Promise.all(vendors.map((vendor) => vendor.close()));
});

const priced = (usdPerMillion: number): Partial<Target> => ({
  prices: [{ price: { input: { base: usdPerMillion * 1e9 }, output: { base: usdPerMillion * 1e9 }, version: "test" } }],
});
const prices: readonly Partial<Target>[] = [priced(0), priced(0.5), priced(60)];

/** One model for chats and one for embeddings at each vendor. */
function targetsOf(change: readonly Partial<Target>[] = []): readonly Target[] {
  return vendors.flatMap(({ url }, at) => {
    const name = names[at] ?? "";
    const compatible = makeProvider("openai-compatible", `${url}/v1`, { id: `id-${name}`, name });
    const ownHardware = { ...compatible, definition: { ...compatible.definition, free: true as const } };
    const provider = name === "local" ? ownHardware : compatible;
    const known = { ...prices[at], ...change[at] };
    return [makeTarget(provider, `chat-${name}`, known), makeTarget(provider, `embed-${name}`, known)];
  });
}

interface Setting {
  readonly targets?: readonly Target[];
  readonly principal?: Partial<Principal>;
  readonly aliases?: readonly Alias[];
}

async function start({ targets = targetsOf(), principal = {}, aliases = [] }: Setting = {}): Promise<void> {
  const principals = { [testKey]: makePrincipal(principal) };
  const named = new Map(aliases.map((one) => [one.name, one]));
  gateway = await startGateway(makeSnapshot({ targets, principals, aliases: named }), { random: () => 0 });
}

function aliasOf(name: string, targets: readonly Target[], change: Partial<Alias> = {}): Alias {
  const weighted = targets.map((target) => ({ target, weight: 1 }));
  return { id: name, name, strategy: "auto", targets: weighted, createdAt: 0, ...change };
}

const post = (body: object, path = chatPath, headers: Record<string, string> = {}) =>
  postJson(gateway.url + path, body, { headers });

async function whoAnswers(body: object, path = chatPath, headers: Record<string, string> = {}): Promise<string | null> {
  const response = await post(body, path, headers);
  const text = await response.text();
  expect([response.status, response.status === 200 ? "" : text]).toEqual([200, ""]);
  return response.headers.get("x-ghostllm-provider");
}

const auto = { ...hello, model: "auto" };
const contents = [{ role: "user", parts: [{ text: "hello" }] }];

const ways: readonly (readonly [string, string, object])[] = [
  ["a chat", chatPath, auto],
  ["a streamed chat", chatPath, { ...auto, stream: true }],
  ["a message", "/v1/messages", { ...auto, max_tokens: 10 }],
  ["a streamed message", "/v1/messages", { ...auto, max_tokens: 10, stream: true }],
  ["a response", "/v1/responses", { model: "auto", input: "hello", store: false }],
  ["Gemini's", "/v1beta/models/auto:generateContent", { contents }],
  ["Gemini's stream", "/v1beta/models/auto:streamGenerateContent?alt=sse", { contents }],
  ["Ollama's", "/api/chat", auto],
  ["Ollama's by its other name", "/api/chat", { ...auto, model: "auto:latest", stream: false }],
  ["embeddings", "/v1/embeddings", { model: "auto", input: "hello" }],
];

describe("auto", () => {
  it.each(ways)("%s goes where it is preferred, and no vendor is told of it", async (_name, path, body) => {
    await start();
    expect(await whoAnswers({ ...body, routing: { prefer: "quality" } }, path)).toBe("dear");
    expect(await whoAnswers({ routing: { prefer: "cost" }, ...body }, path)).toBe("local");
    expect(await whoAnswers({ ...body, routing: { prefer: "cost", exclude_providers: ["local"] } }, path)).toBe(
      "cheap",
    );
    expect(await whoAnswers(body, path, { "x-ghostllm-routing": '{"prefer":"quality"}' })).toBe("dear");
    expect(await whoAnswers({ ...body, routing: { prefer: "quality", prefer_local: true } }, path)).toBe("local");
    const received = vendors.flatMap((vendor) => vendor.received);
    expect(received).toHaveLength(5);
    for (const { body: sent, headers } of received) {
      expect(sent.toString("utf8") + JSON.stringify(headers)).not.toContain("routing");
      expect(sent.toString("utf8")).toMatch(path === "/v1/embeddings" ? /embed-/ : /chat-/);
    }
  });

  it("is large, and read in another thread", async () => {
    await start();
    const messages = [{ role: "user", content: "x".repeat(300_000) }];
    expect(await whoAnswers({ ...auto, messages, routing: { prefer: "quality" } })).toBe("dear");
    expect(vendors[2]?.received[0]?.body.toString("utf8")).not.toContain("routing");
  });

  it("weighs all against each other where nothing is preferred, and tells what", async () => {
    await start();
    expect(await whoAnswers(auto)).toBe("local");
    const record = gateway.records.at(-1);
    const [plan] =
      record === undefined
        ? []
        : explainRequest(record, { snapshot: gateway.deps.snapshots.current(), names: noNames }).plans;
    expect(plan).toMatchObject({ name: "auto", strategy: "auto", prefer: null });
    expect(plan?.targets.map(({ provider, decision }) => [provider, decision])).toEqual([
      ["local", "answered"],
      ["cheap", "not_needed"],
      ["dear", "not_needed"],
    ]);
    expect(plan?.targets[2]?.merit).toMatchObject({ quality: 93, wait_ms: 2700 });
    expect(plan?.targets[2]?.score?.kind).toBe("balance");
    expect(record?.requestedModel).toBe("auto");
  });

  it("goes by what operators say of a model", async () => {
    await start({ targets: targetsOf([{ inAuto: false }, { quality: 99 }]) });
    expect(await whoAnswers({ ...auto, routing: { prefer: "quality" } })).toBe("cheap");
    expect(await whoAnswers({ ...auto, routing: { prefer: "quality", prefer_local: true } })).toBe("cheap");
  });

  it("goes on to the next one, unless the request wants the first alone", async () => {
    await start();
    const failing: readonly Script[] = [
      { kind: "error", status: 500 },
      { kind: "error", status: 500 },
      { kind: "error", status: 500 },
    ];
    vendors[0]?.script(failing);
    expect(await whoAnswers({ ...auto, routing: { prefer: "cost" } })).toBe("cheap");
    const alone = await post({ ...auto, routing: { prefer: "cost", fallback: false } });
    expect(alone.status).toBe(500);
    expect(vendors[1]?.received).toHaveLength(1);
  });

  it("chooses among what the key may use alone", async () => {
    await start({ principal: { permissions: { models: ["dear/*", "auto"] } } });
    expect(await whoAnswers({ ...auto, routing: { prefer: "cost" } })).toBe("dear");
  });

  it("is refused where there is nothing that the key may use", async () => {
    await start({ principal: { permissions: { models: ["another"] } } });
    expect((await post(auto)).status).toBe(404);
  });

  it("leaves out what cannot see, where pictures are shown", async () => {
    const blind = { vision: false, functions: null, streaming: null, thinking: null };
    await start({ targets: targetsOf([{ capabilities: blind }, { capabilities: blind }]) });
    const content = [{ type: "image_url", image_url: { url: "data:image/png;base64,aGVsbG8=" } }];
    expect(
      await whoAnswers({ model: "auto", messages: [{ role: "user", content }], routing: { prefer: "cost" } }),
    ).toBe("dear");
  });

  it("asks for no more than is allowed, and says so where nobody is left", async () => {
    await start();
    const routing = { prefer: "quality", max_cost_usd: 0.01 };
    expect(await whoAnswers({ ...auto, max_tokens: 1000, routing })).toBe("cheap");
    const refused = await post({
      ...auto,
      max_tokens: 1000,
      routing: { ...routing, exclude_providers: ["local", "cheap"] },
    });
    expect(refused.status).toBe(400);
    expect(await readError(refused)).toMatchObject({ param: "routing", message: /2 excluded, 1 may cost more/ });
  });

  it("asks nobody of unknown price where money is limited, and holds the dearest that it may go to", async () => {
    const scopes = [makeScope("key", "key-1", { budgetNanos: 1e9 })];
    await start({ targets: targetsOf([{ prices: null }]), principal: { scopes } });
    expect(await whoAnswers({ ...auto, max_tokens: 100, routing: { exclude_providers: ["dear"] } })).toBe("cheap");
    expect(gateway.records.at(-1)?.why?.held).toBeLessThan(1_000_000);
  });

  it("stands behind an alias of its name", async () => {
    const targets = targetsOf();
    await start({ targets, aliases: [aliasOf("auto", targets.slice(4, 5), { strategy: "ordered" })] });
    expect(await whoAnswers(auto)).toBe("dear");
  });

  it("is not for what is neither a chat nor an embedding", async () => {
    await start();
    for (const [path, body] of [
      ["/v1/completions", { model: "auto", prompt: "hello" }],
      ["/v1/moderations", { model: "auto", input: "hello" }],
      ["/v1/images/generations", { model: "auto", prompt: "hello" }],
    ] as const) {
      const refused = await post(body, path);
      expect([path, refused.status, (await readError(refused)).param]).toEqual([path, 400, "model"]);
    }
  });

  it("counts tokens without asking anybody", async () => {
    await start();
    const counted = await post({ ...auto, routing: {} }, "/v1/messages/count_tokens");
    expect(await counted.json()).toMatchObject({ input_tokens: expect.any(Number) });
    expect(vendors.flatMap(({ received }) => received)).toHaveLength(0);
  });

  it("is the last of the list of models, where there is a choice", async () => {
    await start();
    const list = async () => {
      const answer = await fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${testKey}` } });
      return ((await answer.json()) as { data: readonly { id: string }[] }).data.map(({ id }) => id);
    };
    expect((await list()).at(-1)).toBe("auto");
    // By both of its names, as it is asked for.
    for (const model of ["auto", "auto:latest"]) expect((await post({ model }, "/api/show")).status, model).toBe(200);
    gateway.swap(makeSnapshot({ targets: targetsOf().slice(0, 2) }));
    expect(await list()).not.toContain("auto");
  });

  it("is estimated as it is asked", async () => {
    await start();
    const estimated = await post(
      { ...auto, max_tokens: 1000, routing: { prefer: "quality", max_cost_usd: 0.01 } },
      "/v1/estimate",
    );
    const { route } = (await estimated.json()) as {
      route: { first: object; strategy: string; targets: readonly { state: string }[] };
    };
    expect(route.first).toEqual({ provider: "cheap", model: "chat-cheap" });
    expect(route.targets.map(({ state }) => state)).toEqual(["ready", "ready", "cost"]);
  });
});

describe("routing of aliases and models", () => {
  it("orders the targets of an alias of that strategy", async () => {
    const targets = targetsOf();
    await start({
      targets,
      aliases: [
        aliasOf(
          "best",
          [targets[2], targets[4]].flatMap((one) => one ?? []),
        ),
      ],
    });
    expect(await whoAnswers({ ...hello, model: "best", routing: { prefer: "quality" } })).toBe("dear");
    expect(await whoAnswers({ ...hello, model: "best", routing: { prefer: "cost" } })).toBe("cheap");
  });

  it("leaves out targets of any other, and of names that several providers have", async () => {
    const targets = targetsOf();
    await start({
      targets,
      aliases: [
        aliasOf(
          "listed",
          [targets[4], targets[2]].flatMap((one) => one ?? []),
          { strategy: "ordered" },
        ),
      ],
    });
    const listed = { ...hello, model: "listed" };
    expect(await whoAnswers(listed)).toBe("dear");
    expect(await whoAnswers({ ...listed, routing: { exclude_providers: ["dear"] } })).toBe("cheap");
    expect(await whoAnswers({ ...listed, max_tokens: 1000, routing: { max_cost_usd: "0.01" } })).toBe("cheap");
    const preferring = await post({ ...listed, routing: { prefer: "cost" } });
    expect(await readError(preferring)).toMatchObject({ param: "routing.prefer" });
    const nobody = await post({ ...hello, model: "cheap/chat-cheap", routing: { exclude_providers: ["cheap"] } });
    expect([nobody.status, (await readError(nobody)).param]).toEqual([400, "routing"]);
  });

  it("is not led on to what the request leaves out", async () => {
    const targets = targetsOf();
    const fallbacks = { any: ["dear/chat-dear", "local/chat-local"] };
    const policy = {
      retries: null,
      fallbacks,
      timeouts: { connectMs: null, firstTokenMs: null, idleMs: null, totalMs: null },
      stickyBy: null,
    };
    await start({ targets, aliases: [aliasOf("led", targets.slice(2, 3), { strategy: "ordered", policy })] });
    vendors[1]?.script([
      { kind: "error", status: 500 },
      { kind: "error", status: 500 },
    ]);
    expect(await whoAnswers({ ...hello, model: "led", routing: { exclude_providers: ["dear"] } })).toBe("local");
    expect(gateway.records.at(-1)?.why?.notLedTo).toEqual([["dear/chat-dear", "routing"]]);
  });

  it("refuses the name of a provider that nobody has, and not that of one that is out of use", async () => {
    await start();
    const asked = async (exclude_providers: readonly string[], headers = {}) =>
      post(
        { ...auto, ...(Object.keys(headers).length === 0 && { routing: { exclude_providers } }) },
        chatPath,
        headers,
      );
    const refused = await asked(["dear", "opanai"]);
    expect([refused.status, await readError(refused)]).toMatchObject([
      400,
      { param: "routing.exclude_providers", message: expect.stringContaining("'opanai'") },
    ]);
    expect((await asked([], { "x-ghostllm-routing": '{"exclude_providers":["opanai"]}' })).status).toBe(400);
    expect((await asked(["dear", "openai"])).status).toBe(200);
  });

  it.each([
    ["routing", "fast"],
    ["routing.prefer", { prefer: "beauty" }],
    ["routing.max_cost_usd", { max_cost_usd: -1 }],
    ["routing.exclude_providers", { exclude_providers: "openai" }],
    ["routing.prefer_local", { prefer_local: 1 }],
    ["routing.fallback", { fallback: null }],
    ["routing.colour", { colour: "red" }],
  ])("names what is wrong: %s", async (param, routing) => {
    await start();
    const refused = await post({ ...auto, routing });
    expect([refused.status, (await readError(refused)).param]).toEqual([400, param]);
    const header = await post(auto, chatPath, { "x-ghostllm-routing": JSON.stringify(routing) });
    expect([header.status, (await readError(header)).param]).toEqual([
      400,
      param.replace("routing", "x-ghostllm-routing"),
    ]);
  });

  it("is refused where it would not be heeded, or cannot be taken out safely", async () => {
    await start();
    const form = new FormData();
    form.set("model", "cheap/whisper");
    form.set("routing", "{}");
    form.set("file", new Blob(["x"]), "a.wav");
    const headers = { authorization: `Bearer ${testKey}` };
    const sound = await fetch(`${gateway.url}/v1/audio/transcriptions`, { method: "POST", headers, body: form });
    expect((await readError(sound)).param).toBe("routing");
    const completion = await post({ model: "cheap/m", prompt: "hello", routing: {} }, "/v1/completions");
    expect((await readError(completion)).param).toBe("routing");
    const twice = `{"model":"auto","routing":{},"routing":{},"messages":[{"role":"user","content":"hello"}]}`;
    expect((await readError(await postJson(gateway.url + chatPath, twice))).param).toBe("routing");
    const escaped = `{"model":"auto","r\\u006futing":{},"messages":[{"role":"user","content":"hello"}]}`;
    expect((await readError(await postJson(gateway.url + chatPath, escaped))).param).toBe("routing");
    const files = await fetch(`${gateway.url}/v1/files`, { headers: { ...headers, "x-ghostllm-routing": "{}" } });
    expect((await readError(files)).param).toBe("x-ghostllm-routing");
    const batch = { input_file_id: "f", endpoint: chatPath, completion_window: "24h" };
    expect((await readError(await post({ ...batch, routing: {} }, "/v1/batches"))).param).toBe("routing");
    const both = await post({ ...auto, routing: {} }, chatPath, { "x-ghostllm-routing": "{}" });
    expect((await readError(both)).param).toBe("x-ghostllm-routing");
  });
});
