// A program that many people use: its key says for whom each request is.

import { startFakeUpstream, type FakeUpstream } from "@ghostllm/fake-upstream";
import { createClient } from "@ghostllm/contract/client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { waitFor } from "./support/stage.ts";
import { ChatPage } from "./support/chat-page.ts";
import { startWholeServer, type WholeServer } from "./support/whole-server.ts";

let vendor: FakeUpstream;
let server: WholeServer;
let ada: { readonly id: string; readonly email: string };
let bob: { readonly id: string; readonly email: string };
let known: { readonly id: string; readonly key: string };
let any: { readonly id: string; readonly key: string };

beforeAll(async () => {
  vendor = await startFakeUpstream();
  const vendors = { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: `${vendor.url}/v1` };
  server = await startWholeServer({ ...vendors, GHOSTLLM_LIMIT_WAIT_MS: "0" });
  const { users, apiKeys } = server.admin;
  ada = await users.create({ body: { email: "Ada@example.com", limits: { concurrent_requests: 1 } } });
  bob = await users.create({ body: { email: "bob@example.com", budget_usd: "0" } });
  const owner = await users.create({ body: { email: "program@example.com" } });
  const make = (acts_for: "known" | "any") =>
    apiKeys.create({ body: { name: acts_for, user_id: owner.id, permissions: { acts_for } } });
  known = await make("known");
  any = await make("any");
});
afterAll(async () => {
  await server.close();
  await vendor.close();
});
beforeEach(() => vendor.script({ kind: "chat", text: "one two" }));

const data = { model: "openai/gpt-4o-mini", max_tokens: 9, messages: [{ role: "user", content: "hello" }] };

function ask(key: string, headers: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...headers },
    body: JSON.stringify(data),
  });
}

async function userOf(response: Response): Promise<string> {
  const id = response.headers.get("x-request-id") ?? "";
  let found = "";
  await waitFor(() => {
    void server.admin.requests.get({ params: { id } }).then(
      ({ row }) => (found = row.user_id),
      () => undefined,
    );
    return found !== "";
  });
  return found;
}

describe("a key that acts for users", () => {
  it.each([
    ["x-ghostllm-user", "ada@example.com"],
    ["x-openwebui-user-email", "ADA@EXAMPLE.COM"],
  ])("has the request counted for who is named in %s", async (header, email) => {
    const response = await ask(known.key, { [header]: email });
    expect(response.status).toBe(200);
    expect(await userOf(response)).toBe(ada.id);
  });

  it("has its owner's requests where nobody is named, or by `any` somebody who is unknown", async () => {
    const unnamed = await ask(known.key, {});
    const unknown = await ask(any.key, { "x-ghostllm-user": "nobody@example.com" });
    const owner = await userOf(unnamed);
    expect(owner).not.toBe(ada.id);
    expect(await userOf(unknown)).toBe(owner);
  });

  it("is refused for somebody who is unknown, by `known`", async () => {
    const response = await ask(known.key, { "x-ghostllm-user": "nobody@example.com" });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain("nobody@example.com");
  });

  it("is held to the budgets and limits of that user", async () => {
    const response = await ask(known.key, { "x-ghostllm-user": bob.email });
    expect(response.status).toBe(429);
    expect(await response.text()).toContain("insufficient_quota");
    vendor.script({ kind: "chat", chunks: 20, tokensPerSecond: 20 });
    const both = await Promise.all([1, 2].map(() => ask(any.key, { "x-ghostllm-user": ada.email })));
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 429]);
    await Promise.all(both.map((one) => one.text()));
  });

  it("follows a user who is renamed, and is refused when he is switched off", async () => {
    const eve = await server.admin.users.create({ body: { email: "eve@example.com" } });
    await server.admin.users.update({ params: { id: eve.id }, body: { email: "eva@example.com" } });
    await expectStatus(403, "eve@example.com");
    await expectStatus(200, "eva@example.com");
    await server.admin.users.update({ params: { id: eve.id }, body: { is_active: false } });
    await expectStatus(403, "eva@example.com");
  });

  it("is heard over a WebSocket", async () => {
    const page = new ChatPage(server.url, { authorization: `Bearer ${known.key}`, "x-ghostllm-user": ada.email });
    await waitFor(() => page.messages.length > 0);
    const { headers } = (await page.chat(data)).at(-1) as unknown as { readonly headers: Record<string, string> };
    expect(await userOf(new Response(null, { headers }))).toBe(ada.id);
    page.close();
  });
});

async function expectStatus(status: number, email: string): Promise<void> {
  let last = 0;
  await waitFor(() => {
    void ask(known.key, { "x-ghostllm-user": email }).then((response) => (last = response.status));
    return last === status;
  });
  expect(last).toBe(status);
}

it("a key without that is its owner's, whatever a request says", async () => {
  const response = await ask(server.apiKey, { "x-ghostllm-user": "ada@example.com" });
  expect(response.status).toBe(200);
  expect(await userOf(response)).not.toBe(ada.id);
});

it("nobody makes or changes one who does not manage all keys", async () => {
  const { users, apiKeys } = server.admin;
  const member = await users.create({ body: { email: "member@example.com" } });
  const own = await apiKeys.create({ body: { name: "own", user_id: member.id } });
  const asMember = createClient({ baseUrl: server.url, apiKey: own.key });
  const change = { permissions: { acts_for: "any" as const } };
  await expect(asMember.apiKeys.update({ params: { id: own.id }, body: change })).rejects.toMatchObject({
    status: 403,
  });
  const team = await server.admin.teams.create({ body: { name: "makers", members_make_keys: true } });
  await server.admin.teams.addMember({ params: { id: team.id }, body: { user_id: member.id, role: "member" } });
  const ofTeam = { name: "of the team", team_id: team.id };
  await expect(asMember.ownKeys.create({ body: { ...ofTeam, ...change } })).rejects.toMatchObject({ status: 403 });
  await expect(asMember.ownKeys.create({ body: ofTeam })).resolves.toMatchObject({ name: "of the team" });
  await expect(asMember.apiKeys.create({ body: { name: "more", ...change } })).rejects.toMatchObject({ status: 403 });
});
