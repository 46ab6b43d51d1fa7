import { aliasStrategies } from "@ghostllm/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";

let plane: AdminPlane;
let openaiId: string;
let vllmId: string;

beforeEach(async () => {
  plane = await startAdminPlane();
  const { providers } = plane.admin;
  openaiId = (await providers.create({ body: { provider_type: "openai", api_key: "sk-test" } })).id;
  vllmId = (
    await providers.create({
      body: { name: "vllm", provider_type: "openai-compatible", base_url: "http://127.0.0.1:9/v1" },
    })
  ).id;
});
afterEach(() => plane.close());

async function find(name: string) {
  const { data } = await plane.admin.models.list({ query: { provider_id: openaiId, limit: 500 } });
  const model = data.find((candidate) => candidate.name === name);
  if (model === undefined) throw new Error(`No model ${name}`);
  return model;
}

function priceOf(name: string) {
  return plane.snapshots.current().models.get(name)?.[0]?.prices?.at(-1)?.price;
}

describe("models", () => {
  it("show the catalogue's price in force", async () => {
    expect(await find("gpt-4o")).toMatchObject({
      provider: "openai",
      input_price_usd: null,
      prices: { input_usd: "2.5", output_usd: "10", version: expect.stringMatching(/^catalog:/) },
    });
  });

  it("take an override, exactly, and give it back", async () => {
    const { id } = await find("gpt-4o");
    const changed = await plane.admin.models.update({ params: { id }, body: { input_price_usd: "0.000000001" } });
    expect(changed).toMatchObject({
      input_price_usd: "0.000000001",
      prices: { input_usd: "0.000000001", output_usd: "10", version: "override" },
    });
    expect(priceOf("gpt-4o")).toMatchObject({ input: { base: 1 }, version: "override" });
    await plane.admin.models.update({ params: { id }, body: { input_price_usd: null } });
    expect(priceOf("gpt-4o")?.input.base).toBe(2_500_000_000);
  });

  it("take a word about their quality, and about the model auto, which come into force at once", async () => {
    const { id, ...before } = await find("gpt-4o");
    expect(before).toMatchObject({ quality: null, auto: null });
    const inForce = () => plane.snapshots.current().models.get("gpt-4o")?.[0];
    await plane.admin.models.update({ params: { id }, body: { quality: 80, auto: false } });
    expect(await find("gpt-4o")).toMatchObject({ quality: 80, auto: false });
    expect(inForce()).toMatchObject({ quality: 80, inAuto: false });
    await plane.admin.models.update({ params: { id }, body: { quality: null, auto: null } });
    expect(inForce()).toMatchObject({ quality: null, inAuto: null });
    await expect(plane.admin.models.update({ params: { id }, body: { quality: 101 } })).rejects.toThrow(/quality/);
  });

  it("have an unknown price until both halves are given", async () => {
    const create = { provider_id: vllmId, name: "my-model", context_length: 8192 };
    const model = await plane.admin.models.create({ body: create });
    expect(model).toMatchObject({ provider: "vllm", context_length: 8192, prices: null });
    const params = { id: model.id };
    expect((await plane.admin.models.update({ params, body: { input_price_usd: "1" } })).prices).toBeNull();
    const { prices } = await plane.admin.models.update({ params, body: { output_price_usd: "0" } });
    expect(prices).toMatchObject({ input_usd: "1", output_usd: "0", cached_input_usd: null, version: "override" });
    expect(priceOf("my-model")).toMatchObject({ input: { base: 1_000_000_000 }, output: { base: 0 } });
  });

  it("take overrides of every class, and lose what the list has of those that follow from an old price", async () => {
    const { id } = await find("gpt-5.6-sol");
    const params = { id };
    const further = {
      cache_write_price_usd: "3",
      cache_write_hour_price_usd: "4",
      reasoning_price_usd: "5",
      audio_input_price_usd: "6",
      cached_audio_price_usd: "7",
      audio_output_price_usd: "8",
      image_input_price_usd: "9",
      cached_image_price_usd: "10",
      image_output_price_usd: "11",
      request_price_usd: "0.001",
      web_search_price_usd: "0.01",
      file_search_price_usd: "0.0025",
      container_price_usd: "0.03",
      long_prompt_prices: [{ above_tokens: 100_000, input_price_usd: "2", output_price_usd: "4" }],
      service_class_factors: { priority: "1.75", scale: "0" },
    };
    const all = await plane.admin.models.update({
      params,
      body: { input_price_usd: "1", output_price_usd: "2", cached_input_price_usd: "0.5", ...further },
    });
    expect(all).toMatchObject(further);
    expect(all.prices).toMatchObject({
      cache_write_hour_usd: "4",
      audio_output_usd: "8",
      container_usd: "0.03",
      long_prompts: [{ above_tokens: 100_000, input_usd: "2", output_usd: "4" }],
      service_classes: {
        priority: { input_usd: "1.75", output_usd: "3.5" },
        flex: { input_usd: "0.5", output_usd: "1" },
        scale: { input_usd: "0", output_usd: "0" },
      },
    });
    expect(priceOf("gpt-5.6-sol")?.cacheWrite?.base).toBe(3_000_000_000);
    const none = Object.fromEntries(Object.keys(further).map((name) => [name, null]));
    const bare = await plane.admin.models.update({ params, body: { ...none, cached_input_price_usd: null } });
    expect(bare.prices).toMatchObject({
      input_usd: "1",
      cached_input_usd: null,
      cache_write_usd: null,
      long_prompts: [],
    });
    await plane.admin.models.update({ params, body: { input_price_usd: null, output_price_usd: null } });
    expect(priceOf("gpt-5.6-sol")).toMatchObject({
      input: { base: 4_000_000_000 },
      cacheWrite: { base: 5_000_000_000 },
    });
  });

  it("answers 409 for one that is there and 400 for an unknown provider", async () => {
    await expect(plane.admin.models.create({ body: { provider_id: openaiId, name: "gpt-4o" } })).rejects.toMatchObject({
      status: 409,
      param: "name",
    });
    await expect(plane.admin.models.create({ body: { provider_id: "none", name: "x" } })).rejects.toMatchObject({
      status: 400,
      param: "provider_id",
    });
  });

  it("are removed at once", async () => {
    const { id } = await find("gpt-4o");
    await plane.admin.models.remove({ params: { id } });
    expect(plane.snapshots.current().models.has("gpt-4o")).toBe(false);
    await expect(plane.admin.models.get({ params: { id } })).rejects.toMatchObject({ status: 404 });
  });

  it("of one name at two providers stand in the order of the providers", async () => {
    await plane.admin.models.create({ body: { provider_id: vllmId, name: "gpt-4o" } });
    const targets = plane.snapshots.current().models.get("gpt-4o") ?? [];
    expect(targets.map(({ provider }) => provider.name)).toEqual(["openai", "vllm"]);
  });
});

