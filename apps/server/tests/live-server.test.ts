// The whole server with somebody who looks on: what its listener lets through, and what it tells of real requests.

import { connect } from "node:net";
import { createClient } from "@ghostllm/contract/client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { slowdown } from "../../../tests/support/slowdown.ts";
import { LivePage } from "./support/live-page.ts";
import { waitFor } from "./support/stage.ts";
import { startWholeServer, wholeAdminKey, type WholeServer } from "./support/whole-server.ts";

let server: WholeServer;

beforeAll(async () => {
  server = await startWholeServer();
});
afterAll(() => server.close());

async function ask(): Promise<string> {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${server.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "demo", messages: [{ role: "user", content: "Hello" }] }),
  });
  await response.text();
  return response.headers.get("x-request-id") ?? "";
}

/** What is answered to a request that wants an upgrade. */
function wantUpgrade(path: string, headers: readonly string[] = []): Promise<string> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    const head = [`GET ${path} HTTP/1.1`, "host: x", "connection: upgrade", ...headers];
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk.toString();
      if (answer.includes("\r\n\r\n")) socket.destroy();
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
    socket.write(`${head.join("\r\n")}\r\n\r\n`);
  });
}

const webSocket = ["upgrade: websocket", "sec-websocket-version: 13", "sec-websocket-key: MDEyMzQ1Njc4OWFiY2RlZg=="];

it("tells of a request within a second of its end", async () => {
  const page = await LivePage.ready(server.url, wholeAdminKey);
  const id = await ask();
  const endedAt = performance.now();
  await waitFor(() => page.requestIds.includes(id));
  expect(performance.now() - endedAt).toBeLessThan(2_000 * slowdown());
  const [row] = page.signals.flatMap(({ requests }) => requests);
  expect(row).toMatchObject({ provider: "demo", status: "ok", key_name: "first key" });
  page.close();
});

it("lists what was refused before a vendor was asked, and says that there are new ones, to whom it concerns", async () => {
  const { admin, url } = server;
  const user = await admin.users.create({ body: { email: "bob@example.com", username: "Bob", budget_usd: "0" } });
  const { key, id } = await admin.apiKeys.create({ body: { user_id: user.id, name: "poor" } });
  const [page, own] = [await LivePage.ready(url, wholeAdminKey), await LivePage.ready(url, key)];
  const post = (credential: string, body: object) =>
    fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${credential}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const messages = [{ role: "user", content: "A secret question" }];
  const unknown = await post("gk-nobody", { model: "demo", messages });
  const missing = await post(server.apiKey, { model: "none", messages });
  await waitFor(() => page.changed.includes("refusals"));
  expect(own.changed).not.toContain("refusals");
  const poor = await post(key, { model: "none", messages });
  await waitFor(() => own.changed.includes("refusals"));
  const { data } = await admin.requests.refused();
  const idOf = (response: Response) => response.headers.get("x-request-id");
  expect(data.slice(0, 3)).toMatchObject([
    { id: idOf(poor), api_key_id: id, key_name: "poor", user_name: "Bob", user_id: user.id, http_status: poor.status },
    {
      id: idOf(missing),
      code: "model_not_found",
      http_status: 404,
      key_name: "first key",
      path: "/v1/chat/completions",
    },
    { id: idOf(unknown), code: "invalid_api_key", http_status: 401, api_key_id: null, user_name: null },
  ]);
  expect(JSON.stringify(data)).not.toContain("secret question");
  const bob = createClient({ baseUrl: url, apiKey: key });
  expect((await bob.requests.refused()).data.map((row) => row.id)).toEqual([idOf(poor)]);
  for (const one of [page, own]) one.close();
});

it("upgrades no other path: what is asked for there is answered as ever", async () => {
  for (const upgrade of [["upgrade: websocket"], ["upgrade: h2c"], webSocket]) {
    expect(await wantUpgrade("/health/live", upgrade)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await wantUpgrade("/v1/models", upgrade)).toMatch(/^HTTP\/1\.1 401 /);
    expect(await wantUpgrade("/admin/live/more", upgrade)).toMatch(/^HTTP\/1\.1 404 /);
  }
});

it("refuses what is no WebSocket, and pages of others", async () => {
  expect(await wantUpgrade("/admin/live", ["upgrade: h2c"])).toMatch(/^HTTP\/1\.1 4/);
  expect(await wantUpgrade("/admin/live", [...webSocket, "origin: https://evil.example"])).toMatch(/^HTTP\/1\.1 403 /);
  expect(await wantUpgrade("/admin/live", [...webSocket, "origin: http://x"])).toMatch(/^HTTP\/1\.1 101 /);
});

it("holds those who look on to the limits of connections", async () => {
  const small = await startWholeServer({ GHOSTLLM_CONNECTIONS_PER_ADDRESS: "3" });
  try {
    const pages = [];
    for (let count = 0; count < 3; count += 1) {
      const page = new LivePage(small.url);
      pages.push(page);
      await waitFor(() => page.isOpen);
    }
    const fourth = new LivePage(small.url);
    await waitFor(() => fourth.refusal !== null);
    expect(fourth.refusal).toBe(429);
    for (const page of pages) page.close();
  } finally {
    await small.close();
  }
});

it("says goodbye when it stops", async () => {
  const stopping = await startWholeServer();
  const page = await LivePage.ready(stopping.url, wholeAdminKey);
  const startedAt = performance.now();
  await stopping.close();
  expect(performance.now() - startedAt).toBeLessThan(5_000 * slowdown());
  await waitFor(() => page.closing !== null);
  expect(page.closing).toBe(1001);
});
