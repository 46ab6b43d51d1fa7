import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { providers as definitions } from "@ghostllm/llm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConfiguredProvider } from "#config/config.ts";
import { createEncryption } from "#control/encryption/encryption.ts";
import { localKey } from "#control/encryption/local-key.ts";
import type { DetectedServer } from "#control/first-start/configured-providers.ts";
import { prepareStart } from "#control/first-start/first-start.ts";
import { hashKey } from "#control/resources/key-material.ts";
import { createPasswords } from "#control/sessions/passwords.ts";
import { createSnapshotSource } from "#control/snapshot/snapshot-source.ts";
import { openStore } from "#control/store/open-store.ts";
import type { OpenStore } from "#control/store/open-store.ts";
import { roles } from "#domain/access/roles.ts";
import { noFacts } from "#domain/model-facts.ts";
import { noAdditions } from "#domain/additions.ts";
import { Secret } from "#domain/secret.ts";
import { copySqlite } from "./store-support/templates.ts";

let dataDir: string;
let store: OpenStore;
const log = { info: () => {}, warn: () => {}, error: () => {} };
const passwords = createPasswords(4);
const encryption = createEncryption([localKey(new Secret("ab".repeat(32)), "configured")]);

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "ghostllm-start-"));
  await copySqlite(dataDir);
  store = await openStore({ databaseUrl: null, dataDir, log });
});
afterEach(async () => {
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
});

interface Given {
  readonly providers?: readonly ConfiguredProvider[];
  readonly adminPassword?: string;
  readonly adminApiKey?: string;
  readonly ollama?: DetectedServer | null;
}

const sources = () => ({
  store,
  encryption,
  definitions,
  log,
  baseUrlOf: (type: string) => (type === "demo" ? "http://127.0.0.1:9/v1" : null),
});

function start({ providers = [], adminPassword, adminApiKey, ollama = null }: Given = {}) {
  return prepareStart({
    ...sources(),
    config: {
      providers,
      dataDir,
      detectOllama: true,
      adminEmail: "admin@localhost",
      adminPassword: adminPassword === undefined ? null : new Secret(adminPassword),
      adminApiKey: adminApiKey === undefined ? null : new Secret(adminApiKey),
    },
    detectOllama: async () => ollama,
    demoModels: ["demo", "demo-embedding"],
    passwords,
  });
}

async function snapshot() {
  const source = createSnapshotSource(sources());
  await source.catchUp();
  return source.current();
}

function openai(key: string, baseUrl: string | null = null): ConfiguredProvider {
  return {
    name: "openai",
    type: "openai",
    baseUrl,
    credential: new Secret(key),
    settings: {},
    additions: noAdditions,
    isDeclared: false,
    origin: "OPENAI_API_KEY",
  };
}

describe("the first start", () => {
  it("makes an admin, a key that works, an admin key and the demo", async () => {
    const { first, adminKeys, adminKeyFile, providers } = await start();
    const admin = await store.credentials.find({ email: "admin@localhost" });
    expect(admin?.user.role).toBe("admin");
    expect(await passwords.verify(first?.generatedPassword?.reveal() ?? "", admin?.passwordHash ?? null)).toBe(true);
    expect(providers).toEqual([{ name: "demo", type: "demo", origin: "built in", outcome: "added" }]);
    expect(adminKeyFile).toBe(join(dataDir, "admin.key"));
    expect((await readFile(join(dataDir, "admin.key"), "utf8")).trim()).toBe(adminKeys[0]?.reveal());
    expect((await stat(join(dataDir, "admin.key"))).mode & 0o777).toBe(0o600);
    const inForce = await snapshot();
    expect(inForce.keys.get(hashKey(first?.apiKey.reveal() ?? ""))?.grants).toEqual(roles.admin);
    expect([...inForce.models.keys()].toSorted()).toEqual(["demo", "demo-embedding"]);
    expect(inForce.providers.get("demo")?.baseUrl).toBe("http://127.0.0.1:9/v1");
  });

  it("happens once", async () => {
    const { adminKeys } = await start();
    const second = await start();
    expect(second.first).toBeNull();
    expect(second.providers).toEqual([]);
    expect(second.adminKeys[0]?.reveal()).toBe(adminKeys[0]?.reveal());
    expect(await store.users.list({ limit: 10 }, "all")).toHaveLength(1);
    expect(await store.apiKeys.list({ limit: 10 }, "all")).toHaveLength(1);
  });

  it("is repeated when it was cut off, so that somebody gets to see the password", async () => {
    await start();
    await store.settings.set("first_start", "cut off");
    const { first } = await start();
    const admin = await store.credentials.find({ email: "admin@localhost" });
    expect(await passwords.verify(first?.generatedPassword?.reveal() ?? "", admin?.passwordHash ?? null)).toBe(true);
    expect(await store.users.list({ limit: 10 }, "all")).toHaveLength(1);
  });

  it("takes the given password and admin key, and generates none", async () => {
    const { first, adminKeys, adminKeyFile } = await start({ adminPassword: "a given password", adminApiKey: "given" });
    expect(first?.generatedPassword).toBeNull();
    expect(adminKeys.map((key) => key.reveal())).toEqual(["given"]);
    expect(adminKeyFile).toBeNull();
    const admin = await store.credentials.find({ email: "admin@localhost" });
    expect(await passwords.verify("a given password", admin?.passwordHash ?? null)).toBe(true);
  });

  it("prints no secret when its facts are logged", async () => {
    const facts = await start();
    const printed = JSON.stringify(facts);
    expect(printed).not.toContain(facts.first?.apiKey.reveal());
    expect(printed).not.toContain(facts.adminKeys[0]?.reveal());
  });
});