describe("aliases", () => {
  const targets = [
    { provider: "openai", model: "gpt-4o", weight: 3 },
    { provider: "vllm", model: "not-in-the-table" },
  ];

  it("come into force with their targets, those without a row too", async () => {
    const alias = await plane.admin.aliases.create({ body: { name: "smart", strategy: "weighted", targets } });
    expect(alias.targets[1]).toEqual({ provider: "vllm", model: "not-in-the-table", weight: 1, limits: null });
    const inForce = plane.snapshots.current().aliases.get("smart");
    expect(inForce?.strategy).toBe("weighted");
    expect(inForce?.targets.map(({ target, weight }) => [target.model, target.modelId === null, weight])).toEqual([
      ["gpt-4o", false, 3],
      ["not-in-the-table", true, 1],
    ]);
  });

  it.each(aliasStrategies)("has the strategy %s, which comes into force and can be changed", async (strategy) => {
    const { id } = await plane.admin.aliases.create({ body: { name: "smart", strategy, targets } });
    expect(plane.snapshots.current().aliases.get("smart")?.strategy).toBe(strategy);
    await plane.admin.aliases.update({ params: { id }, body: { strategy: "ordered" } });
    const changed = await plane.admin.aliases.update({ params: { id }, body: { strategy } });
    expect(changed).toMatchObject({ strategy, targets: [{ weight: 3 }, { weight: 1 }] });
    expect(plane.snapshots.current().aliases.get("smart")?.strategy).toBe(strategy);
  });

  const nothing = {
    retries: null,
    fallbacks: { any: [], context_length: [], content_filter: [], rate_limit: [] },
    timeouts: { connect_ms: null, first_token_ms: null, idle_ms: null, total_ms: null },
  };

  it("says nothing of failures and time as a rule, and what it says comes into force at once", async () => {
    const { aliases } = plane.admin;
    const alias = await aliases.create({ body: { name: "smart", targets } });
    expect(alias).toMatchObject(nothing);
    expect(plane.snapshots.current().aliases.get("smart")?.policy).toBeNull();
    await aliases.create({ body: { name: "large", targets } });
    const params = { id: alias.id };
    const fallbacks = { any: ["vllm/other"], context_length: ["large"] };
    const changed = await aliases.update({ params, body: { retries: {}, fallbacks, timeouts: { total_ms: 5_000 } } });
    expect(changed).toMatchObject({
      retries: {
        ...{ attempts_per_target: 2, attempts: 6, on: ["refused", "broken", "error", "overloaded"] },
        ...{ backoff_ms: 200, max_backoff_ms: 5_000, max_retry_after_ms: 5_000 },
      },
      fallbacks: { ...fallbacks, content_filter: [], rate_limit: [] },
      timeouts: { ...nothing.timeouts, total_ms: 5_000 },
    });
    expect(await aliases.get({ params })).toEqual(changed);
    expect(plane.snapshots.current().aliases.get("smart")?.policy).toMatchObject({
      retries: { attemptsPerTarget: 2 },
      fallbacks,
      timeouts: { totalMs: 5_000, idleMs: null },
    });
    await aliases.update({ params, body: { strategy: "latency" } });
    expect(plane.snapshots.current().aliases.get("smart")?.policy?.fallbacks).toEqual(fallbacks);
    const cleared = await aliases.update({ params, body: { retries: null, fallbacks: {}, timeouts: {} } });
    expect(cleared).toMatchObject(nothing);
    expect(plane.snapshots.current().aliases.get("smart")?.policy).toBeNull();
  });

  it("keeps users with their targets by the strategy that draws them alone", async () => {
    const { aliases } = plane.admin;
    const refused = { status: 400, param: "sticky_by" };
    await expect(aliases.create({ body: { name: "a", targets, sticky_by: "user" } })).rejects.toMatchObject(refused);
    const body = { name: "a", targets, strategy: "weighted", sticky_by: "user" } as const;
    const { id } = await aliases.create({ body });
    expect(plane.snapshots.current().aliases.get("a")?.sticky).toBe(id);
    const change = (changed: object) => aliases.update({ params: { id }, body: changed });
    await expect(change({ strategy: "latency" })).rejects.toMatchObject(refused);
    expect(await change({ strategy: "latency", sticky_by: null })).toMatchObject({ sticky_by: null });
    expect(plane.snapshots.current().aliases.get("a")).toMatchObject({ sticky: null, policy: null });
  });

  it("has a second target asked beside one that is slow, where it has two", async () => {
    const { aliases } = plane.admin;
    const two = [
      { provider: "openai", model: "gpt-4o" },
      { provider: "openai", model: "gpt-4o-mini" },
    ];
    const refused = { status: 400, param: "hedge" };
    const lone = { name: "hedged", targets: two.slice(1), hedge: { after_ms: 500 } };
    await expect(aliases.create({ body: lone })).rejects.toMatchObject(refused);
    const { id, hedge } = await aliases.create({ body: { ...lone, targets: two } });
    expect(hedge).toEqual({ after_ms: 500, most_percent: 10 });
    expect(plane.snapshots.current().aliases.get("hedged")?.hedge).toMatchObject({ aliasId: id, afterMs: 500 });
    const change = (body: Parameters<typeof aliases.update>[0]["body"]) => aliases.update({ params: { id }, body });
    await expect(change({ targets: two.slice(1) })).rejects.toMatchObject(refused);
    await expect(change({ hedge: { after_ms: 5 } })).rejects.toMatchObject({ status: 400, param: "hedge.after_ms" });
    expect(await change({ queue: { max_wait_ms: 50 } })).toMatchObject({ hedge });
    expect(await change({ hedge: null })).toMatchObject({ hedge: null, queue: { max_wait_ms: 50 } });
    expect(plane.snapshots.current().aliases.get("hedged")?.hedge ?? null).toBeNull();
    await aliases.remove({ params: { id } });
  });

  it("has others go on with a stream that breaks off, where one of its targets can", async () => {
    const { aliases } = plane.admin;
    const one = { provider: "openai", model: "gpt-4o" };
    const continuation = { attempts: 3 };
    const refused = { status: 400, param: "continuation" };
    await expect(aliases.create({ body: { name: "going", targets: [one], continuation } })).rejects.toMatchObject(
      refused,
    );
    const { id } = await plane.admin.providers.create({ body: { provider_type: "ollama", name: "ollama" } });
    const two = [one, { provider: "ollama", model: "llama3" }];
    const alias = await aliases.create({ body: { name: "going", targets: two, continuation } });
    expect(alias.continuation).toEqual(continuation);
    expect(plane.snapshots.current().aliases.get("going")?.policy?.continuation).toEqual(continuation);
    const change = (body: Parameters<typeof aliases.update>[0]["body"]) =>
      aliases.update({ params: { id: alias.id }, body });
    await expect(change({ targets: [one] })).rejects.toMatchObject(refused);
    await expect(change({ continuation: { attempts: 9 } })).rejects.toMatchObject({ param: "continuation.attempts" });
    expect((await change({ continuation: {} })).continuation).toEqual({ attempts: 2 });
    expect(await change({ continuation: null, targets: [one] })).toMatchObject({ continuation: null });
    await aliases.remove({ params: { id: alias.id } });
    await plane.admin.providers.remove({ params: { id } });
  });

  it("lets conversations stay with their target, unless it says otherwise", async () => {
    const one = { provider: "openai", model: "gpt-4o" };
    const created = await plane.admin.aliases.create({ body: { name: "kept", strategy: "auto", targets: [one] } });
    expect(created.prompt_affinity).toBe(true);
    const update = (affinity: boolean) =>
      plane.admin.aliases.update({ params: { id: created.id }, body: { prompt_affinity: affinity } });
    expect((await update(false)).prompt_affinity).toBe(false);
    expect(plane.snapshots.current().aliases.get("kept")?.policy).toMatchObject({ promptAffinity: false });
    expect((await update(true)).prompt_affinity).toBe(true);
    expect(plane.snapshots.current().aliases.get("kept")?.policy).toBeNull();
  });

  it("leads on to what there is, and never back to itself", async () => {
    const { aliases } = plane.admin;
    const make = (name: string, any: readonly string[] = []) =>
      aliases.create({ body: { name, targets, fallbacks: { any: [...any] } } });
    const refused = { status: 400, param: "fallbacks.any[0]" };
    await expect(make("a", ["a"])).rejects.toMatchObject(refused);
    await expect(make("a", ["gone"])).rejects.toMatchObject(refused);
    await expect(make("a", ["nobody/gpt-4o"])).rejects.toMatchObject(refused);
    await expect(make("a", ["openai/"])).rejects.toMatchObject(refused);
    const a = await make("a", ["vllm/anything"]);
    await make("b", ["a"]);
    await make("c", ["b"]);
    const lead = (body: object) => aliases.update({ params: { id: a.id }, body });
    await expect(lead({ fallbacks: { rate_limit: ["openai/gpt-4o", "c"] } })).rejects.toMatchObject({
      status: 400,
      param: "fallbacks.rate_limit[1]",
      message: expect.stringContaining("leads back"),
    });
    const d = await make("d", ["c"]);
    await aliases.remove({ params: { id: a.id } });
    // By another name it would be what `b` leads on to.
    await expect(aliases.update({ params: { id: d.id }, body: { name: "a" } })).rejects.toMatchObject(refused);
  });

  it.each<[object, string]>([
    [{ retries: { attempts_per_target: 11 } }, "retries.attempts_per_target"],
    [{ retries: { on: ["quota"] } }, "retries.on[0]"],
    [{ timeouts: { total_ms: 0 } }, "timeouts.total_ms"],
    [{ fallbacks: { refusal: ["a"] } }, "fallbacks"],
  ])("is told what is wrong with %j", async (body, param) => {
    const asked = plane.admin.aliases.create({ body: { name: "smart", targets, ...body } });
    await expect(asked).rejects.toMatchObject({ status: 400, param: expect.stringContaining(param) });
  });

  it("names the target whose provider is unknown", async () => {
    const wrong = [
      { provider: "openai", model: "gpt-4o" },
      { provider: "opnai", model: "gpt-4o" },
    ];
    await expect(plane.admin.aliases.create({ body: { name: "x", targets: wrong } })).rejects.toMatchObject({
      status: 400,
      param: "targets[1].provider",
    });
  });

  it("needs a target, a name without spaces, and a name that is free", async () => {
    const create = (name: string, given: typeof targets) =>
      plane.admin.aliases.create({ body: { name, targets: given } });
    await expect(create("x", [])).rejects.toMatchObject({ status: 400, param: "targets" });
    await expect(create("a b", targets)).rejects.toMatchObject({ status: 400, param: "name" });
    await create("x", targets);
    await expect(create("x", targets)).rejects.toMatchObject({ status: 409 });
  });

  it("changes and goes", async () => {
    const { id } = await plane.admin.aliases.create({ body: { name: "smart", targets } });
    await plane.admin.aliases.update({ params: { id }, body: { name: "smarter" } });
    expect([...plane.snapshots.current().aliases.keys()]).toEqual(["smarter"]);
    expect(plane.snapshots.current().aliases.get("smarter")?.targets).toHaveLength(2);
    await plane.admin.aliases.remove({ params: { id } });
    expect(plane.snapshots.current().aliases.size).toBe(0);
  });

  it("outlives a provider, without its target", async () => {
    const { id } = await plane.admin.aliases.create({ body: { name: "smart", targets } });
    await plane.admin.providers.remove({ params: { id: openaiId } });
    expect(plane.snapshots.current().aliases.get("smart")?.targets).toHaveLength(1);
    expect((await plane.admin.aliases.get({ params: { id } })).targets).toHaveLength(2);
  });
});

