// What is stored about somebody, handed out and erased, by the server as it is composed: nothing is left of him in any file of it.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@ghostllm/contract/client";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWholeServer, wholeAdminKey } from "./support/whole-server.ts";
import type { WholeServer } from "./support/whole-server.ts";

const password = "correct horse battery";
const canary = "zq7canary";
const agent = { "user-agent": `${canary}-browser/1` };

let server: WholeServer;
let upstream: FakeUpstream;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  server = await startWholeServer();
  await server.admin.providers.create({
    body: { provider_type: "openai-compatible", name: "v", base_url: `${upstream.url}/v1`, api_key: "of-the-vendor" },
  });
  // Nobody answers there: what is to be sent waits.
  const types = ["audit.entry", "user.login", "key.created"] as const;
  await server.admin.webhooks.create({ body: { name: "w", url: "https://127.0.0.1:1/", types: [...types] } });
});
afterAll(async () => {
  await server.close();
  await upstream.close();
});

const view = async (path: string, key = wholeAdminKey): Promise<string> =>
  (await fetch(server.url + path, { headers: { authorization: `Bearer ${key}` } })).text();

const ask = (key: string): Promise<Response> =>
  fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...agent },
    body: JSON.stringify({ model: "v/m", messages: [{ role: "user", content: `${canary} asks` }] }),
  });

/** Somebody who has signed in, has a key and a view, and has asked. */
async function arrive(name: string) {
  const email = `${canary}.${name}@example.com`;
  const body = { email, username: `${canary} ${name}`, password };
  const { id } = await server.admin.users.create({ body });
  const signedIn = await fetch(`${server.url}/admin/sessions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...agent },
    body: JSON.stringify({ email, password }),
  });
  const { token } = (await signedIn.json()) as { readonly token: string };
  const own = createClient({ baseUrl: server.url, apiKey: token });
  const saved = { page: "requests", name: `${canary} view`, search: { status: "failed" }, is_shared: false } as const;
  await own.views.create({ body: saved });
  const { key } = await server.admin.apiKeys.create({ body: { name: `${canary} key`, user_id: id } });
  expect((await ask(key)).status).toBe(200);
  const used = async () => (await server.admin.usage.summary({ query: { user_id: id, group_by: "user" } })).data;
  await expect.poll(async () => (await used()).length, { timeout: 20_000 }).toBe(1);
  return { id, email, key, own, token, used };
}

async function files(): Promise<readonly (readonly [string, string])[]> {
  const entries = await readdir(server.dataDir, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  // One may go meanwhile.
  return Promise.all(paths.map(async (path) => [path, await readFile(path, "latin1").catch(() => "")] as const));
}

const whatIsRead = [
  ...["/admin/users", "/admin/api-keys", "/admin/sessions", "/admin/audit?limit=500", "/admin/audit/export/ndjson"],
  ...["/admin/events?limit=500", "/admin/requests", "/admin/usage", "/admin/usage/export?group_by=user,key"],
];

describe("personal data", () => {
  it("is handed out whole to whoever may, and to everybody his own", async () => {
    const { id, own, token } = await arrive("reader");
    const other = await server.admin.users.create({ body: { email: "other@example.com" } });
    const lines = (await view(`/admin/users/${id}/export`, token)).trimEnd().split("\n");
    const told = lines.map((line) => JSON.parse(line) as { readonly kind: string; readonly data: object });
    const counts = Object.fromEntries(
      [...Map.groupBy(told, ({ kind }) => kind)].map(([kind, of]) => [kind, of.length]),
    );
    const { manifest, ...rest } = counts;
    expect(manifest).toBe(1);
    expect(told.at(-1)).toMatchObject({ kind: "manifest", data: { user_id: id, format: 1, lines: rest } });
    expect(rest).toMatchObject({ account: 1, key: 1, session: 1, view: 1, request: 1, usage_hour: 1 });
    expect(await view(`/admin/users/${other.id}/export`, token)).toContain("not_found");
    await expect(own.personalData.erase({ params: { id } })).rejects.toMatchObject({ status: 403 });
    const [exported] = (await server.admin.audit.list({ query: { action: "user.exported" } })).data;
    expect(exported).toMatchObject({ object: { id } });
  });

  it("is gone from all that can be read and from all files, and the books stay", async () => {
    const { id, key, token, used } = await arrive("gone");
    const before = await used();
    const begun = await server.admin.personalData.erase({ params: { id } });
    expect(begun.user_id).toBe(id);
    expect((await ask(key)).status).toBe(401);
    expect(await view("/admin/sessions", token)).toContain("invalid_api_key");
    const state = async () => (await server.admin.personalData.erasure({ params: { id } })).state;
    await expect.poll(state, { timeout: 40_000, interval: 500 }).toBe("done");
    const name = new RegExp(`${canary}.gone`, "i");
    for (const path of [...whatIsRead, `/admin/erasures/${id}`]) expect(await view(path), path).not.toMatch(name);
    for (const [path, text] of await files()) expect(name.test(text), path).toBe(false);
    expect(await used()).toEqual(before);
    const [request] = (await server.admin.usage.list({ query: { user_id: id } })).data;
    expect(request).toMatchObject({ ip_address: null, user_agent: null });
    expect(await server.admin.audit.verify({ query: {} })).toMatchObject({ ok: true, problem: null });
    expect(await server.admin.personalData.erase({ params: { id } })).toMatchObject({ state: "done" });
    expect((await server.admin.personalData.erasures({ query: {} })).data).toHaveLength(1);
  });

  it("is erased by nobody for himself, and not of the last who governs", async () => {
    const { id, own } = await arrive("boss");
    await server.admin.users.update({ params: { id }, body: { role: "admin" } });
    await expect(own.personalData.erase({ params: { id } })).rejects.toMatchObject({ status: 409 });
    const admins = (await server.admin.users.list()).data.filter((user) => user.role === "admin" && user.id !== id);
    for (const admin of admins) await own.personalData.erase({ params: { id: admin.id } });
    await expect(server.admin.personalData.erase({ params: { id } })).rejects.toMatchObject({ status: 409 });
    expect((await server.admin.users.get({ params: { id } })).is_active).toBe(true);
  });
});
