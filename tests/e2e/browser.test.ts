// A page of another origin in a real browser, with official SDKs: what CORS lets it do, and what it does not.

import { type FakeUpstream, startFakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findBrowser, servePage } from "../support/browser.ts";
import type { Page } from "../support/browser.ts";
import { type AskedServer, startAskedServer } from "../support/server.ts";

const script = `
  import Anthropic from "@anthropic-ai/sdk";
  import OpenAI from "openai";
  const { url, key, adminKey } = given;
  const messages = [{ role: "user", content: "Hello from a page" }];
  const openai = new OpenAI({ apiKey: key, baseURL: url + "/v1", dangerouslyAllowBrowser: true, maxRetries: 0 });
  const anthropic = new Anthropic({ apiKey: key, baseURL: url, dangerouslyAllowBrowser: true, maxRetries: 0 });

  async function stream() {
    const { data, response } = await openai.chat.completions
      .create({ model: "gpt-4o-mini", messages, stream: true }).withResponse();
    let text = "", pieces = 0;
    for await (const chunk of data) { text += chunk.choices[0]?.delta.content ?? ""; pieces += 1; }
    const seen = ["x-request-id", "x-ghostllm-provider", "x-ghostllm-attempts"].map((name) => response.headers.get(name));
    return { text, pieces, seen };
  }
  async function message() {
    const answer = await anthropic.messages.create({ model: "gpt-4o-mini", messages, max_tokens: 99 });
    return answer.content[0].text;
  }
  async function failure() {
    const one = new OpenAI({ apiKey: "gk-nobody", baseURL: url + "/v1", dangerouslyAllowBrowser: true, maxRetries: 0 });
    return one.models.list().then(() => "listed", (error) => [error.status, error.code, error.requestID !== null]);
  }
  const read = (path, credential) =>
    fetch(url + path, { headers: { authorization: "Bearer " + credential } })
      .then((response) => response.status, (error) => error.name);

  async function all() {
    const [chat, said, refused] = [await stream(), await message(), await failure()];
    return { chat, said, refused, admin: await read("/admin/users", adminKey), health: await read("/health/live", "") };
  }
  all().then(report, (error) => report(String(error)));
`;

const browser = findBrowser();
let upstream: FakeUpstream | undefined;
let server: AskedServer | undefined;
let page: Page | undefined;

beforeAll(async () => {
  if (browser === null) return;
  upstream = await startFakeUpstream();
  const { url: vendor } = upstream;
  page = await servePage(script, () => ({ url: server?.url, key: keyOf(server), adminKey: server?.adminKey }));
  server = await startAskedServer({ upstreamUrl: vendor, environment: { GHOSTLLM_CORS_ORIGINS: page.origin } });
});

afterAll(async () => {
  page?.close();
  await server?.stop();
  await upstream?.close();
});

function keyOf(started: AskedServer | undefined): string {
  return /API key\s+(gk-\S+)/.exec(started?.stdout ?? "")?.[1] ?? "";
}

it.skipIf(browser === null)(
  "a page streams a chat through CORS with official SDKs, and may not touch what is for operators (needs Chromium)",
  async () => {
    expect(await page?.opened(browser ?? "")).toEqual({
      chat: {
        text: "You said: Hello from a page",
        pieces: expect.any(Number),
        seen: [expect.stringMatching(/^[0-9a-f-]{36}$/), "openai", "1"],
      },
      said: "You said: Hello from a page",
      refused: [401, "invalid_api_key", true],
      admin: "TypeError",
      health: 200,
    });
  },
  90_000,
);