describe("answers that are kept", () => {
  const targets = [{ provider: "openai", model: "gpt-4o" }];

  it("are kept where the alias says so: for an hour and each key, where it says no more", async () => {
    const create = (name: string, cache?: object | null) =>
      plane.admin.aliases.create({ body: { name, targets, ...(cache !== undefined && { cache }) } });
    expect((await create("plain")).cache).toBeNull();
    const alias = await create("kept", {});
    expect(alias.cache).toEqual({ ttl_seconds: 3_600, scope: "key", pace: "at_once", semantic: null });
    const inForce = () => plane.snapshots.current().aliases.get("kept")?.cache;
    expect(inForce()).toEqual({ aliasId: alias.id, ttlSeconds: 3_600, scope: "key" });
    const params = { id: alias.id };
    const cache = { ttl_seconds: 60, scope: "team", pace: "natural" } as const;
    const told = { ...cache, semantic: null };
    expect((await plane.admin.aliases.update({ params, body: { cache } })).cache).toEqual(told);
    expect((await plane.admin.aliases.update({ params, body: { strategy: "weighted" } })).cache).toEqual(told);
    expect((await plane.admin.aliases.update({ params, body: { cache: null } })).cache).toBeNull();
    expect(inForce()).toBeNull();
    for (const wrong of [{ ttl_seconds: 0 }, { ttl_seconds: 2_592_001 }, { scope: "everybody" }, { seconds: 5 }])
      await expect(create("wrong", wrong)).rejects.toMatchObject({ status: 400 });
  });

  it("are told to questions of the same meaning where the alias says so, by whose embeddings and how alike", async () => {
    const create = (name: string, semantic: object, of = targets) =>
      plane.admin.aliases.create({ body: { name, targets: of, cache: { semantic: semantic as { model: string } } } });
    const model = "openai/text-embedding-3-small";
    const alias = await create("meant", { model });
    const semantic = { model, threshold: 0.92, timeout_ms: 500, more_than_text: false };
    expect(alias.cache?.semantic).toEqual(semantic);
    const inForce = () => plane.snapshots.current().aliases.get("meant")?.cache?.semantic;
    expect(inForce()).toEqual({ model, threshold: 0.92, timeoutMs: 500, moreThanText: false });
    const embed = await plane.admin.aliases.create({
      body: { name: "embed", targets: [{ provider: "openai", model: "text-embedding-3-small" }] },
    });
    const params = { id: alias.id };
    const change = { cache: { semantic: { model: embed.name, threshold: 0.8, timeout_ms: 20, more_than_text: true } } };
    await plane.admin.aliases.update({ params, body: change });
    expect(inForce()).toEqual({ model: "embed", threshold: 0.8, timeoutMs: 20, moreThanText: true });
    await plane.admin.aliases.update({ params, body: { cache: {} } });
    expect(inForce()).toBeUndefined();
  });

  it.each([
    ["a model that there is not", { model: "nowhere/x" }, "cache.semantic.model"],
    ["the alias itself", { model: "wrong" }, "cache.semantic.model"],
    ["a model without its provider", { model: "text-embedding-3-small" }, "cache.semantic.model"],
    ["a provider without embeddings", { model: "anthropic/claude-sonnet-4-5" }, "cache.semantic.model"],
    ["what is never alike", { model: "openai/text-embedding-3-small", threshold: 1.1 }, "cache.semantic.threshold"],
    ["what is hardly alike", { model: "openai/text-embedding-3-small", threshold: 0.4 }, "cache.semantic.threshold"],
    [
      "a time that nobody waits",
      { model: "openai/text-embedding-3-small", timeout_ms: 60_000 },
      "cache.semantic.timeout_ms",
    ],
    ["no model", { threshold: 0.9 }, "cache.semantic.model"],
  ])("are not compared by %s", async (_, semantic, param) => {
    const body = { name: "wrong", targets, cache: { semantic: semantic as { model: string } } };
    await expect(plane.admin.aliases.create({ body })).rejects.toMatchObject({ status: 400, param });
  });

  it("are not compared where none of the targets answers chats, also after a change of them", async () => {
    const embeddings = [{ provider: "openai", model: "text-embedding-3-small" }];
    const cache = { semantic: { model: "openai/text-embedding-3-small" } };
    const refused = { status: 400, param: "cache.semantic" };
    await expect(plane.admin.aliases.create({ body: { name: "e", targets: embeddings, cache } })).rejects.toMatchObject(
      refused,
    );
    const { id } = await plane.admin.aliases.create({ body: { name: "c", targets, cache } });
    const changed = plane.admin.aliases.update({ params: { id }, body: { targets: embeddings } });
    await expect(changed).rejects.toMatchObject(refused);
  });

  it("are counted, and forgotten by alias, key and user, which the audit log tells", async () => {
    const answer = { head: "{}", body: Buffer.from("x"), storedAt: 0 };
    const keep = (name: string, alias: string, key: string, user: string): void =>
      plane.cache.keep({ name, answer, lifetimeMs: 60_000, alias, key, user });
    for (const [at, alias] of ["a", "a", "b"].entries()) keep(`n${at}`, alias, `k${at}`, "u");
    keep("n3", "b", "k3", "v");
    expect(await plane.admin.cache.get({})).toMatchObject({ entries: 4, most_bytes: 1_000_000 });
    expect(await plane.admin.cache.purge({ query: { alias_id: "a", api_key_id: "k0" } })).toEqual({ removed: 1 });
    expect(await plane.admin.cache.purge({ query: { user_id: "u" } })).toEqual({ removed: 2 });
    expect(await plane.admin.cache.purge({ query: {} })).toEqual({ removed: 1 });
    expect(await plane.admin.cache.get({})).toMatchObject({ entries: 0, bytes: 0 });
    const { data } = await plane.admin.audit.list({ query: { action: "cache.purged" } });
    expect(data.map(({ details }) => details)).toEqual([
      { removed: 1 },
      { user_id: "u", removed: 2 },
      { alias_id: "a", api_key_id: "k0", removed: 1 },
    ]);
  });
});
