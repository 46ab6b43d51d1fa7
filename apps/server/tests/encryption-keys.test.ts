// Keys that encrypt what is stored: given, kept by a service, and replaced while the server works.

import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFakeUpstream, type FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sealedPlaces } from "#control/encryption/sealed-places.ts";
import { openStore, migrateStore } from "#control/store/open-store.ts";
import { startKms, startVault } from "./support/key-services.ts";
import type { KeyService } from "./support/key-services.ts";
import { startWholeServer } from "./support/whole-server.ts";
import type { WholeServer } from "./support/whole-server.ts";

const credential = "sk-vendor-credential";
const [older, newer] = [randomBytes(32).toString("hex"), randomBytes(32).toString("base64")];

let vendor: FakeUpstream;
let home: string;
let running: WholeServer | null = null;
const services: KeyService[] = [];

beforeAll(async () => {
  vendor = await startFakeUpstream();
});
afterAll(() => vendor.close());
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "ghostllm-keys-"));
});
afterEach(async () => {
  await stop();
  await Promise.all(services.splice(0).map((service) => service.close()));
  await rm(home, { recursive: true, force: true });
});

async function stop(): Promise<void> {
  await running?.close();
  running = null;
}

/** On the same data each time. */
async function start(environment: Readonly<Record<string, string>>): Promise<WholeServer> {
  await stop();
  running = await startWholeServer({ GHOSTLLM_DATA_DIR: join(home, "data"), ...environment });
  return running;
}

let apiKey = "";

/** A server with all there is to be sealed. */
async function furnish(environment: Readonly<Record<string, string>>): Promise<WholeServer> {
  const server = await start(environment);
  apiKey = server.apiKey;
  const provider = {
    ...{ name: "mine", provider_type: "openai", base_url: `${vendor.url}/v1`, api_key: credential },
    headers: { "x-team": "blue" },
  };
  await server.admin.providers.create({ body: provider });
  await server.admin.webhooks.create({ body: { name: "hook", url: `${vendor.url}/hook`, types: ["key.created"] } });
  return server;
}

async function ask({ url }: WholeServer): Promise<number> {
  vendor.clear();
  vendor.script({ kind: "chat", text: "yes", usage: { prompt_tokens: 7, completion_tokens: 3 } });
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "mine/gpt-4o", messages: [{ role: "user", content: "Hi" }] }),
  });
  await answer.text();
  return answer.status;
}

function sentCredential(): unknown {
  return vendor.received.at(-1)?.headers["authorization"];
}

const kindsOf = async ({ admin }: WholeServer) =>
  (await admin.encryption.get({})).keys.map(({ kind, is_present: isPresent, sealed }) => [kind, isPresent, sealed]);

describe("a key that is replaced", () => {
  it("opens what is older until all is sealed anew, while requests go on, and may go then", async () => {
    const first = await furnish({ ENCRYPTION_KEY: older });
    expect(await kindsOf(first)).toEqual([["configured", true, 4]]);
    const both = await start({ ENCRYPTION_KEY: newer, ENCRYPTION_PREVIOUS_KEYS: older });
    expect(await ask(both)).toBe(200);
    expect(await kindsOf(both)).toEqual([
      ["configured", true, 0],
      ["configured", false, 4],
    ]);
    const asking = Promise.all(Array.from({ length: 20 }, () => ask(both)));
    expect(await both.admin.encryption.rotate({ body: {} })).toEqual({ resealed: 4, unchanged: 0, unreadable: [] });
    expect(new Set(await asking)).toEqual(new Set([200]));
    expect(await both.admin.encryption.rotate({ body: {} })).toEqual({ resealed: 0, unchanged: 4, unreadable: [] });
    const last = await start({ ENCRYPTION_KEY: newer });
    expect(await ask(last)).toBe(200);
    expect(sentCredential()).toBe(`Bearer ${credential}`);
    expect(vendor.received.at(-1)?.headers["x-team"]).toBe("blue");
    expect(await kindsOf(last)).toEqual([["configured", true, 4]]);
  });

  it("is said to be missing where nothing opens, and nothing is lost by that", async () => {
    await furnish({ ENCRYPTION_KEY: older });
    const without = await start({ ENCRYPTION_KEY: newer });
    expect(await ask(without)).toBe(503);
    const { resealed, unreadable } = await without.admin.encryption.rotate({ body: {} });
    // Sessions have a new secret, which is sealed with the present key.
    expect([resealed, unreadable.length]).toEqual([0, 3]);
    expect(unreadable.join()).toMatch(/ENCRYPTION_PREVIOUS_KEYS/);
    expect(await ask(await start({ ENCRYPTION_KEY: newer, ENCRYPTION_PREVIOUS_KEYS: older }))).toBe(200);
  });
});

