// Stored prompts and answers by the server as it is composed, with two workers: who sets the policy and who reads, what is told of it, and that
// nothing else has them, not even the files of the database.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@ghostllm/contract/client";
import type { Client } from "@ghostllm/contract/client";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWholeServer, wholeAdminKey } from "./support/whole-server.ts";
import type { WholeServer } from "./support/whole-server.ts";

const word = "canary7f3aQx";
const password = "correct horse battery";

let server: WholeServer;
let upstream: FakeUpstream;
let teamId: string;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  server = await startWholeServer({ SERVER_WORKERS: "2", LOG_LEVEL: "trace" });
  await server.admin.providers.create({
    body: { provider_type: "openai-compatible", name: "v", base_url: `${upstream.url}/v1`, api_key: "of-the-vendor" },
  });
  ({ id: teamId } = await server.admin.teams.create({ body: { name: "team" } }));
});
afterAll(async () => {
  await server.close();
  await upstream.close();
});

let serial = 0;
const next = (): string => `n${(serial += 1)}`;

async function ask(key: string, text = word, stream = false): Promise<Response> {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", connection: "close" },
    body: JSON.stringify({ model: "v/m", stream, messages: [{ role: "user", content: text }] }),
  });
  return response;
}

/** Answers the id of the request, when its record is stored. */
async function asked(key: string, text = word, stream = false): Promise<string> {
  const response = await ask(key, text, stream);
  await response.text();
  expect(response.status).toBe(200);
  const id = response.headers.get("x-request-id") ?? "";
  const find = () =>
    server.admin.requests.get({ params: { id } }).then(
      ({ record }) => record.id,
      () => null,
    );
  await expect.poll(find, { timeout: 20_000 }).toBe(id);
  return id;
}

const stateOf = async (id: string) => (await server.admin.requests.get({ params: { id } })).content;
const isStored = async (id: string): Promise<void> => {
  await expect.poll(() => stateOf(id), { timeout: 20_000 }).toBe("stored");
};
const read = (id: string, client = server.admin) => client.requests.content({ params: { id } });

async function person(role: string): Promise<{ readonly id: string; readonly client: Client }> {
  const email = `${next()}@example.com`;
  const { id } = await server.admin.users.create({ body: { email, password, role } });
  const body = JSON.stringify({ email, password });
  const headers = { "content-type": "application/json" };
  const session = await fetch(`${server.url}/admin/sessions`, { method: "POST", headers, body });
  const { token } = (await session.json()) as { readonly token: string };
  return { id, client: createClient({ baseUrl: server.url, apiKey: token }) };
}

const view = async (path: string): Promise<string> =>
  (await fetch(server.url + path, { headers: { authorization: `Bearer ${wholeAdminKey}` } })).text();

