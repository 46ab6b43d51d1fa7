// Open WebUI before GhostLLM, as its users and its operator know it: what it lists, asks, stops and is charged for.

import { startFakeUpstream, type FakeUpstream, type ReceivedRequest } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { startWholeServer, type WholeServer } from "../../apps/server/tests/support/whole-server.ts";
import { startOpenWebUi, type OpenWebUi } from "./install.ts";

const email = "ada@example.com";
const model = "smart";
const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

let vendor: FakeUpstream;
let server: WholeServer;
let ui: OpenWebUi;
let token: string;
let adaId: string;

beforeAll(async () => {
  vendor = await startFakeUpstream();
  server = await startWholeServer({ OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: `${vendor.url}/v1` });
  const { users, apiKeys, aliases } = server.admin;
  const target = { provider: "openai", model: "gpt-4o-mini", weight: 1 };
  await aliases.create({ body: { name: model, targets: [target] } });
  const embedding = { provider: "openai", model: "text-embedding-3-small", weight: 1 };
  await aliases.create({ body: { name: "text-embedding-3-small", targets: [embedding] } }).catch(() => null);
  adaId = (await users.create({ body: { email } })).id;
  const owner = await users.create({ body: { email: "open-webui@example.com" } });
  const permissions = { acts_for: "any" as const };
  const { key } = await apiKeys.create({ body: { name: "open-webui", user_id: owner.id, permissions } });
  ui = await startOpenWebUi(`${server.url}/v1`, key);
  const person = { name: "Ada", email, password: "a-long-Password-1" };
  token = (await call<{ token: string }>("/api/v1/auths/signup", person)).token;
}, 300_000);

afterAll(async () => {
  await ui?.stop();
  await server?.close();
  await vendor?.close();
});

beforeEach(() => vendor.clear());

function ask(path: string, body?: unknown, init: RequestInit = {}): Promise<Response> {
  const isForm = body instanceof FormData;
  return fetch(ui.url + path, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(!isForm && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
    ...init,
  });
}

