// Chats over a WebSocket with the whole server, alone and by workers: what happens to them when it stops.

import { startFakeUpstream, type FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { slowdown } from "../../../tests/support/slowdown.ts";
import { ChatPage } from "./support/chat-page.ts";
import { waitFor } from "./support/stage.ts";
import { startWholeServer } from "./support/whole-server.ts";

const data = { model: "openai/gpt-4o", messages: [{ role: "user", content: "hello" }] };
let vendor: FakeUpstream;

beforeAll(async () => {
  vendor = await startFakeUpstream();
});
afterAll(() => vendor.close());

describe.each([
  ["alone", {}],
  ["by workers", { SERVER_WORKERS: "2" }],
])("a server that answers %s", (_name, environment: Readonly<Record<string, string>>) => {
  it("finishes the chats that run when it stops, and lets those go who have none", { timeout: 60_000 }, async () => {
    vendor.script({ kind: "chat", chunks: 40, tokensPerSecond: 20 });
    const server = await startWholeServer({
      ...{ OPENAI_API_KEY: "sk-vendor-credential", OPENAI_BASE_URL: `${vendor.url}/v1`, ...environment },
    });
    const busy = await ChatPage.ready(server.url, server.apiKey);
    const idle = await ChatPage.ready(server.url, server.apiKey);
    busy.send({ type: "chat", id: "a", data });
    await waitFor(() => busy.of("a").length > 2);
    const beganAt = performance.now();
    const closed = server.close();
    await waitFor(() => idle.closing !== null);
    expect(idle.closing).toBe(1001);
    expect((await busy.end("a")).at(-1)).toMatchObject({ type: "done", finish_reason: "stop" });
    await waitFor(() => busy.closing !== null);
    expect(busy.closing).toBe(1001);
    await closed;
    expect(performance.now() - beganAt).toBeLessThan(8_000 * slowdown());
  });
});

it("keys and models are those of the admin API, and each chat is in its list of requests", async () => {
  vendor.script({ kind: "chat", text: "one two" });
  const server = await startWholeServer({ OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: `${vendor.url}/v1` });
  const page = await ChatPage.ready(server.url, server.apiKey);
  const told = await page.chat(data);
  const { headers } = told.at(-1) as unknown as { readonly headers: Readonly<Record<string, string>> };
  const id = headers["x-request-id"] ?? "";
  const found = await waitForValue(() => server.admin.requests.get({ params: { id } }));
  expect(found).toMatchObject({ row: { id, status: "ok", provider: "openai", streamed: true } });
  page.close();
  await server.close();
});

async function waitForValue<Value>(read: () => Promise<Value>): Promise<Value> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}
