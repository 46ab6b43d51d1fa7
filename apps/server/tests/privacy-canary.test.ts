// What a privacy policy has found is in no log, event, metric, record or file: only its classes and counts are.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWholeServer, wholeAdminKey } from "./support/whole-server.ts";
import type { WholeServer } from "./support/whole-server.ts";

const planted = {
  email: "canary.7f3aqx@example.com",
  phone: "+1 202 555 0147",
  card: "5555 5555 5555 4444",
  iban: "DE89 3704 0044 0532 0130 00",
  ip: "203.0.113.77",
  secret: "sk-ant-api03-canary7f3aQx0123456789",
} as const;
const text = Object.values(planted).join(", ");

let server: WholeServer;
let upstream: FakeUpstream;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  server = await startWholeServer({ LOG_LEVEL: "trace" });
  await server.admin.providers.create({
    body: { provider_type: "openai-compatible", name: "v", base_url: `${upstream.url}/v1`, api_key: "of-the-vendor" },
  });
});
afterAll(async () => {
  await server.close();
  await upstream.close();
});

async function keyWith(action: "block" | "mask" | "replace"): Promise<string> {
  const classes = Object.fromEntries(Object.keys(planted).map((one) => [one, action]));
  const user = await server.admin.users.create({ body: { email: `${action}@example.org`, privacy: { classes } } });
  return (await server.admin.apiKeys.create({ body: { name: action, user_id: user.id } })).key;
}

function ask(key: string, stream: boolean): Promise<Response> {
  return fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "v/m", stream, messages: [{ role: "user", content: text }] }),
  });
}

/** What operators are told as it happens, until enough has come. */
async function follow(): Promise<(isEnough: (told: string) => boolean) => Promise<string>> {
  const stop = new AbortController();
  const headers = { authorization: `Bearer ${wholeAdminKey}` };
  const response = await fetch(`${server.url}/admin/events/stream`, { headers, signal: stop.signal });
  return async (isEnough) => {
    let told = "";
    for await (const chunk of response.body ?? []) {
      told += Buffer.from(chunk).toString("utf8");
      if (isEnough(told)) break;
    }
    stop.abort();
    return told;
  };
}

async function view(path: string): Promise<string> {
  return (await fetch(server.url + path, { headers: { authorization: `Bearer ${wholeAdminKey}` } })).text();
}

async function filesOf(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

it("what was found is told to the vendor by placeholders, to the client as it was, and to nobody else at all", async () => {
  const [blocking, masking, replacing] = [await keyWith("block"), await keyWith("mask"), await keyWith("replace")];
  const readEvents = await follow();
  // The upstream echoes what it was asked.
  for (const stream of [false, true]) {
    expect(await (await ask(replacing, stream)).text()).toContain(stream ? "canary" : text.slice(0, 20));
    expect(await (await ask(masking, stream)).text()).toContain("[EMAIL]");
  }
  const refused = await ask(blocking, false);
  expect(refused.status).toBe(400);
  const received = upstream.received.filter(({ path }) => path.endsWith("/chat/completions"));
  expect(received).toHaveLength(4);
  for (const { text: asked } of received) for (const one of Object.values(planted)) expect(asked).not.toContain(one);

  const told = await readEvents((so) => so.includes("privacy.blocked") && so.includes("usage.tracked"));
  await expect.poll(async () => (await server.admin.usage.list({ query: {} })).data.length).toBeGreaterThanOrEqual(4);
  const { data } = await server.admin.usage.list({ query: {} });
  expect(data.filter(({ privacy }) => privacy?.length === Object.keys(planted).length)).toHaveLength(4);
  const metrics = await view("/metrics");
  expect(metrics).toContain('ghostllm_personal_data_total{class="card",action="block"} 1');
  expect(metrics).toContain('ghostllm_personal_data_total{class="iban",action="replace"} 2');
  const looked = await Promise.all(["/admin/requests/refused", "/health", "/admin/usage/summary"].map(view));
  const files = await Promise.all((await filesOf(server.dataDir)).map((file) => readFile(file, "latin1")));
  const everywhere = [
    told,
    metrics,
    JSON.stringify(data),
    await refused.text(),
    server.logged.join(""),
    ...looked,
    ...files,
  ];
  for (const place of everywhere) for (const one of Object.values(planted)) expect(place.includes(one)).toBe(false);
});
