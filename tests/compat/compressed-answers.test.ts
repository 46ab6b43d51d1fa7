// Official SDKs take compressed answers without being told to: what they send is what they decode.

import Anthropic from "@anthropic-ai/sdk";
import { type FakeUpstream, startFakeUpstream } from "@ghostllm/fake-upstream";
import { GoogleGenAI } from "@google/genai";
import { Ollama } from "ollama";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AskedServer, startAskedServer } from "../support/server.ts";

const model = "gpt-4o-mini";
const content = "many words, ".repeat(2_000);
const messages = [{ role: "user" as const, content }];

let upstream: FakeUpstream;
let server: AskedServer;
let key: string;
const codings: (string | null)[] = [];

beforeAll(async () => {
  upstream = await startFakeUpstream();
  server = await startAskedServer({ upstreamUrl: upstream.url });
  key = /API key\s+(gk-\S+)/.exec(server.stdout)?.[1] ?? "";
});

afterAll(async () => {
  await server?.stop();
  await upstream?.close();
});

/** The platform's own, which notes how answers came. */
const watchedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  codings.push(response.headers.get("content-encoding"));
  return response;
};

function expectCompressed(text: string | null | undefined): void {
  expect(text).toContain(content.trim());
  expect(["gzip", "br", "zstd"]).toContain(codings.at(-1));
}

describe("a large answer comes compressed, and is read by", () => {
  it("openai", async () => {
    const client = new OpenAI({ apiKey: key, baseURL: `${server.url}/v1`, fetch: watchedFetch });
    const answer = await client.chat.completions.create({ model, messages });
    expectCompressed(answer.choices[0]?.message.content);
    const stream = await client.chat.completions.create({ model, messages, stream: true });
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    expect(text).toContain(content.trim());
    expect(codings.at(-1)).toBeNull();
  });

  it("anthropic", async () => {
    const client = new Anthropic({ apiKey: key, baseURL: server.url, fetch: watchedFetch });
    const answer = await client.messages.create({ model, messages, max_tokens: 8_000 });
    const [first] = answer.content;
    expectCompressed(first?.type === "text" ? first.text : null);
  });

  it("ollama", async () => {
    const headers = { authorization: `Bearer ${key}` };
    const client = new Ollama({ host: server.url, headers, fetch: watchedFetch });
    expectCompressed((await client.chat({ model, messages })).message.content);
  });

  it("google", async () => {
    const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: server.url } });
    const answer = await client.models.generateContent({ model, contents: content });
    expect(answer.text).toContain(content.trim());
    const { headers } = answer.sdkHttpResponse ?? {};
    expect(["gzip", "br", "zstd"]).toContain(headers?.["content-encoding"]);
  });
});
