// Vectors of every vendor format for the official SDKs of every client format that has embeddings.

import { GoogleGenAI } from "@google/genai";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { Ollama } from "ollama";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeProvider, makeSnapshot, makeTarget, providerNamed, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";

const model = "vectors";
const texts = ["The harbour opens at seven.", "Ünïcode 🚢"];
/** Exact in 32 bits, which is what some of the formats carry. */
const vectors = [
  [0.5, -1.25, 0],
  [1, 2, -0.0625],
];

interface Vendor {
  readonly provider: string;
  readonly format: string;
  readonly answer: object;
  readonly textsOf: (body: never) => readonly string[];
  readonly promptTokens: number | null;
}

const vendors: readonly Vendor[] = [
  {
    provider: "openai",
    format: "openai-chat",
    answer: {
      object: "list",
      data: vectors.map((embedding, index) => ({ object: "embedding", index, embedding })),
      model,
      usage: { prompt_tokens: 11, total_tokens: 11 },
    },
    textsOf: ({ input }: { input: string[] }) => input,
    promptTokens: 11,
  },
  {
    provider: "google",
    format: "gemini",
    answer: { embeddings: vectors.map((values) => ({ values })) },
    textsOf: ({ requests }: { requests: { content: { parts: { text: string }[] } }[] }) =>
      requests.map(({ content }) => content.parts.map(({ text }) => text).join("")),
    promptTokens: null,
  },
  {
    provider: "ollama",
    format: "ollama",
    answer: { model, embeddings: vectors, prompt_eval_count: 11 },
    textsOf: ({ input }: { input: string[] }) => input,
    promptTokens: 11,
  },
];

const clients: readonly { name: string; embed: (url: string) => Promise<readonly (readonly number[])[]> }[] = [
  {
    name: "the OpenAI SDK",
    async embed(url) {
      const client = new OpenAI({ apiKey: testKey, baseURL: `${url}/v1`, maxRetries: 0 });
      return (await client.embeddings.create({ model, input: texts })).data.map(({ embedding }) => embedding);
    },
  },
  {
    name: "Google's SDK",
    async embed(url) {
      const client = new GoogleGenAI({ apiKey: testKey, httpOptions: { baseUrl: url } });
      const { embeddings = [] } = await client.models.embedContent({ model, contents: texts });
      return embeddings.map(({ values = [] }) => values);
    },
  },
  {
    name: "Ollama's SDK",
    async embed(url) {
      const client = new Ollama({ host: url, headers: { authorization: `Bearer ${testKey}` } });
      return (await client.embed({ model, input: texts })).embeddings;
    },
  },
];

describe("embeddings", () => {
  let upstream: FakeUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    gateway = await startGateway(makeSnapshot({ targets: [] }));
  });

  beforeEach(() => upstream.clear());

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  it.each(clients.flatMap((client) => vendors.map((vendor) => ({ client, vendor, ...vendor, ...client }))))(
    "$name has them from a vendor of $format",
    async ({ client, vendor }) => {
      const definition = providerNamed(vendor.provider);
      const speaks = Object.fromEntries(Object.entries(definition.speaks).filter(([name]) => name === vendor.format));
      const provider = makeProvider(vendor.provider, upstream.url, { definition: { ...definition, speaks } });
      gateway.swap(makeSnapshot({ targets: [makeTarget(provider, model)] }));
      // The SDK asks for base64, which this one vendor then answers.
      upstream.script((received) => {
        const isBase64 = received.text.includes('"encoding_format":"base64"');
        return { kind: "answer", body: isBase64 ? inBase64(vendor.answer) : vendor.answer };
      });
      expect(await client.embed(gateway.url)).toEqual(vectors);
      expect(vendor.textsOf(upstream.received.at(-1)?.json() as never)).toEqual(texts);
      const record = gateway.records.at(-1);
      expect(record).toMatchObject({ status: "ok", completionTokens: 0, estimated: vendor.promptTokens === null });
      if (vendor.promptTokens !== null) expect(record?.promptTokens).toBe(vendor.promptTokens);
    },
  );
});

function inBase64(answer: object): object {
  const data = vectors.map((vector, index) => {
    const embedding = Buffer.from(Float32Array.from(vector).buffer).toString("base64");
    return { object: "embedding", index, embedding };
  });
  return { ...answer, data };
}
