// The official SDK, unmodified: its base URL and key are all that changes for somebody who moves behind the gateway.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type FakeUpstream, startFakeUpstream } from "@ghostllm/fake-upstream";
import OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { listUsage } from "../support/admin.ts";
import { type AskedServer, isDivided, startAskedServer } from "../support/server.ts";

let upstream: FakeUpstream;
let server: AskedServer;
let key: string;
let client: OpenAI;

const model = "gpt-4o-mini";
const messages = [{ role: "user" as const, content: "Hello there, vendor" }];

beforeAll(async () => {
  upstream = await startFakeUpstream();
  server = await startAskedServer({ upstreamUrl: upstream.url });
  key = /API key\s+(gk-\S+)/.exec(server.stdout)?.[1] ?? "";
  client = new OpenAI({ apiKey: key, baseURL: `${server.url}/v1`, maxRetries: 0 });
});

afterAll(async () => {
  await server?.stop();
  await upstream?.close();
});

beforeEach(() => upstream.clear());

function lastBody(): Record<string, unknown> {
  return upstream.received.at(-1)?.json() as Record<string, unknown>;
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The ledger writes the record a moment after the answer. */
function untilRecorded(requestId: string | null | undefined) {
  return vi.waitFor(
    async () => {
      const row = (await listUsage(server.admin)).find(({ id }) => id === requestId);
      if (row === undefined) throw new Error(`there is no usage record ${requestId}`);
      return row;
    },
    { timeout: 45_000, interval: 50 },
  );
}

describe("chat", () => {
  it("answers, and the request id names the usage record with the tokens that the SDK read", async () => {
    const answer = await client.chat.completions.create({ model, messages });
    expect(answer.choices[0]?.message.content).toBe("You said: Hello there, vendor");
    expect(answer.choices[0]?.finish_reason).toBe("stop");
    const row = await untilRecorded(answer._request_id);
    expect(row).toMatchObject({
      provider: "openai",
      model,
      streamed: false,
      status: "ok",
      prompt_tokens: answer.usage?.prompt_tokens,
      completion_tokens: answer.usage?.completion_tokens,
      estimated: false,
    });
    expect(Number(row.cost_usd)).toBeGreaterThan(0);
  });

  it("sends the vendor its own credential and the body as the SDK made it", async () => {
    const request = { model, messages, temperature: 0.5, seed: 7, metadata: { team: "a" }, user: "ü" };
    await client.chat.completions.create(request);
    expect(lastBody()).toEqual(request);
    expect(upstream.received[0]?.headers.authorization).toBe("Bearer sk-of-the-operator");
    expect(JSON.stringify(upstream.received)).not.toContain(key);
  });

  it("streams, chunk by chunk", async () => {
    upstream.script({ kind: "chat", text: "one two three four", chunks: 4 });
    const chunks = await collect(await client.chat.completions.create({ model, messages, stream: true }));
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("")).toBe("one two three four");
    expect(chunks.filter((chunk) => chunk.choices[0]?.delta.content)).toHaveLength(4);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("stop");
    expect(chunks.every((chunk) => chunk.choices.length === 1 && !chunk.usage)).toBe(true);
  });

  it("hands out the first chunk while the vendor is still writing", async () => {
    upstream.script({ kind: "stall", after: { chunks: 3 }, of: { kind: "chat", text: "early and late" } });
    const stream = await client.chat.completions.create({ model, messages, stream: true });
    const texts: string[] = [];
    for await (const chunk of stream) {
      texts.push(chunk.choices[0]?.delta.content ?? "");
      if (texts.join("").includes("and")) break;
    }
    expect(texts.join("")).toBe("early and");
    await upstream.waitUntil(() => upstream.received[0]?.aborted === true);
  });

  it("sends the usage chunk to a client that asks for it, and records the same", async () => {
    const { data, response } = await client.chat.completions
      .create({ model, messages, stream: true, stream_options: { include_usage: true } })
      .withResponse();
    const chunks = await collect(data);
    const last = chunks.at(-1);
    expect(last?.choices).toEqual([]);
    expect(last?.usage?.completion_tokens).toBeGreaterThan(0);
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
    const row = await untilRecorded(response.headers.get("x-request-id"));
    expect([row.prompt_tokens, row.completion_tokens, row.streamed]).toEqual([
      last?.usage?.prompt_tokens,
      last?.usage?.completion_tokens,
      true,
    ]);
  });

  it("feeds the SDK's own stream helper", async () => {
    const seen: string[] = [];
    const stream = client.chat.completions.stream({ model, messages, stream_options: { include_usage: true } });
    stream.on("content", (delta) => seen.push(delta));
    const answer = await stream.finalChatCompletion();
    expect(seen.join("")).toBe("You said: Hello there, vendor");
    expect(answer.choices[0]?.message.content).toBe(seen.join(""));
    expect((await stream.totalUsage()).total_tokens).toBeGreaterThan(0);
  });

  it("gives n answers, plain and streamed", async () => {
    const plain = await client.chat.completions.create({ model, messages, n: 3 });
    expect(plain.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    const chunks = await collect(await client.chat.completions.create({ model, messages, n: 3, stream: true }));
    const texts = [0, 1, 2].map((index) =>
      chunks.map(({ choices: [choice] }) => (choice?.index === index ? (choice.delta.content ?? "") : "")).join(""),
    );
    expect(texts).toEqual(Array(3).fill("You said: Hello there, vendor"));
  });

  it("passes logprobs through, and what it does not know", async () => {
    const logprobs = {
      content: [
        { token: "Hi", logprob: -0.25, bytes: [72, 105], top_logprobs: [{ token: "Yo", logprob: -2, bytes: [89] }] },
      ],
      refusal: null,
    };
    const choice = { index: 0, message: { role: "assistant", content: "Hi" }, logprobs, finish_reason: "stop" };
    upstream.script({
      kind: "answer",
      body: { id: "x", object: "chat.completion", created: 1, model, choices: [choice], not_known_yet: { a: [1e-7] } },
    });
    const answer = await client.chat.completions.create({ model, messages, logprobs: true, top_logprobs: 1 });
    expect(answer.choices[0]?.logprobs).toEqual(logprobs);
    expect(answer).toHaveProperty("not_known_yet", { a: [1e-7] });
    expect(lastBody()).toMatchObject({ logprobs: true, top_logprobs: 1 });
  });

  it("answers a JSON schema, which the SDK parses", async () => {
    const format = zodResponseFormat(z.object({ city: z.string(), celsius: z.number() }), "weather");
    const answer = await client.chat.completions.parse({ model, messages, response_format: format });
    const parsed = answer.choices[0]?.message.parsed;
    expect(parsed).toEqual({ city: expect.any(String), celsius: expect.any(Number) });
    expect(lastBody()["response_format"]).toEqual(JSON.parse(JSON.stringify(format)));
  });
});

describe("tools", () => {
  const tools = ["weather", "time"].map((name) => ({
    type: "function" as const,
    function: { name, parameters: { type: "object", properties: { city: { type: "string" } } } },
  }));
  const toolCalls = [
    { name: "weather", arguments: { city: "Zürich", unit: "celsius" } },
    { name: "time", arguments: { city: 'Saint "Denis"\n' } },
  ];

  it("carries parallel calls out and their results back", async () => {
    upstream.script([{ kind: "chat", toolCalls }, { kind: "default" }]);
    const first = await client.chat.completions.create({ model, messages, tools, parallel_tool_calls: true });
    const message = first.choices[0]?.message;
    expect(first.choices[0]?.finish_reason).toBe("tool_calls");
    const calls = (message?.tool_calls ?? []).filter((call) => call.type === "function");
    expect(calls.map((call) => JSON.parse(call.function.arguments))).toEqual(toolCalls.map((call) => call.arguments));

    const results = calls.map(({ id }) => ({ role: "tool" as const, tool_call_id: id, content: "it is so" }));
    const turns = [...messages, ...(message === undefined ? [] : [message]), ...results];
    const second = await client.chat.completions.create({ model, messages: turns, tools });
    expect(second.choices[0]?.message.content).toBe("You said: Hello there, vendor");
    expect(lastBody()).toEqual({ model, messages: JSON.parse(JSON.stringify(turns)), tools });
  });

  it("streams the arguments of parallel calls in parts", async () => {
    upstream.script({ kind: "chat", toolCalls });
    const stream = client.chat.completions.stream({ model, messages, tools });
    let deltas = 0;
    stream.on("tool_calls.function.arguments.delta", () => (deltas += 1));
    const answer = await stream.finalChatCompletion();
    const calls = (answer.choices[0]?.message.tool_calls ?? []).filter((call) => call.type === "function");
    expect(calls.map((call) => JSON.parse(call.function.arguments))).toEqual(toolCalls.map((call) => call.arguments));
    expect(deltas).toBeGreaterThan(4);
  });
});

describe("embeddings", () => {
  const embedder = "text-embedding-3-small";

  it("come as base64 on the wire, which the SDK asks for by itself", async () => {
    const answer = await client.embeddings.create({ model: embedder, input: ["one text", "another"] });
    expect(lastBody()["encoding_format"]).toBe("base64");
    expect(answer.data.map(({ index, embedding }) => [index, embedding.length])).toEqual([
      [0, 1536],
      [1, 1536],
    ]);
    expect(Math.hypot(...(answer.data[0]?.embedding ?? []))).toBeCloseTo(1, 5);
    const row = await untilRecorded(answer._request_id);
    expect([row.operation, row.prompt_tokens, row.completion_tokens]).toEqual(["embeddings", 3, 0]);
  });

  it("come as numbers, in as many dimensions as asked", async () => {
    const settings = { model: embedder, encoding_format: "float", dimensions: 8 } as const;
    const texts = await client.embeddings.create({ ...settings, input: "text" });
    const tokens = await client.embeddings.create({ ...settings, input: [[1, 2, 3], [4]] });
    expect(texts.data[0]?.embedding).toHaveLength(8);
    expect(tokens.data).toHaveLength(2);
    expect(tokens.usage.prompt_tokens).toBe(4);
  });
});

describe("legacy completions", () => {
  const legacy = "gpt-3.5-turbo-instruct";

  it("take a text, texts, tokens, and lists of tokens", async () => {
    const prompts: [OpenAI.CompletionCreateParams["prompt"], number][] = [
      ["Once upon", 1],
      [["first", "second"], 2],
      [[101, 102, 103], 1],
      [[[1], [2, 3], [4]], 3],
    ];
    for (const [prompt, answers] of prompts) {
      const answer = await client.completions.create({ model: legacy, prompt, max_tokens: 20 });
      expect(answer.choices).toHaveLength(answers);
      expect(lastBody()["prompt"]).toEqual(prompt);
    }
  });

  it("stream", async () => {
    const chunks = await collect(await client.completions.create({ model: legacy, prompt: "Once upon", stream: true }));
    expect(chunks.map((chunk) => chunk.choices[0]?.text ?? "").join("")).toBe("You said: Once upon");
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("stop");
  });
});

describe("models", () => {
  it("are listed with what they cost and can", async () => {
    const { id } = (await server.admin.providers.list()).data.find(({ name }) => name === "openai") ?? { id: "" };
    await server.admin.models.create({ body: { provider_id: id, name: model } });
    const models = await collect(client.models.list());
    const found = models.find((listed) => listed.id === model);
    expect(found).toMatchObject({ object: "model", owned_by: "openai", pricing: { unit: "usd_per_million_tokens" } });
    expect(new Set(models.map((listed) => listed.id)).size).toBe(models.length);
  });

  it("are found by name, also with their provider before a slash", async () => {
    expect((await client.models.retrieve(model)).id).toBe(model);
    expect((await client.models.retrieve(`openai/${model}`)).id).toBe(`openai/${model}`);
    await expect(client.models.retrieve("nobody-knows-it")).rejects.toMatchObject({
      status: 404,
      code: "model_not_found",
    });
  });

  it("answer by `provider/model`, and under an alias", async () => {
    await server.admin.aliases.create({ body: { name: "house-model", targets: [{ provider: "openai", model }] } });
    for (const name of [`openai/${model}`, "house-model"]) {
      await client.chat.completions.create({ model: name, messages });
      expect(lastBody()["model"]).toBe(model);
    }
  });
});

// Of a server that knows its own address: behind a balancer there is none.
describe.skipIf(isDivided)("the curl that the first start prints", () => {
  const command = (): string => /^\s*(curl .*)$/m.exec(server.stdout)?.[1] ?? "";

  it("works as printed", async () => {
    const { stdout } = await promisify(execFile)("sh", ["-c", command()], { timeout: 45_000 });
    expect(stdout).toContain('"object":"chat.completion.chunk"');
    expect(stdout.trimEnd().endsWith("data: [DONE]")).toBe(true);
  });

  it("works with fetch, too", async () => {
    const [, url = "", authorization = "", body = ""] =
      /-N (\S+) -H "Authorization: ([^"]+)" .* -d '(.*)'$/.exec(command()) ?? [];
    const headers = { authorization, "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body });
    expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
    expect((await response.text()).endsWith("data: [DONE]\n\n")).toBe(true);
  });
});