describe("a key whose policy has prompts stored", () => {
  it.each([false, true])(
    "has them read by who may, with an entry of the audit log each time, streamed: %s",
    async (stream) => {
      const { id: keyId, key } = await server.admin.apiKeys.create({
        body: { name: next(), store_prompts: "request_and_answer", user_id: (await person("member")).id },
      });
      const id = await asked(key, `Say ${word}`, stream);
      await isStored(id);
      const content = await read(id);
      expect(content).toMatchObject({ request_id: id, state: "stored", dialect: "openai-chat", streamed: stream });
      expect(content.request?.body).toContain(`Say ${word}`);
      expect(content.answer_text).toContain(word);
      expect(content.answer).toMatchObject({ is_cut: false, left_out: 0 });
      const days = (Date.parse(content.stored_until ?? "") - Date.now()) / 86_400_000;
      expect(days).toBeGreaterThan(29.9);
      expect(days).toBeLessThan(30.1);
      await read(id);
      const { data } = await server.admin.audit.list({ query: { action: "request.content_read" } });
      const entries = data.filter(({ object }) => object?.id === id);
      expect(entries).toHaveLength(2);
      expect(entries[0]).toMatchObject({ actor: { kind: "admin_key" }, details: { api_key_id: keyId } });
      expect(JSON.stringify(entries)).not.toContain(word);
    },
  );

  it("is changed for all workers at once, told to its holder, and told in the audit log", async () => {
    const user = await person("member");
    const { id, key } = await server.admin.apiKeys.create({ body: { name: next(), user_id: user.id } });
    const told = async () => {
      const headers = { authorization: `Bearer ${key}`, connection: "close" };
      return ((await (await fetch(`${server.url}/v1/key`, { headers })).json()) as { store_prompts: string })
        .store_prompts;
    };
    const before = await asked(key);
    expect([await told(), await stateOf(before)]).toEqual(["nothing", "not_stored"]);
    await server.admin.apiKeys.update({ params: { id }, body: { store_prompts: "request" } });
    for (let time = 0; time < 6; time += 1) expect(await told()).toBe("request");
    const during = await asked(key);
    await isStored(during);
    expect(await read(during)).toMatchObject({ answer: null, answer_text: null });
    const { key: rotated } = await server.admin.apiKeys.rotate({ params: { id }, body: {} });
    await isStored(await asked(rotated));
    await server.admin.apiKeys.update({ params: { id }, body: { store_prompts: null } });
    expect(await told()).toBe("nothing");
    expect(await read(before)).toMatchObject({ state: "not_stored", request: null, answer: null, stored_until: null });
    const { data } = await server.admin.audit.list({ query: { action: "key.changed" } });
    const changes = data.filter(({ object }) => object?.id === id).flatMap((entry) => entry.changes);
    expect(changes).toContainEqual({ field: "store_prompts", before: null, after: "request" });
  });

  it("goes by its team, where it says nothing of it itself", async () => {
    const user = await person("member");
    await server.admin.teams.addMember({ params: { id: teamId }, body: { user_id: user.id } });
    const body = { user_id: user.id, team_id: teamId };
    const silent = await server.admin.apiKeys.create({ body: { ...body, name: next() } });
    const own = await server.admin.apiKeys.create({ body: { ...body, name: next(), store_prompts: "nothing" } });
    await server.admin.teams.update({ params: { id: teamId }, body: { store_prompts: "request_and_answer" } });
    await isStored(await asked(silent.key));
    expect(await stateOf(await asked(own.key))).toBe("not_stored");
    await server.admin.teams.update({ params: { id: teamId }, body: { store_prompts: "nothing" } });
    expect(await stateOf(await asked(silent.key))).toBe("not_stored");
  });

  it("is made by no member himself, and by the manager of a team for keys of it", async () => {
    const [member, manager] = [await person("member"), await person("member")];
    const { id } = await server.admin.teams.create({ body: { name: next(), members_make_keys: true } });
    await server.admin.teams.addMember({ params: { id }, body: { user_id: member.id } });
    await server.admin.teams.addMember({ params: { id }, body: { user_id: manager.id, role: "manager" } });
    const body = { name: next(), team_id: id, store_prompts: "request" } as const;
    await expect(member.client.ownKeys.create({ body })).rejects.toMatchObject({ status: 400 });
    await expect(member.client.apiKeys.create({ body })).rejects.toMatchObject({ status: 403 });
    const own = await member.client.ownKeys.create({ body: { name: next(), team_id: id } });
    const params = { id: own.id };
    await expect(member.client.apiKeys.update({ params, body: { store_prompts: "request" } })).rejects.toMatchObject({
      status: 403,
    });
    const changed = await manager.client.apiKeys.update({ params, body: { store_prompts: "request" } });
    expect(changed.store_prompts).toBe("request");
    const request = await asked(own.key);
    await isStored(request);
    for (const { client } of [
      member,
      manager,
      await person("auditor"),
      await person("manager"),
      await person("viewer"),
    ])
      await expect(read(request, client)).rejects.toMatchObject({ status: 403 });
    expect((await manager.client.requests.get({ params: { id: request } })).content).toBe("stored");
    await server.admin.roles.create({
      body: { name: "reader", permissions: { "prompts.read": "team", "self.read": "own" } },
    });
    await server.admin.roles.create({
      body: { name: "owner", permissions: { "prompts.read": "own", "self.read": "own" } },
    });
    await server.admin.users.update({ params: { id: manager.id }, body: { role: "reader" } });
    expect(await read(request, manager.client)).toMatchObject({ state: "stored" });
    await server.admin.users.update({ params: { id: member.id }, body: { role: "owner" } });
    expect(await read(request, member.client)).toMatchObject({ state: "stored" });
    const stranger = await person("owner");
    await expect(read(request, stranger.client)).rejects.toMatchObject({ status: 404 });
  });
});

