// Secrets in every field that holds one, and in the hands of everybody who has one: none of them is in any answer of the admin API but the
// one that shows it once, in an event, a metric, the audit log, the log, or readable in the data directory.

import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { adminRouteList } from "@ghostllm/contract/routes";
import type { AdminRoute } from "@ghostllm/contract/routes";
import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startVault, type KeyService } from "./support/key-services.ts";
import { answers, WebhookReceiver } from "./support/webhook-receiver.ts";
import { startWholeServer, wholeAdminKey, type WholeServer } from "./support/whole-server.ts";

const secret = (): string => randomBytes(24).toString("base64url");
const canaries = new Map<string, string>();

/** Notes a secret that somebody has; of a key what is behind its public part. */
function keep(name: string, value: string): string {
  canaries.set(name, /^(?:gk|scim)-/.test(value) ? (value.split("-").at(-1) ?? value) : value);
  return value;
}

const plant = (name: string): string => keep(name, secret());

let server: WholeServer;
let vendor: FakeUpstream;
let vault: KeyService;
let receiver: WebhookReceiver;
const told: (readonly [where: string, text: string])[] = [];

beforeAll(async () => {
  vendor = await startFakeUpstream();
  vault = await startVault(plant("the token of Vault"));
  receiver = await WebhookReceiver.start();
  receiver.answer = answers.status(500);
  server = await startWholeServer({
    ENCRYPTION_KEY: `vault:${vault.url}/transit/ghostllm`,
    VAULT_TOKEN: canaries.get("the token of Vault") ?? "",
    JWT_SECRET: plant("the secret of sessions"),
    GHOSTLLM_METRICS_TOKEN: plant("the token of metrics"),
    ADMIN_PASSWORD: plant("the password of the first administrator"),
    OPENAI_API_KEY: plant("the key of a provider in the environment"),
    OPENAI_BASE_URL: `${vendor.url}/v1`,
    LOG_LEVEL: "trace",
  });
  keep("the admin key", wholeAdminKey);
  keep("the first key", server.apiKey);
  await furnish();
  await useAll();
  await readAll();
}, 120_000);

afterAll(async () => {
  await server?.close();
  await Promise.all([vendor?.close(), vault?.close(), receiver?.close()]);
});

/** Gives the server all secrets that it can be given. */
async function furnish(): Promise<void> {
  const { admin } = server;
  const headers = { "x-secret": plant("a header of a provider") };
  const query = { key: plant("a parameter of a provider") };
  const api_key = plant("the key of a provider");
  const given = { name: "planted", provider_type: "openai", base_url: `${vendor.url}/v1`, headers, query, api_key };
  const { id } = await admin.providers.create({ body: given });
  await admin.providers.update({ params: { id }, body: { api_key: plant("the next key of a provider") } });
  await admin.providers.test({ params: { id } }).catch(() => undefined);
  const types = ["key.created", "audit.entry"];
  const webhook = await admin.webhooks.create({ body: { name: "hook", url: receiver.url, types } });
  keep("the secret of a webhook", webhook.secret);
  keep("the next secret of a webhook", (await admin.webhooks.rotateSecret({ params: { id: webhook.id } })).secret);
  await admin.webhooks.test({ params: { id: webhook.id } }).catch(() => undefined);
  const client_secret = plant("the secret of a client of an issuer");
  const issuer = { label: "Issuer", issuer: vendor.url, client_id: "ghost", client_secret };
  const method = await admin.signInMethods.create({ body: issuer });
  await admin.signInMethods.test({ params: { id: method.id } });
  keep("a token of a directory", (await admin.scim.createToken({ body: { name: "directory" } })).token);
}

