// Chat sessions by the server as it is composed, alone and by workers: kept across them, read by whose they are and by nobody else, exported, and
// told of in the log of requests.

import { createClient } from "@ghostllm/contract/client";
import type { Client } from "@ghostllm/contract/client";
import { readStream } from "@ghostllm/contract/read-stream";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWholeServer, wholeAdminKey } from "./support/whole-server.ts";
import type { WholeServer } from "./support/whole-server.ts";

const password = "correct horse battery";
const png = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(3_000, 7)]).toString("base64");

let upstream: FakeUpstream;
beforeAll(async () => {
  upstream = await startFakeUpstream();
});
afterAll(() => upstream.close());

describe.each([
  ["alone", {}],
  ["by workers", { SERVER_WORKERS: "2" }],
])("a server that answers %s", (_name, environment: Readonly<Record<string, string>>) => {
  let server: WholeServer;
  let key: string;
  let ada: Client;
  let eve: Client;

  async function person(name: string): Promise<{ readonly id: string; readonly client: Client }> {
    const email = `${name}@example.com`;
    const { id } = await server.admin.users.create({ body: { email, password, role: "member" } });
    const { token } = await createClient({ baseUrl: server.url, apiKey: wholeAdminKey }).sessions.create({
      body: { email, password },
    });
    return { id, client: createClient({ baseUrl: server.url, apiKey: token }) };
  }

  beforeAll(async () => {
    server = await startWholeServer(environment);
    await server.admin.providers.create({
      body: { provider_type: "openai-compatible", name: "v", base_url: `${upstream.url}/v1`, api_key: "of-the-vendor" },
    });
    const { id, client } = await person("ada");
    ada = client;
    eve = (await person("eve")).client;
    const body = { name: "chats", user_id: id, store_prompts: "request_and_answer" } as const;
    ({ key } = await server.admin.apiKeys.create({ body }));
  });
  afterAll(() => server.close());

  async function say(content: unknown, more: object): Promise<{ readonly id: string; readonly requestId: string }> {
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      // Each may come to another worker.
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", connection: "close" },
      body: JSON.stringify({ model: "v/m", stream: true, messages: [{ role: "user", content }], ...more }),
    });
    const text = await response.text();
    expect(response.status, text).toBe(200);
    return {
      id: response.headers.get("x-ghostllm-session-id") ?? "",
      requestId: response.headers.get("x-request-id") ?? "",
    };
  }

  it("goes on with a session wherever it is asked, and tells it to its user alone", async () => {
    const picture = { type: "image_url", image_url: { url: `data:image/png;base64,${png}` } };
    const { id } = await say([{ type: "text", text: "word0" }, picture], { session_id: "new" });
    for (let time = 1; time < 6; time += 1) {
      await say(`word${time}`, { session_id: id, continue_session: true });
      const asked = upstream.received.findLast(({ path }) => path.endsWith("/chat/completions"))?.text ?? "";
      expect(asked).toContain(png);
      for (let before = 0; before <= time; before += 1) expect(asked).toContain(`word${before}`);
    }
    const chat = await ada.chatSessions.get({ params: { id } });
    expect(chat.messages).toHaveLength(12);
    expect(chat.title).toBe("word0");
    expect((await ada.chatSessions.list({ query: {} })).data.map((one) => one.id)).toEqual([id]);
    expect((await eve.chatSessions.list({ query: {} })).data).toEqual([]);
    for (const of of [
      () => eve.chatSessions.get({ params: { id } }),
      () => eve.chatSessions.update({ params: { id }, body: { title: "Mine" } }),
      () => eve.chatSessions.remove({ params: { id } }),
    ])
      await expect(of()).rejects.toMatchObject({ status: 404 });
    await expect(server.admin.chatSessions.list({ query: {} })).rejects.toMatchObject({ status: 400 });
  });

  it("is exported, filtered by in the log of requests, and deleted for good", async () => {
    const { id, requestId } = await say("one two", { session_id: "new" });
    await say("three", { session_id: id, continue_session: true });
    const exported = async (behind: string, mediaType: "application/x-ndjson" | "text/plain") => {
      const route = { path: `/admin/chat-sessions/${id}/export${behind}`, mediaType } as const;
      let text = "";
      for await (const piece of readStream({ baseUrl: server.url, apiKey: key, route })) text += piece;
      return text;
    };
    const lines = (await exported("", "application/x-ndjson")).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { kind: "chat_session", data: { id, title: "one two" } },
      { kind: "chat_message", data: { role: "user", content: { role: "user", content: "one two" } } },
      { kind: "chat_message", data: { role: "assistant", state: "whole" } },
      { kind: "chat_message", data: { content: { role: "user", content: "three" } } },
      { kind: "chat_message", data: { role: "assistant" } },
    ]);
    expect(await exported("/markdown", "text/plain")).toMatch(/^# one two\n[^]*\n## User, [^]*\n\none two\n/);
    const ofSession = async () => (await server.admin.requests.list({ query: { session_id: id } })).data;
    await expect.poll(async () => (await ofSession()).length, { timeout: 20_000 }).toBe(2);
    expect((await ofSession()).map((row) => row.id)).toContain(requestId);
    expect((await server.admin.requests.get({ params: { id: requestId } })).record.session_id).toBe(id);
    await ada.chatSessions.update({ params: { id }, body: { title: "Numbers", archived: true } });
    await ada.chatSessions.remove({ params: { id } });
    await expect(ada.chatSessions.get({ params: { id } })).rejects.toMatchObject({ status: 404 });
    const { data } = await server.admin.audit.list({ query: { q: id } });
    expect(data.map(({ action }) => action)).toEqual(["chat_session.removed", "chat_session.changed"]);
    expect(JSON.stringify(data)).not.toContain("Numbers");
  });

  it("is in what is handed out of what is stored about its user, opened", async () => {
    const { id } = await say("kept", { session_id: "new" });
    const personal = await fetch(`${server.url}/admin/users/${(await ada.sessions.me()).user?.id ?? ""}/export`, {
      headers: { authorization: `Bearer ${wholeAdminKey}` },
    });
    const lines = (await personal.text()).split("\n").filter((line) => line.includes('"chat_'));
    expect(lines.some((line) => line.includes(id) && line.includes("kept"))).toBe(true);
  });
});