describe("a key that a service keeps", () => {
  async function withVault(): Promise<[KeyService, Record<string, string>]> {
    const vault = await startVault("hvs.token");
    services.push(vault);
    return [vault, { ENCRYPTION_KEY: `vault:${vault.url}/transit/ghostllm`, VAULT_TOKEN: "hvs.token" }];
  }

  it("takes over from one that was given, in Vault, and is asked for each secret once", async () => {
    await furnish({ ENCRYPTION_KEY: older });
    const [vault, environment] = await withVault();
    const server = await start({ ...environment, ENCRYPTION_PREVIOUS_KEYS: older });
    expect(await server.admin.encryption.rotate({ body: {} })).toEqual({ resealed: 4, unchanged: 0, unreadable: [] });
    const alone = await start(environment);
    const before = vault.asked["decrypt"] ?? 0;
    expect(await Promise.all([ask(alone), ask(alone), ask(alone)])).toEqual([200, 200, 200]);
    expect(sentCredential()).toBe(`Bearer ${credential}`);
    expect(vault.asked["decrypt"]).toBe(before);
    // Away, it is missed by nobody who works with what is open.
    vault.isAway = true;
    expect(await ask(alone)).toBe(200);
    vault.isAway = false;
    expect(await alone.admin.encryption.rotate({ body: { all: true } })).toMatchObject({ resealed: 4 });
  });

  it("ends the start with a sentence where it does not answer, or the token is not enough", async () => {
    const [vault, environment] = await withVault();
    await expect(start({ ...environment, VAULT_TOKEN: "hvs.other" })).rejects.toThrow(/Vault .*403.*permission denied/);
    vault.isAway = true;
    await expect(start(environment)).rejects.toThrow(/Vault .*503.*sealed/);
    await expect(start({ ENCRYPTION_KEY: environment["ENCRYPTION_KEY"] ?? "" })).rejects.toThrow(/VAULT_TOKEN/);
  });

  it("may be AWS KMS, which believes signatures alone and is told what each secret is for", async () => {
    const kms = await startKms("eu-west-1", { id: "AKIDEXAMPLE12345", secret: "s/e+cret" });
    services.push(kms);
    const environment = {
      ...{ ENCRYPTION_KEY: "aws-kms:eu-west-1/alias/ghostllm", AWS_ENDPOINT_URL_KMS: kms.url },
      ...{ AWS_ACCESS_KEY_ID: "AKIDEXAMPLE12345", AWS_SECRET_ACCESS_KEY: "s/e+cret" },
    };
    await furnish(environment);
    const again = await start(environment);
    expect(await ask(again)).toBe(200);
    expect(sentCredential()).toBe(`Bearer ${credential}`);
    // The same variables make a provider, Bedrock, which has a secret of its own.
    expect(await kindsOf(again)).toEqual([["aws_kms", true, 5]]);
    await expect(start({ ...environment, AWS_SECRET_ACCESS_KEY: "another" })).rejects.toThrow(/InvalidSignature/);
  });
});

it("all that is sealed is known to the rotation: no column of the tables is forgotten", async () => {
  const store = await openStore({ databaseUrl: null, dataDir: home, log: { warn: () => {} } });
  await migrateStore(store);
  const tables = await store.database.kysely.introspection.getTables();
  const sealed = tables.flatMap(({ name: table, columns }) =>
    columns.filter(({ name }) => name.endsWith("_enc")).map(({ name }) => `${table}.${name}`),
  );
  await store.close();
  const known = sealedPlaces.map(({ table, column }) => `${table}.${column}`);
  expect(sealed.length).toBeGreaterThan(2);
  expect(known).toEqual(expect.arrayContaining(sealed));
});