/** Gives people what they have, and has it used rightly and wrongly. */
async function useAll(): Promise<void> {
  const { admin } = server;
  const [email, password] = ["ada@example.com", plant("a password")];
  const { id } = await admin.users.create({ body: { email, password, role: "admin" } });
  keep("a link for a password", (await admin.passwords.createLink({ params: { id }, body: {} })).token);
  const signIn = async (code?: string) => {
    const body = JSON.stringify({ email, password, ...(code !== undefined && { code }) });
    const headers = { "content-type": "application/json" };
    return (await (await fetch(`${server.url}/admin/sessions`, { method: "POST", headers, body })).json()) as {
      token: string;
    };
  };
  const { token } = await signIn();
  keep("the signature of a session", token.split(".")[2] ?? "");
  const asAda = (path: string, body: object) => send(path, "POST", token, body);
  const begun = JSON.parse(await asAda("/admin/second-factor", { password })) as { secret: string };
  keep("the secret of an app", begun.secret);
  const code = new TOTP({ secret: Secret.fromBase32(begun.secret) }).generate();
  const confirmed = JSON.parse(await asAda("/admin/second-factor/confirm", { code })) as { recovery_codes: string[] };
  for (const [index, one] of confirmed.recovery_codes.entries()) keep(`recovery code ${index}`, one);
  const made = await admin.apiKeys.create({ body: { name: "k", user_id: id } });
  keep("a key", made.key);
  keep("a key that was rotated", (await admin.apiKeys.rotate({ params: { id: made.id }, body: {} })).key);
  const team = await admin.teams.create({ body: { name: "Team" } });
  keep("a key of a team", (await admin.apiKeys.create({ body: { name: "t", owner: "team", team_id: team.id } })).key);
  await askWrongly(email, made.key);
}

/** Everything that is refused may quote what it refuses. */
async function askWrongly(email: string, key: string): Promise<void> {
  const wrong = plant("a password that is wrong");
  await send("/admin/sessions", "POST", null, { email, password: wrong });
  await send("/admin/sessions", "POST", null, { email: wrong, password: "x".repeat(12) });
  await send("/admin/second-factor/remove", "POST", key, { password: wrong });
  await send("/admin/users", "GET", `gk-000000000000-${plant("a key that there is not")}`);
  await send("/admin/me", "GET", plant("a session that there is not"));
  await send("/admin/me", "GET", `scim-000000000000-${plant("a token that there is not")}`);
  const broken = `${plant("a key with a line break")}\n`;
  for (const field of ["api_key", "base_url"])
    await send("/admin/providers", "POST", wholeAdminKey, { name: "b", provider_type: "openai", [field]: broken });
  await send("/admin/password-link", "POST", null, { token: plant("a link that there is not"), password: wrong });
  const body = { model: "planted/gpt-4o-mini", messages: [{ role: "user", content: "Hello" }] };
  vendor.script({
    kind: "answer",
    status: 401,
    body: { error: { message: `Incorrect API key provided: ${canaries.get("the next key of a provider")}` } },
  });
  for (const credential of [
    key,
    `gk-111111111111-${canaries.get("a key that there is not")}`,
    canaries.get("the token of metrics") ?? "",
  ])
    await send("/v1/chat/completions", "POST", credential, body);
  await send(
    `/v1beta/models/gpt-4o-mini:generateContent?key=${canaries.get("a key that there is not")}`,
    "POST",
    null,
    {},
  );
}

