import { afterEach, describe, expect, it } from "vitest";
import type { FetchJson } from "#control/catalog/vendor.ts";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";

let plane: AdminPlane | undefined;
afterEach(async () => {
  await plane?.close();
  plane = undefined;
});

const vendorKey = "sk-test-0123456789abcdef0123456789";

async function start(fetchJson?: FetchJson): Promise<AdminPlane> {
  plane = await startAdminPlane(fetchJson === undefined ? {} : { fetchJson });
  return plane;
}

describe("providers", () => {
  it("come into force with their credential and the models of the catalogue", async () => {
    const { admin, snapshots } = await start();
    const provider = await admin.providers.create({ body: { provider_type: "openai", api_key: vendorKey } });
    expect(provider).toMatchObject({
      name: "openai",
      base_url: null,
      effective_base_url: "https://api.openai.com/v1",
      has_credential: true,
      credential_hint: "...6789",
    });
    const entry = snapshots.current().providers.get("openai");
    expect(entry?.credential?.reveal()).toBe(vendorKey);
    const [target] = snapshots.current().models.get("gpt-4o") ?? [];
    expect(target?.provider).toBe(entry);
    expect(target?.prices?.[0]?.price.input.base).toBe(2_500_000_000);
    expect(target?.contextLength).toBe(128_000);
  });

  it("have the base URL that their settings make, also when those change", async () => {
    const { admin, snapshots } = await start();
    const keys = "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG";
    const made = await admin.providers.create({ body: { provider_type: "bedrock", api_key: keys } });
    expect(made.effective_base_url).toBe("https://bedrock-runtime.us-east-1.amazonaws.com");
    const settings = { region: "eu-west-1" };
    const moved = await admin.providers.update({ params: { id: made.id }, body: { settings, api_key: keys } });
    expect(moved.effective_base_url).toBe("https://bedrock-runtime.eu-west-1.amazonaws.com");
    expect(snapshots.current().providers.get("bedrock")).toMatchObject({
      baseUrl: "https://bedrock-runtime.eu-west-1.amazonaws.com",
      settings,
    });
    const names = [...snapshots.current().models.keys()];
    expect(names).toContain("amazon.nova-lite-v1:0");
    expect(names.filter((name) => name.startsWith("regional."))).toEqual([]);
  });

  it("need the settings that have no default", async () => {
    const { admin, snapshots } = await start();
    const body = { provider_type: "vertex-anthropic", api_key: "ya29.x" };
    await expect(admin.providers.create({ body })).rejects.toMatchObject({ status: 400, param: "settings.project" });
    const keyFile = JSON.stringify({ type: "service_account", private_key: "-----BEGIN PRIVATE KEY-----\n" }, null, 2);
    const made = await admin.providers.create({ body: { ...body, api_key: keyFile, settings: { project: "p" } } });
    expect(snapshots.current().providers.get("vertex-anthropic")?.credential?.reveal()).toBe(keyFile);
    expect(made.effective_base_url).toBe("https://aiplatform.googleapis.com/v1");
    expect([...snapshots.current().models.keys()].every((name) => name.startsWith("claude-"))).toBe(true);
    const update = admin.providers.update({ params: { id: made.id }, body: { settings: {} } });
    await expect(update).rejects.toMatchObject({ status: 400, param: "settings.project" });
  });

  it("never shows the credential: not in answers, not in the log, not in the database", async () => {
    const { admin, request, logged, store } = await start();
    const { id } = await admin.providers.create({ body: { provider_type: "openai", api_key: vendorKey } });
    const answers = await Promise.all(
      ["/admin/providers", `/admin/providers/${id}`, "/admin/models?limit=500"].map(async (path) =>
        (await request(path)).text(),
      ),
    );
    const tested = await admin.providers.test({ params: { id } });
    const everything = JSON.stringify([answers, tested, logged, await store.providers.find(id)]);
    expect(everything).not.toContain(vendorKey);
    expect(everything).not.toContain(vendorKey.slice(0, -4));
  });

  it("says what is missing or wrong, with the field", async () => {
    const { admin } = await start();
    const create = (body: Parameters<typeof admin.providers.create>[0]["body"]) => admin.providers.create({ body });
    await expect(create({ provider_type: "nobody" })).rejects.toMatchObject({ status: 400, param: "provider_type" });
    await expect(create({ provider_type: "openai" })).rejects.toMatchObject({ status: 400, param: "api_key" });
    await expect(create({ provider_type: "openai-compatible" })).rejects.toMatchObject({
      status: 400,
      param: "base_url",
    });
    await expect(create({ provider_type: "ollama", base_url: "file:///etc/passwd" })).rejects.toMatchObject({
      param: "base_url",
    });
    await expect(create({ provider_type: "ollama", settings: { color: "red" } })).rejects.toMatchObject({
      param: "settings.color",
    });
    await expect(create({ provider_type: "openai", api_key: "sk-a\r\nx: y" })).rejects.toMatchObject({
      param: "api_key",
    });
  });

  it("answers 409 for a name that is taken", async () => {
    const { admin } = await start();
    await admin.providers.create({ body: { provider_type: "ollama" } });
    await expect(admin.providers.create({ body: { provider_type: "ollama" } })).rejects.toMatchObject({ status: 409 });
  });

  it("leaves the snapshot when disabled, and comes back", async () => {
    const { admin, snapshots } = await start();
    const { id } = await admin.providers.create({ body: { provider_type: "openai", api_key: vendorKey } });
    await admin.providers.update({ params: { id }, body: { enabled: false } });
    expect(snapshots.current().providers.has("openai")).toBe(false);
    expect(snapshots.current().models.has("gpt-4o")).toBe(false);
    await admin.providers.update({ params: { id }, body: { enabled: true } });
    expect(snapshots.current().models.has("gpt-4o")).toBe(true);
  });

  it("keeps the credential through a new name, and changes it", async () => {
    const { admin, snapshots } = await start();
    const { id } = await admin.providers.create({ body: { provider_type: "openai", api_key: vendorKey } });
    await admin.providers.update({
      params: { id },
      body: { name: "openai-eu", base_url: "https://api.openai.com/eu/v1/" },
    });
    expect(snapshots.current().providers.get("openai-eu")).toMatchObject({ baseUrl: "https://api.openai.com/eu/v1" });
    expect(snapshots.current().providers.get("openai-eu")?.credential?.reveal()).toBe(vendorKey);
    await admin.providers.update({ params: { id }, body: { api_key: "sk-new" } });
    expect(snapshots.current().providers.get("openai-eu")?.credential?.reveal()).toBe("sk-new");
  });

  it("is left out, and logged, when its credential cannot be opened", async () => {
    const { admin, snapshots, store, logged } = await start();
    const { id } = await admin.providers.create({ body: { provider_type: "openai", api_key: vendorKey } });
    await admin.providers.create({ body: { provider_type: "ollama" } });
    const other = await admin.providers.create({ body: { provider_type: "groq", api_key: vendorKey } });
    const stolen = await store.providers.find(other.id);
    await store.providers.update(id, { apiKeyEncrypted: stolen?.apiKeyEncrypted ?? null });
    await snapshots.catchUp();
    expect([...snapshots.current().providers.keys()]).toEqual(["ollama", "groq"]);
    expect(logged.at(-1)?.message).toContain("left out");
    expect((await admin.providers.get({ params: { id } })).credential_hint).toBeNull();
  });

  it("goes with its models", async () => {
    const { admin, snapshots } = await start();
    const { id } = await admin.providers.create({ body: { provider_type: "openai", api_key: vendorKey } });
    await admin.providers.remove({ params: { id } });
    expect((await admin.models.list()).data).toEqual([]);
    expect(snapshots.current().models.size).toBe(0);
    await expect(admin.providers.remove({ params: { id } })).rejects.toMatchObject({ status: 404 });
  });

  it("lists the types that can be added", async () => {
    const { admin } = await start();
    const { data } = await admin.providers.types();
    expect(data.find(({ type }) => type === "azure-openai")).toMatchObject({
      needs_credential: true,
      settings: [{ name: "apiVersion", variable: "OPENAI_API_VERSION" }],
    });
  });
});