async function call<Answer>(path: string, body?: unknown): Promise<Answer> {
  const response = await ask(path, body);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text.slice(0, 300)}`);
  return JSON.parse(text) as Answer;
}

const said = (content: unknown) => [{ role: "user", content }];
const chats = (): readonly ReceivedRequest[] =>
  vendor.received.filter(({ path }) => path.endsWith("/chat/completions"));
const bodyOf = (request: ReceivedRequest | undefined) => request?.json() as Readonly<Record<string, unknown>>;

describe("Open WebUI", () => {
  it("lists the models that its key may use", async () => {
    const { data } = await call<{ data: readonly { id: string }[] }>("/api/models");
    expect(data.map(({ id }) => id)).toContain(model);
  });

  it("streams a chat to its end, which is in the spend of whoever is signed in", async () => {
    vendor.script({ kind: "chat", text: "one two three" });
    const text = await (await ask("/api/chat/completions", { model, stream: true, messages: said("hello") })).text();
    expect(text).toContain("three");
    expect(text).toContain("[DONE]");
    await vi.waitFor(
      async () => {
        const { data } = await server.admin.usage.list({ query: { user_id: adaId } });
        expect(data.length).toBeGreaterThan(0);
        expect(data[0]).toMatchObject({ status: "ok", requested_model: model });
      },
      { timeout: 20_000, interval: 200 },
    );
  });

  it("has a title made", async () => {
    vendor.script({ kind: "chat", text: '{"title":"Greetings"}' });
    const answer = await call<object>("/api/v1/tasks/title/completions", {
      model,
      messages: said("hello"),
      chat_id: "c",
    });
    expect(JSON.stringify(answer)).toContain("Greetings");
    expect(bodyOf(chats().at(-1))).toMatchObject({ model: "gpt-4o-mini" });
  });

  it("has its title made beside the answer where one request may run at a time, and neither is refused", async () => {
    const { users } = server.admin;
    await users.update({ params: { id: adaId }, body: { limits: { concurrent_requests: 1 } } });
    vendor.script({ kind: "chat", text: "one two three", delayMs: 300 });
    const title = ask("/api/v1/tasks/title/completions", { model, messages: said("hello") });
    const message = ask("/api/chat/completions", { model, stream: true, messages: said("hello") });
    const [told, asked] = await Promise.all([title, message]);
    expect([told.status, asked.status]).toEqual([200, 200]);
    expect(await asked.text()).toContain("three");
    await users.update({ params: { id: adaId }, body: { limits: { concurrent_requests: null } } });
  });

  it("sends pictures", async () => {
    vendor.script({ kind: "chat", text: "a dot" });
    const picture = { type: "image_url", image_url: { url: `data:image/png;base64,${pixel}` } };
    const parts = [{ type: "text", text: "what is it?" }, picture];
    const answer = await call<object>("/api/chat/completions", { model, stream: false, messages: said(parts) });
    expect(JSON.stringify(answer)).toContain("a dot");
    expect(JSON.stringify(bodyOf(chats().at(-1)))).toContain(pixel);
  });

  it("has tools called, and sends their results", async () => {
    const tools = [{ type: "function", function: { name: "look", parameters: { type: "object", properties: {} } } }];
    vendor.script([
      { kind: "chat", toolCalls: [{ name: "look", arguments: {} }] },
      { kind: "chat", text: "blue" },
    ]);
    const first = await call<{ choices: readonly { message: { tool_calls: readonly { id: string }[] } }[] }>(
      "/api/chat/completions",
      { model, stream: false, messages: said("which colour?"), tools },
    );
    const message = first.choices[0]?.message;
    const id = message?.tool_calls[0]?.id ?? "";
    const messages = [...said("which colour?"), message, { role: "tool", tool_call_id: id, content: "blue" }];
    const second = await call<object>("/api/chat/completions", { model, stream: false, messages, tools });
    expect(JSON.stringify(second)).toContain("blue");
    expect(JSON.stringify(bodyOf(chats().at(-1)))).toContain(id);
  });

  it("has files embedded for its search", async () => {
    const form = new FormData();
    const lines = Array.from({ length: 60 }, (_, line) => `Line ${line} of the notes says that it is line ${line}.`);
    form.append("file", new Blob([lines.join("\n")], { type: "text/plain" }), "notes.txt");
    const { id } = JSON.parse(await (await ask("/api/v1/files/?process=true", form)).text()) as { id: string };
    const embeddings = () => vendor.received.filter(({ path }) => path.endsWith("/embeddings"));
    await vi.waitFor(() => expect(embeddings().length).toBeGreaterThan(0), { timeout: 30_000, interval: 200 });
    const status = async () => JSON.stringify(await call<object>(`/api/v1/files/${id}`));
    await vi.waitFor(async () => expect(await status()).toContain('"status":"completed"'), {
      timeout: 30_000,
      interval: 300,
    });
    expect(bodyOf(embeddings()[0])).toMatchObject({ model: "text-embedding-3-small" });
  });

  it("stops the vendor when its user stops", async () => {
    vendor.script({ kind: "chat", chunks: 400, tokensPerSecond: 40 });
    const leave = new AbortController();
    const body = { model, stream: true, messages: said("tell me all") };
    const response = await ask("/api/chat/completions", body, { signal: leave.signal });
    await response.body?.getReader().read();
    leave.abort();
    await vendor.waitUntil(() => chats().at(-1)?.aborted === true, 5_000);
    expect(chats().at(-1)?.aborted).toBe(true);
  });

  it("shows what was refused, in the words of the refusal", async () => {
    await server.admin.users.update({ params: { id: adaId }, body: { budget_usd: "0" } });
    await vi.waitFor(async () => {
      const response = await ask("/api/chat/completions", { model, stream: true, messages: said("hello") });
      expect(await response.text()).toMatch(/budget/i);
    });
    await server.admin.users.update({ params: { id: adaId }, body: { budget_usd: null } });
  });
});