/** All that comes back is looked at, too. */
async function send(path: string, method: string, credential: string | null, body?: object): Promise<string> {
  const response = await fetch(server.url + path, {
    method,
    headers: {
      ...(body && { "content-type": "application/json" }),
      ...(credential !== null && { authorization: `Bearer ${credential}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  if (isStream) await response.body?.cancel();
  const text = isStream ? "" : await response.text();
  // What is shown once is shown there.
  const isShown = path.startsWith("/admin/second-factor") && response.status < 300;
  if (!isShown)
    told.push([
      `${method} ${path.split("?", 1)[0]} ${response.status}`,
      `${JSON.stringify([...response.headers])}\n${text}`,
    ]);
  return text;
}

const idsIn = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(/"(?:id|name)":"([^"/]{1,64})"/g)].map(([, id = ""]) => id)),
];

/** Every route that tells something: lists, and each thing that they name. */
async function readAll(): Promise<void> {
  const reading = adminRouteList.filter(({ method, permission }) => method === "GET" && permission !== "public");
  const known = new Map<string, readonly string[]>();
  const isOfOne = ({ path }: AdminRoute): boolean => path.includes("{");
  const folderOf = ({ path }: AdminRoute): string => path.split("/{", 1)[0] ?? "";
  for (const route of reading.filter((one) => !isOfOne(one)))
    known.set(folderOf(route), idsIn(await send(route.path, "GET", wholeAdminKey)));
  for (const route of reading.filter(isOfOne)) {
    for (const id of (known.get(folderOf(route)) ?? []).slice(0, 30))
      await send(route.path.replace("{kind}", "key").replace(/\{\w+\}/g, encodeURIComponent(id)), "GET", wholeAdminKey);
  }
  for (const path of ["/metrics", "/status", "/health", "/docs/json", "/v1/models", "/v1/key"])
    await send(path, "GET", path.startsWith("/v1") ? server.apiKey : wholeAdminKey);
}

async function filesOf(directory: string): Promise<readonly (readonly [string, Buffer])[]> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(
    files.map(async ({ parentPath, name }) => [name, await readFile(join(parentPath, name))] as const),
  );
}

const foundIn = (where: string, text: string | Buffer): readonly string[] =>
  [...canaries].filter(([, value]) => text.includes(value)).map(([name]) => `${name} in ${where}`);

describe("a secret", () => {
  it("is in no answer but the one that shows it once", () => {
    expect(canaries.size).toBeGreaterThan(30);
    expect(told.length).toBeGreaterThan(60);
    expect(new Set(told.map(([where]) => where.slice(-3)))).toContain("200");
    expect(told.flatMap(([where, text]) => foundIn(where, text))).toEqual([]);
  });

  it("is in no line of the log, at any level", () => {
    expect(server.logged.length).toBeGreaterThan(5);
    expect(server.logged.flatMap((line) => foundIn(line.slice(0, 300), line))).toEqual([]);
  });

  it("is in nothing that a webhook is told", async () => {
    await expect.poll(() => receiver.received.length).toBeGreaterThan(0);
    expect(
      receiver.received.flatMap(({ body, headers }) => foundIn("a delivery", body + JSON.stringify(headers))),
    ).toEqual([]);
  });

  it("is readable in no file of the data directory", async () => {
    const files = await filesOf(server.dataDir);
    expect(files.length).toBeGreaterThan(1);
    expect(files.flatMap(([name, bytes]) => foundIn(name, bytes))).toEqual([]);
  });

  it("is where it belongs: what vendors are sent", () => {
    const sent = JSON.stringify(vendor.received);
    for (const name of ["the next key of a provider", "a header of a provider", "a parameter of a provider"])
      expect([name, foundIn("x", sent)]).toEqual([name, expect.arrayContaining([`${name} in x`])]);
  });
});

describe("the log", () => {
  const evil = '\u001b[31mred\u009b2J\u2028next\u202edrawkcab\u0085\u007f\r\n{"level":60,"msg":"forged"}';

  it("has a line of JSON for each thing that happens, and no character that steers a terminal", async () => {
    const before = server.logged.length;
    const { admin } = server;
    const { id } = await admin.users.create({ body: { email: "log@example.com", username: evil } });
    await admin.apiKeys.create({ body: { name: evil, user_id: id, tags: ["x"] } });
    const odd = { name: "odd", provider_type: "openai", base_url: "http://127.0.0.1:1/v1", api_key: "sk-x" };
    await admin.providers.create({ body: odd });
    const header = Buffer.from("\u009b31m\u2028odd", "utf8").toString("latin1");
    for (const model of [evil, `odd/${evil}`, "odd/gpt-4o-mini"]) {
      await fetch(`${server.url}/v1/chat/completions?x=${encodeURIComponent(evil)}`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${server.apiKey}`,
          "content-type": "application/json",
          "user-agent": header,
          "x-client-request-id": header,
        },
        body: JSON.stringify({ model, user: evil, messages: [{ role: "user", content: evil }] }),
      });
    }
    await fetch(`${server.url}/v1/models/${encodeURIComponent(evil)}`, {
      headers: { authorization: `Bearer ${server.apiKey}` },
    });
    await fetch(`${server.url}/admin/users/${encodeURIComponent(evil)}`, {
      headers: { authorization: `Bearer ${evil.length}` },
    });
    await expect.poll(() => server.logged.length).toBeGreaterThan(before + 3);
    for (const line of server.logged) {
      // eslint-disable-next-line no-control-regex
      expect(line.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/);
      expect(Object.keys(JSON.parse(line) as object)).toContain("level");
    }
    expect(server.logged.filter((line) => (JSON.parse(line) as { msg?: string }).msg === "forged")).toEqual([]);
  });
});
