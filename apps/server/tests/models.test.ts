// The lists of models that a key sees, and single models by any name they are asked for.

import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { Ollama } from "ollama";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PriceSchedule } from "@ghostllm/llm";
import type { Snapshot } from "#domain/snapshot.ts";
import { makePrincipal, makeProvider, makeSnapshot, makeTarget, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { keyHeader, readError } from "./support/stage.ts";

const limitedKey = "gk-limitedlimit-0123456789abcdef";
const aliasKey = "gk-aliasaliasal-0123456789abcdef";

interface ModelEntry {
  readonly id: string;
  readonly object: string;
  readonly owned_by: string;
  readonly targets: readonly string[];
  readonly context_length: number | null;
  readonly pricing: Readonly<Record<string, string>> | null;
}

const prices: PriceSchedule = [
  { price: { input: { base: 150_000_000 }, output: { base: 600_000_000 }, version: "test" } },
];

function buildSnapshot(): Snapshot {
  const openai = makeProvider("openai", "http://127.0.0.1:9");
  const groq = makeProvider("groq", "http://127.0.0.1:9");
  const shared = makeTarget(openai, "shared-model", { prices, contextLength: 128_000, createdAt: 1_700_000_000_000 });
  const atGroq = makeTarget(groq, "shared-model");
  const targets = [shared, atGroq, makeTarget(groq, "meta/llama-4:free"), makeTarget(openai, "only-openai")];
  const alias = (name: string, members: readonly (typeof shared)[]) => ({
    id: `alias-${name}`,
    name,
    strategy: "ordered" as const,
    targets: members.map((target) => ({ target, weight: 1 })),
    createdAt: 0,
  });
  const aliases = [alias("fast", [atGroq, shared]), alias("only-openai", [atGroq]), alias("empty", [])];
  return makeSnapshot({
    targets,
    aliases: new Map(aliases.map((one) => [one.name, one])),
    principals: {
      [testKey]: makePrincipal(),
      [limitedKey]: makePrincipal({ permissions: { models: ["groq/*"] } }),
      [aliasKey]: makePrincipal({ permissions: { models: ["fast"] } }),
    },
  });
}

describe("models", () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startGateway(buildSnapshot());
  });
  afterAll(() => gateway.close());

  const get = (path: string, key = testKey): Promise<Response> =>
    fetch(gateway.url + path, { headers: { authorization: `Bearer ${key}` } });

  async function idsFor(key: string): Promise<readonly string[]> {
    const list = (await (await get("/v1/models", key)).json()) as { object: string; data: ModelEntry[] };
    expect(list.object).toBe("list");
    return list.data.map(({ id }) => id);
  }

  it("lists aliases, then models, each name once, and what has no target not at all", async () => {
    expect(await idsFor(testKey)).toEqual([
      "fast",
      "only-openai",
      "shared-model",
      "openai/shared-model",
      "groq/shared-model",
      "meta/llama-4:free",
      "auto",
    ]);
  });

  it("shows a key only what it may use", async () => {
    expect(await idsFor(limitedKey)).toEqual(["groq/shared-model", "meta/llama-4:free", "auto"]);
    expect(await idsFor(aliasKey)).toEqual(["fast"]);
  });

  it("says provider, price, context length and targets of a model", async () => {
    const model = (await (await get("/v1/models/shared-model")).json()) as ModelEntry;
    expect(model).toMatchObject({
      id: "shared-model",
      object: "model",
      created: 1_700_000_000,
      owned_by: "openai",
      targets: ["openai/shared-model", "groq/shared-model"],
      context_length: 128_000,
      pricing: { unit: "usd_per_million_tokens", input: "0.15", output: "0.6", cached_input: "0.15", version: "test" },
    });
  });

  it("says null for an unknown price, never 0", async () => {
    const model = (await (await get("/v1/models/groq/shared-model")).json()) as ModelEntry;
    expect(model.pricing).toBeNull();
  });

  it.each([
    ["/v1/models/meta/llama-4:free", "meta/llama-4:free"],
    ["/v1/models/meta%2Fllama-4%3Afree", "meta/llama-4:free"],
    ["/v1/models/groq%2Fshared-model?x=/y", "groq/shared-model"],
    ["/v1/models/openai/made-up", "openai/made-up"],
  ])("finds %s", async (path, id) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(((await response.json()) as ModelEntry).id).toBe(id);
  });

  it("lets an alias stand in front of a model of its name", async () => {
    const model = (await (await get("/v1/models/only-openai")).json()) as ModelEntry;
    expect(model.targets).toEqual(["groq/shared-model"]);
  });

  it.each(["nothing", "", "openai/", "empty", "%E0%A4%A", "openai%2F..", "nobody/shared-model"])(
    "answers 404 for %j",
    async (id) => {
      const response = await get(`/v1/models/${id}`);
      expect(response.status).toBe(404);
      expect((await readError(response)).code).toBe("model_not_found");
    },
  );

  it("refuses a model that the key may not use with 403", async () => {
    const response = await get("/v1/models/openai/shared-model", limitedKey);
    expect(response.status).toBe(403);
    expect(await readError(response)).toMatchObject({ code: "permission_denied", param: "model" });
  });

  it("answers Anthropic's clients, known by their header, in their own form", async () => {
    const anthropic = new Anthropic({ apiKey: testKey, baseURL: gateway.url, maxRetries: 0 });
    const list = await anthropic.models.list();
    expect(list.data.map(({ id }) => id)).toContain("shared-model");
    expect(await anthropic.models.retrieve("shared-model")).toEqual({
      type: "model",
      id: "shared-model",
      display_name: "shared-model",
      created_at: "2023-11-14T22:13:20.000Z",
    });
    await expect(anthropic.models.retrieve("nothing")).rejects.toThrow(Anthropic.NotFoundError);
  });

  it("answers Google's and Ollama's clients in their own forms", async () => {
    const genai = new GoogleGenAI({ apiKey: testKey, httpOptions: { baseUrl: gateway.url } });
    const names = [];
    for await (const { name } of await genai.models.list()) names.push(name);
    expect(names).toContain("models/shared-model");
    expect(await genai.models.get({ model: "shared-model" })).toMatchObject({ inputTokenLimit: 128_000 });
    const ollama = new Ollama({ host: gateway.url, headers: { authorization: `Bearer ${testKey}` } });
    expect((await ollama.list()).models.map(({ name }) => name)).toContain("shared-model");
    expect((await ollama.show({ model: "shared-model" })).capabilities).toEqual(["completion", "tools"]);
    expect((await ollama.ps()).models).toEqual([]);
    expect(await ollama.version()).toEqual({ version: "0.13.0" });
    await expect(ollama.show({ model: "nothing" })).rejects.toThrow(/does not exist/);
  });

  describe.each([
    ["x-goog-api-key", testKey],
    ["x-goog-api-client", "google-genai-sdk/3.6.1 gl-python/3.11"],
  ])("in Google's form, asked for with %s", (header, value) => {
    const ask = (path: string): Promise<Response> =>
      fetch(gateway.url + path, { headers: { authorization: `Bearer ${testKey}`, [header]: value } });

    it.each(["v1", "v1beta", "v1alpha", "v1beta1"])("stand under /%s", async (version) => {
      const list = (await (await ask(`/${version}/models`)).json()) as { models: { name: string }[] };
      expect(list.models.map(({ name }) => name)).toContain("models/meta/llama-4:free");
      expect(await (await ask(`/${version}/models/meta/llama-4:free`)).json()).toMatchObject({
        name: "models/meta/llama-4:free",
        displayName: "meta/llama-4:free",
      });
    });

    it("come page by page", async () => {
      const names: string[] = [];
      let token: string | undefined;
      do {
        const path = `/v1/models?pageSize=4${token === undefined ? "" : `&pageToken=${token}`}`;
        const page = (await (await ask(path)).json()) as { models: { name: string }[]; nextPageToken?: string };
        expect(page.models.length).toBeLessThanOrEqual(4);
        names.push(...page.models.map(({ name }) => name.replace("models/", "")));
        token = page.nextPageToken;
      } while (token !== undefined);
      expect(names).toEqual(await idsFor(testKey));
    });

    it("fail in Google's form, too", async () => {
      const response = await ask("/v1/models/nothing");
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: { code: 404, status: "NOT_FOUND" } });
      const wrong = await fetch(`${gateway.url}/v1/models`, { headers: { [header]: "gk-wrong" } });
      expect(await wrong.json()).toMatchObject({ error: { code: 401, status: "UNAUTHENTICATED" } });
    });
  });

  it("come page by page for Anthropic's clients, forwards and backwards", async () => {
    const anthropic = new Anthropic({ apiKey: testKey, baseURL: gateway.url, maxRetries: 0 });
    const ids: string[] = [];
    for await (const { id } of anthropic.models.list({ limit: 2 })) ids.push(id);
    expect(ids).toEqual(await idsFor(testKey));
    const before = await anthropic.models.list({ limit: 2, before_id: "meta/llama-4:free" });
    expect(before.data.map(({ id }) => id)).toEqual(["openai/shared-model", "groq/shared-model"]);
    expect(before.has_more).toBe(true);
    expect((await anthropic.models.list({ after_id: "auto" })).data).toEqual([]);
  });

  it("has no other methods", async () => {
    const response = await fetch(`${gateway.url}/v1/models`, { method: "POST", headers: keyHeader });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD");
  });
});