describe("asking the vendor", () => {
  const answering =
    (status: number, body: unknown): FetchJson =>
    async () => ({ status, body });

  async function testWith(fetchJson?: FetchJson) {
    const { admin } = await start(fetchJson);
    const { id } = await admin.providers.create({ body: { provider_type: "openai", api_key: vendorKey } });
    return admin.providers.test({ params: { id } });
  }

  it("passes the provider and the path of its list", async () => {
    const asked: string[] = [];
    await testWith(async (provider, path) => {
      asked.push(provider.baseUrl + path, provider.credential?.reveal() ?? "");
      return { status: 200, body: { data: [] } };
    });
    expect(asked.slice(-2)).toEqual(["https://api.openai.com/v1/models", vendorKey]);
  });

  it.each([
    [200, { data: [{ id: "a" }, { id: "b" }] }, true, 2],
    [200, [{ id: "a" }], true, 1],
    [200, { models: [{ name: "a" }, { name: "a" }] }, true, 1],
    [200, { hello: "world" }, false, null],
    [200, undefined, false, null],
    [401, { error: {} }, false, null],
    [500, undefined, false, null],
  ])("judges HTTP %s %j", async (status, body, ok, models) => {
    expect(await testWith(answering(status, body))).toMatchObject({ ok, models, http_status: status });
  });

  it("says when the vendor is out of reach", async () => {
    const outcome = await testWith();
    expect(outcome).toMatchObject({ ok: false, http_status: null });
    expect(outcome.message).toContain("https://api.openai.com/v1 cannot be reached: connection refused");
  });

  it("adds the models that the vendor lists, and only the new ones", async () => {
    const { admin, snapshots } = await start(answering(200, { data: [{ id: "llama3" }, { id: "qwen3" }] }));
    const { id } = await admin.providers.create({ body: { provider_type: "ollama" } });
    const discover = () => admin.providers.discoverModels({ params: { id } });
    expect(await discover()).toEqual({ source: "vendor", found: 2, added: 0, removed: 0, note: null });
    const [target] = snapshots.current().models.get("llama3") ?? [];
    expect(target?.prices?.[0]?.price).toMatchObject({ input: { base: 0 }, version: "free" });
    expect(await discover()).toMatchObject({ found: 2, added: 0 });
  });

  it("takes the vendor's list in place of the catalogue's names, and keeps what the operator has touched", async () => {
    let names = ["gpt-4o", "new-one"];
    const { admin } = await start(async () => ({ status: 200, body: { data: names.map((id) => ({ id })) } }));
    const { id } = await admin.providers.create({ body: { provider_type: "openai", api_key: vendorKey } });
    const listed = async () =>
      (await admin.models.list({ query: { limit: 500 } })).data.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect((await listed()).map(({ name }) => name)).toEqual(["gpt-4o", "new-one"]);
    const [first] = await listed();
    await admin.models.create({ body: { provider_id: id, name: "by-hand" } });
    await admin.models.update({ params: { id: first?.id ?? "" }, body: { input_price_usd: "1" } });
    names = ["newer"];
    expect(await admin.providers.discoverModels({ params: { id } })).toMatchObject({ found: 1, added: 1, removed: 1 });
    expect((await listed()).map(({ name, origin }) => [name, origin])).toEqual([
      ["by-hand", "operator"],
      ["gpt-4o", "vendor"],
      ["newer", "vendor"],
    ]);
    names = [];
    expect(await admin.providers.discoverModels({ params: { id } })).toMatchObject({ found: 0, removed: 0 });
  });

  it("removes nothing where the list goes on elsewhere", async () => {
    let body: object = { data: [{ id: "a" }, { id: "b" }] };
    const { admin } = await start(async () => ({ status: 200, body }));
    const { id } = await admin.providers.create({ body: { provider_type: "ollama" } });
    for (const more of [{ has_more: true }, { nextPageToken: "x" }]) {
      body = { data: [{ id: "a" }], ...more };
      expect(await admin.providers.discoverModels({ params: { id } })).toMatchObject({ removed: 0 });
    }
  });

  it.each(["anthropic", "openai", "google"])(
    "gives another server of the type %s none of the vendor's models",
    async (type) => {
      const { admin } = await start(answering(404, { error: "no such path" }));
      const body = { provider_type: type, api_key: vendorKey, base_url: "http://127.0.0.1:9/v1" };
      const { id } = await admin.providers.create({ body });
      expect((await admin.models.list()).data).toEqual([]);
      await expect(admin.providers.discoverModels({ params: { id } })).rejects.toMatchObject({ status: 502 });
    },
  );

  it("falls back to the catalogue, and says why", async () => {
    const { admin } = await start();
    const { id } = await admin.providers.create({ body: { provider_type: "openai", api_key: vendorKey } });
    expect(await admin.providers.discoverModels({ params: { id } })).toMatchObject({
      source: "catalog",
      added: 0,
      note: expect.stringContaining("cannot be reached"),
    });
  });

  it.each(["fireworks", "azure-openai"])("offers no names of the catalogue that %s does not take", async (type) => {
    const { admin } = await start();
    const { id } = await admin.providers.create({
      body: { provider_type: type, api_key: vendorKey, base_url: "http://127.0.0.1:9/v1" },
    });
    expect((await admin.models.list({ query: { provider_id: id } })).data).toEqual([]);
    await expect(admin.providers.discoverModels({ params: { id } })).rejects.toMatchObject({ status: 502 });
  });

  it("fails where neither the vendor nor the catalogue knows a model", async () => {
    const { admin } = await start();
    const { id } = await admin.providers.create({ body: { provider_type: "ollama" } });
    await expect(admin.providers.discoverModels({ params: { id } })).rejects.toMatchObject({
      status: 502,
      code: "provider_error",
    });
  });
});
