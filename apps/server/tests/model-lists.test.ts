// What servers tell of their models in lists of their own, and that they are asked again.

import { afterEach, describe, expect, it } from "vitest";
import { Rediscovery } from "#control/catalog/rediscovery.ts";
import type { FetchJson } from "#control/catalog/vendor.ts";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { waitFor } from "./support/stage.ts";

let plane: AdminPlane | undefined;
afterEach(async () => {
  await plane?.close();
  plane = undefined;
});

type Bodies = Readonly<Record<string, unknown>>;

/** A server that has these answers, by path; each also by what is in the body. */
function serving(bodies: Bodies): FetchJson {
  return async (_provider, path, body) => {
    const found = bodies[body === undefined ? path : `${path} ${JSON.stringify(body)}`];
    return found === undefined ? { status: 404, body: { error: "no such path" } } : { status: 200, body: found };
  };
}

async function factsAt(type: string, bodies: Bodies) {
  plane = await startAdminPlane({ fetchJson: serving(bodies) });
  const key = ["ollama", "llamacpp", "vllm", "lmstudio"].includes(type) ? {} : { api_key: "sk-0123456789" };
  await plane.admin.providers.create({ body: { provider_type: type, ...key } });
  const { data } = await plane.admin.models.list();
  return Object.fromEntries(
    data.map((model) => [
      model.name,
      [model.context_length, model.supports_vision, model.supports_functions, model.supports_thinking],
    ]),
  );
}

describe("what is told of a model", () => {
  it("by Ollama stands in its list, or is asked for model by model", async () => {
    const tags = {
      models: [
        { name: "qwen3:8b", details: { context_length: 40_960 }, capabilities: ["completion", "tools", "thinking"] },
        { name: "llava:latest", details: {} },
        { name: "odd:latest", details: {} },
      ],
    };
    const show = {
      model_info: { "general.architecture": "llama", "llama.context_length": 4096 },
      capabilities: ["completion", "vision"],
    };
    expect(await factsAt("ollama", { "/api/tags": tags, '/api/show {"model":"llava:latest"}': show })).toEqual({
      "qwen3:8b": [40_960, false, true, true],
      "llava:latest": [4096, true, false, false],
      "odd:latest": [null, null, null, null],
    });
  });

  it("by an older Ollama is what its compatible list has", async () => {
    expect(await factsAt("ollama", { "/v1/models": { data: [{ id: "llama3:latest" }] } })).toEqual({
      "llama3:latest": [null, null, null, null],
    });
  });

  it("by llama.cpp is what a request may hold", async () => {
    const list = {
      models: [{ name: "m.gguf", capabilities: ["completion", "multimodal"] }],
      data: [{ id: "m.gguf", meta: { n_ctx: 2048, n_ctx_train: 8192 } }],
    };
    const props = { default_generation_settings: { n_ctx: 1024 }, chat_template_caps: { supports_tools: true } };
    expect(await factsAt("llamacpp", { "/models": list, "/../props": props })).toEqual({
      "m.gguf": [2048, true, true, null],
    });
  });

  it("by llama.cpp whose list is old comes from its properties", async () => {
    const props = { default_generation_settings: { n_ctx: 1024 }, modalities: { vision: false } };
    expect(await factsAt("llamacpp", { "/models": { data: [{ id: "m" }] }, "/../props": props })).toEqual({
      m: [1024, false, null, null],
    });
  });

  it.each([
    ["vllm", "/models", { data: [{ id: "m", max_model_len: 32_768 }] }, [32_768, null, null, null]],
    [
      "lmstudio",
      "/../api/v0/models",
      { data: [{ id: "m", type: "vlm", max_context_length: 8192, capabilities: ["tool_use"] }] },
      [8192, true, true, null],
    ],
    [
      "openrouter",
      "/models",
      {
        data: [
          {
            id: "m",
            context_length: 200_000,
            architecture: { input_modalities: ["text", "image"] },
            supported_parameters: ["tools"],
          },
        ],
      },
      [200_000, true, true, false],
    ],
    ["groq", "/models", { data: [{ id: "m", context_window: 131_072 }] }, [131_072, null, null, null]],
    [
      "mistral",
      "/models",
      { data: [{ id: "m", max_context_length: 9, capabilities: { vision: false, function_calling: true } }] },
      [9, false, true, null],
    ],
    [
      "google",
      "/v1beta/models?pageSize=1000",
      { models: [{ name: "models/m", inputTokenLimit: 1_048_576, thinking: true }] },
      [1_048_576, null, null, true],
    ],
  ])("by %s stands in its list", async (type, path, body, facts) => {
    expect(await factsAt(type, { [path]: body })).toEqual({ m: facts });
  });

  it("goes behind what the operator says, and before the catalogue", async () => {
    const list = { data: [{ id: "gpt-4o", context_length: 1000, display_name: "The Big One" }] };
    plane = await startAdminPlane({ fetchJson: serving({ "/models": list }) });
    const { admin, snapshots } = plane;
    await admin.providers.create({ body: { provider_type: "openai", api_key: "sk-0123456789" } });
    const inForce = () => snapshots.current().models.get("gpt-4o")?.[0];
    expect(inForce()).toMatchObject({ contextLength: 1000, displayName: "The Big One" });
    const [model] = (await admin.models.list()).data;
    await admin.models.update({ params: { id: model?.id ?? "" }, body: { context_length: 5, supports_vision: true } });
    expect(inForce()).toMatchObject({ contextLength: 5, capabilities: { vision: true, functions: null } });
  });
});

describe("asking again", () => {
  it("finds the models of a server that was away, ever less often while it is", async () => {
    const asked: number[] = [];
    let isThere = false;
    const clock = { ms: 1_000_000 };
    const fetchJson: FetchJson = async (_provider, path) => {
      if (path === "/api/tags") asked.push(clock.ms);
      if (!isThere) throw new Error("connection refused");
      return { status: 200, body: { models: [{ name: "llama3:latest" }] } };
    };
    plane = await startAdminPlane({ fetchJson });
    const { admin, snapshots, store } = plane;
    await admin.providers.create({ body: { provider_type: "ollama" } });
    asked.length = 0;
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const rediscovery = new Rediscovery({
      snapshot: () => snapshots.current(),
      store,
      fetchJson,
      log,
      clock: { now: () => clock.ms, monotonic: () => (clock.ms += 500) },
      changed: () => snapshots.catchUp(),
      intervalMs: 600_000,
      sweepMs: 1,
    });
    const ending = new AbortController();
    const running = rediscovery.run({ signal: ending.signal });
    try {
      await waitFor(() => asked.length >= 4);
      const waits = asked.slice(1, 4).map((at, index) => at - (asked[index] ?? 0));
      expect(waits.map((wait) => Math.round(wait / 5_000))).toEqual([1, 2, 4]);
      isThere = true;
      await waitFor(() => snapshots.current().models.has("llama3:latest"));
    } finally {
      ending.abort();
      await running;
    }
  });
});