describe("an Ollama that runs here", () => {
  const ollama = { baseUrl: "http://127.0.0.1:11434/v1", models: [{ name: "llama3", facts: noFacts }] };

  it("is found with its models, and makes the demo needless", async () => {
    expect((await start({ ollama })).providers).toMatchObject([{ name: "ollama", origin: "detected" }]);
    expect([...(await snapshot()).models.keys()]).toEqual(["llama3"]);
  });

  it("is found later too, but does not come back once an operator has removed it", async () => {
    await start();
    await start({ ollama });
    const row = (await store.providers.list()).find(({ name }) => name === "ollama");
    await store.providers.remove(row?.id ?? "");
    expect((await start({ ollama })).providers).toEqual([]);
  });
});

describe("providers of the configuration", () => {
  it("takes what the configuration sets of models, whenever that changes", async () => {
    const priced = (usd: string) => ({
      ...openai("sk-1"),
      models: { "gpt-9": { input_price_usd: usd, output_price_usd: "2", web_search_price_usd: "0.01" } },
    });
    const read = async () => (await store.models.list()).find(({ name }) => name === "gpt-9");
    await start({ providers: [priced("1")] });
    expect(await read()).toMatchObject({ inputPrice: 1e9, furtherPrices: { perWebSearch: 10_000_000 } });
    expect((await start({ providers: [priced("3")] })).providers).toMatchObject([{ outcome: "updated" }]);
    expect(await read()).toMatchObject({ inputPrice: 3e9, outputPrice: 2e9 });
  });

  it("become rows with the models of the catalogue, and no demo", async () => {
    expect((await start({ providers: [openai("sk-1")] })).providers).toMatchObject([
      { name: "openai", outcome: "added" },
    ]);
    const inForce = await snapshot();
    expect([...inForce.providers.keys()]).toEqual(["openai"]);
    expect(inForce.models.has("gpt-4o")).toBe(true);
  });

  it("at other servers than the vendor's have no models that nobody has listed, and no demo beside them", async () => {
    const foreign = { ...openai("sk-1", "http://127.0.0.1:9"), name: "local", type: "anthropic" };
    await start({ providers: [foreign] });
    const inForce = await snapshot();
    expect([...inForce.providers.keys()]).toEqual(["local"]);
    expect(inForce.models.size).toBe(0);
  });

  it("are updated when the configuration changes, and never doubled", async () => {
    await start({ providers: [openai("sk-1")] });
    expect((await start({ providers: [openai("sk-1")] })).providers).toMatchObject([{ outcome: "unchanged" }]);
    const changed = await start({ providers: [openai("sk-2", "https://eu.example.com/v1")] });
    expect(changed.providers).toMatchObject([{ outcome: "updated" }]);
    const entry = (await snapshot()).providers.get("openai");
    expect(entry?.credential?.reveal()).toBe("sk-2");
    expect(entry?.baseUrl).toBe("https://eu.example.com/v1");
    expect(await store.providers.list()).toHaveLength(1);
  });

  it("stay as an operator changed or removed them", async () => {
    await start({ providers: [openai("sk-1")] });
    const [row] = await store.providers.list();
    await store.providers.update(row?.id ?? "", { baseUrl: "https://mine.example.com/v1" });
    await start({ providers: [openai("sk-1")] });
    expect((await store.providers.list())[0]?.baseUrl).toBe("https://mine.example.com/v1");
    await store.providers.remove(row?.id ?? "");
    expect((await start({ providers: [openai("sk-1")] })).providers).toMatchObject([
      { outcome: "left to the operator" },
    ]);
    expect(await store.providers.list()).toHaveLength(0);
  });

  it("do not overwrite a provider that was added by hand", async () => {
    await start();
    const byHand = {
      name: "openai",
      providerType: "openai",
      baseUrl: null,
      apiKeyEncrypted: null,
      enabled: true,
      settings: {},
      additionsEncrypted: null,
    };
    await store.providers.create(byHand);
    expect((await start({ providers: [openai("sk-1")] })).providers).toMatchObject([
      { outcome: "left to the operator" },
    ]);
    expect((await snapshot()).providers.get("openai")?.credential).toBeNull();
  });
});