async function files(): Promise<readonly (readonly [string, string])[]> {
  const entries = await readdir(server.dataDir, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(paths.map(async (path) => [path, await readFile(path, "latin1").catch(() => "")] as const));
}

describe("stored prompts", () => {
  it("are in no log, metric, event, list, export or file", async () => {
    const { key } = await server.admin.apiKeys.create({
      body: { name: next(), store_prompts: "request_and_answer", user_id: (await person("member")).id },
    });
    for (const stream of [false, true]) await isStored(await asked(key, word, stream));
    const paths = [
      ...["/metrics", "/admin/requests", "/admin/requests/export", "/admin/requests/export/ndjson", "/admin/usage"],
      ...["/admin/events?limit=500", "/admin/audit?limit=500", "/admin/audit/export/ndjson", "/admin/system"],
    ];
    for (const path of paths) expect((await view(path)).includes(word), path).toBe(false);
    expect(server.logged.join("").includes(word)).toBe(false);
    for (const [path, text] of await files()) expect(text.includes(word), path).toBe(false);
    expect(await view("/metrics")).toMatch(/ghostllm_stored_contents_total\{outcome="stored"\} [1-9]/);
  });

  it("are handed out to whom they are of, and gone at once when he is erased", async () => {
    const { id: userId, client } = await person("member");
    const { key } = await server.admin.apiKeys.create({
      body: { name: next(), user_id: userId, store_prompts: "request_and_answer" },
    });
    const id = await asked(key, `His ${word}`);
    await isStored(id);
    const exported = (await view(`/admin/users/${userId}/export`)).trimEnd().split("\n");
    const lines = exported.map((line) => JSON.parse(line) as { readonly kind: string; readonly data: object });
    const contents = lines.filter(({ kind }) => kind === "request_content");
    expect(contents).toMatchObject([
      { data: { request_id: id, request: { body: expect.stringContaining(`His ${word}`) } } },
    ]);
    expect(JSON.stringify(contents)).not.toContain("sealed");
    await expect(read(id, client)).rejects.toMatchObject({ status: 403 });
    await server.admin.personalData.erase({ params: { id: userId } });
    expect(await read(id)).toMatchObject({ state: "gone", request: null });
    expect(await stateOf(id)).toBe("gone");
  });
});

describe("a server that keeps no prompts", () => {
  let other: WholeServer;
  beforeAll(async () => {
    other = await startWholeServer({ GHOSTLLM_RETENTION_PROMPT_DAYS: "0" });
  });
  afterAll(() => other.close());

  it("refuses a policy that would have them stored", async () => {
    const [user] = (await other.admin.users.list()).data;
    const body = { name: "k", user_id: user?.id ?? "" };
    for (const store_prompts of ["request", "request_and_answer"] as const) {
      await expect(other.admin.apiKeys.create({ body: { ...body, store_prompts } })).rejects.toMatchObject({
        ...{ status: 400, param: "store_prompts" },
      });
      await expect(other.admin.teams.create({ body: { name: "t", store_prompts } })).rejects.toMatchObject({
        status: 400,
      });
    }
    const { store_prompts: none } = await other.admin.apiKeys.create({ body: { ...body, store_prompts: "nothing" } });
    expect(none).toBe("nothing");
  });
});
