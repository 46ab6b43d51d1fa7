// Every recorded interaction of vendors that speak the dialect, through the gateway: the request reaches the vendor as
// it was sent, the answer reaches the client byte for byte, and the usage record says what the official SDK read.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { dialects, providers } from "@ghostllm/llm";
import type { Operation } from "@ghostllm/llm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { corpus, describeWithCorpus, expectEnough } from "../../../tests/support/corpus.ts";
import type { Corpus, CorpusRecord } from "../../../tests/support/corpus.ts";
import { isSound } from "../../../tests/support/recording-faults.ts";
import { makeProvider, makeSnapshot, makeTarget, providerNamed, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { expectedStream, expectStream } from "./support/expected-stream.ts";
import type { ExpectedStream } from "./support/expected-stream.ts";
import { shortStreams } from "./support/short-streams.ts";
import { readBody } from "./support/stage.ts";

const families = new Set(["OPENAI", "OPENAI_COMPAT", "LLAMACPP", "OLLAMA"]);

const paths: Readonly<Record<string, string>> = {
  chat: "/v1/chat/completions",
  completions: "/v1/completions",
  embeddings: "/v1/embeddings",
};

/** Recorded vendors under other names than ours; the ones not named here are generic compatibles. */
const providerTypes: Readonly<Record<string, string>> = { azure: "azure-openai" };

const chatDialect = dialects["openai-chat"];

function isReplayable(record: CorpusRecord): boolean {
  const isJson = record.response_body !== undefined || record.response_text !== undefined;
  return families.has(record.family) && record.endpoint in paths && record.method === "POST" && isJson;
}

function recordsOf(source: Corpus): readonly CorpusRecord[] {
  return source.providers().flatMap((provider) => {
    const oracle = source.oracle(provider);
    const isWhatItSays = (record: CorpusRecord): boolean =>
      record.endpoint !== "chat" || isSound(record, "openai-chat", oracle);
    return [...source.recorded(provider)].filter((record) => isReplayable(record) && isWhatItSays(record));
  });
}

const operations: Readonly<Record<string, Operation>> = {
  chat: "chat.completions",
  completions: "completions",
  embeddings: "embeddings",
};

/** What a vendor does not offer in the dialect, as Writer its completions, passes as that of any other server. */
function providerTypeOf({ provider, endpoint }: CorpusRecord): string {
  const type = providerTypes[provider] ?? provider;
  const definition = providers.find((known) => known.type === type);
  const operation = operations[endpoint];
  const isOffered = operation !== undefined && definition?.speaks["openai-chat"]?.[operation] !== undefined;
  return isOffered ? type : "openai-compatible";
}

/** The recorded request, or for a recorded answer alone the least request that asks for one of its kind. */
function requestOf(record: CorpusRecord): Readonly<Record<string, unknown>> {
  if (record.request_body !== null && record.request_body !== undefined) return withModel(record.request_body);
  const stream = record.response_text !== undefined;
  if (record.endpoint === "embeddings") return { model: "recorded-model", input: "recorded" };
  if (record.endpoint === "completions") return { model: "recorded-model", prompt: "recorded", stream };
  return { model: "recorded-model", messages: [{ role: "user", content: "recorded" }], stream };
}

/** Azure's deployments are named in the path, so that the body may have no model. */
function withModel(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return typeof body["model"] === "string" ? body : { ...body, model: "recorded-model" };
}

function answerOf(record: CorpusRecord): { readonly text: string; readonly contentType: string } {
  if (record.response_text !== undefined) return { text: record.response_text, contentType: "text/event-stream" };
  return { text: JSON.stringify(record.response_body), contentType: "application/json" };
}

function tellsUsageUnasked(record: CorpusRecord): boolean {
  return providerNamed(providerTypeOf(record)).quirks?.streamUsage === "unasked";
}

/** What the gateway may add to the body of a request, and nothing else. */
function withNamedEdits(recorded: Readonly<Record<string, unknown>>, record: CorpusRecord): unknown {
  const body = withThoughts(recorded, record);
  if (body["stream"] !== true || record.endpoint === "embeddings" || tellsUsageUnasked(record)) return body;
  return { ...body, stream_options: { ...(body["stream_options"] as object | undefined), include_usage: true } };
}

/** Calls whose thoughts a client dropped get an empty one, where the vendor refuses them without. */
function withThoughts(
  body: Readonly<Record<string, unknown>>,
  record: CorpusRecord,
): Readonly<Record<string, unknown>> {
  const { wantsThoughts } = providerNamed(providerTypeOf(record)).quirks ?? {};
  const { model, messages } = body;
  if (!Array.isArray(messages) || wantsThoughts?.refusing?.test(String(model)) !== true) return body;
  const told = (messages as readonly Readonly<Record<string, unknown>>[]).map((message) =>
    message["tool_calls"] !== undefined && !message["reasoning_content"]
      ? { ...message, reasoning_content: " " }
      : message,
  );
  return { ...body, messages: told };
}

function asksForUsage(body: Readonly<Record<string, unknown>>): boolean {
  return (body["stream_options"] as { include_usage?: boolean } | undefined)?.include_usage === true;
}

/** The recorded stream without the usage chunk that the client did not ask for. */
function withoutUsageChunk(text: string): string {
  return text
    .split(/(?<=\n\r?\n)/)
    .filter((frame) => {
      const match = /^data: ?(\{.*\})\s*$/s.exec(frame.trim());
      if (match?.[1] === undefined) return true;
      const chunk = JSON.parse(match[1]) as { choices?: unknown[]; usage?: unknown };
      return !(chunk.usage && chunk.choices?.length === 0);
    })
    .join("");
}

function expectedAnswer(
  record: CorpusRecord,
  body: Readonly<Record<string, unknown>>,
  text: string,
): ExpectedStream | string {
  if (record.response_text === undefined || record.status !== 200) return text;
  const hides = body["stream"] === true && !asksForUsage(body) && !tellsUsageUnasked(record);
  // Writer's completions have a form of their own, without an end.
  const mark = text.includes('"choices"') ? "data: [DONE]\n\n" : "";
  const { text: passed, error } = expectedStream(text, mark);
  return { text: hides ? withoutUsageChunk(passed) : passed, error };
}

const messageOf = (body: string): unknown => (JSON.parse(body) as { error?: { message?: unknown } }).error?.message;

interface OracleUsage {
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
  readonly total_tokens?: number;
  readonly prompt_tokens_details?: { readonly cached_tokens?: number } | null;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number } | null;
}

describeWithCorpus("replay of recorded traffic in the dialect of OpenAI's chat", (source) => {
  let upstream: FakeUpstream;
  let gateway: TestGateway;
  const records = recordsOf(source);

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    gateway = await startGateway(makeSnapshot({ targets: [] }));
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  async function replay(record: CorpusRecord, writeBytes?: number) {
    const body = requestOf(record);
    const { text, contentType } = answerOf(record);
    const type = providerTypeOf(record);
    const provider = makeProvider(type, upstream.url, { settings: { apiVersion: "2024-10-21" } });
    gateway.swap(makeSnapshot({ targets: [makeTarget(provider, String(body["model"]))] }));
    upstream.clear();
    const headers = { "content-type": contentType };
    upstream.script({ kind: "raw", status: record.status, text, headers, ...(writeBytes && { writeBytes }) });
    const response = await fetch(gateway.url + paths[record.endpoint], {
      method: "POST",
      headers: { authorization: `Bearer ${testKey}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const { text: answer, isCut } = await readBody(response);
    return { body, text, answer, isCut, status: response.status, usage: gateway.records.at(-1) };
  }

  it("has recordings to replay", () => {
    expectEnough(source, records.length, 600);
  });

  describe.each([...new Set(records.map(({ provider }) => provider))])("%s", (provider) => {
    const own = records.filter((record) => record.provider === provider);
    const oracle = source.oracle(provider);

    it("requests arrive, answers come back, and usage is what the official SDK read", async () => {
      for (const record of own) {
        const { body, text, answer, isCut, status, usage } = await replay(record);
        const received = upstream.received.at(-1);
        // What a vendor refused may be fitted.
        if (record.status < 400) expect(received?.json(), record.id).toEqual(withNamedEdits(body, record));
        if (record.status === 401) {
          // About the operator's credential, not the client's: the one answer that is not passed on.
          expect(status, record.id).toBe(502);
          continue;
        }
        if (record.status >= 500 && status === 400) {
          // A fault of the request that the server tells as its own.
          expect(messageOf(answer), record.id).toBe(messageOf(text));
          continue;
        }
        const expected = expectedAnswer(record, body, text);
        if (typeof expected === "string")
          expect({ status, answer }, record.id).toEqual({ status: record.status, answer: expected });
        else expectStream({ status, text: answer, isCut }, expected, record.id);
        if (status !== record.status) continue;
        const told = oracle.get(record.id)?.sdk.usage as OracleUsage | undefined | null;
        if (!told || record.status !== 200) continue;
        expect(
          {
            prompt: usage?.promptTokens,
            cached: usage?.cachedTokens,
            reasoning: usage?.reasoningTokens,
            estimated: usage?.estimated,
          },
          record.id,
        ).toEqual({
          prompt: told.prompt_tokens ?? 0,
          cached: cachedTokensOf(told),
          reasoning: reasoningTokensOf(told),
          estimated: false,
        });
        expect([told.completion_tokens ?? 0, billedCompletion(told)], record.id).toContain(usage?.completionTokens);
        expect(usage?.completionTokens, record.id).toBe(billedCompletion(told));
      }
    });

    it.each([1, 7, 13])("streams survive being written in pieces of %i bytes", async (writeBytes) => {
      for (const record of shortStreams(own, writeBytes, 1_500)) {
        const { body, text, answer, status, isCut } = await replay(record, writeBytes);
        const expected = expectedAnswer(record, body, text);
        if (typeof expected !== "string") expectStream({ status, text: answer, isCut }, expected, record.id);
      }
    });
  });

  it.each([1, 7, 13])("the tap gives the same bytes and usage for every stream in pieces of %i bytes", (size) => {
    for (const record of records) {
      if (record.response_text === undefined || record.status !== 200) continue;
      const bytes = Buffer.from(record.response_text);
      const request = chatDialect.client.parseRequest(
        "chat.completions",
        Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user" }], stream: true })),
      );
      const whole = chatDialect.upstream.createStreamTap(request, {});
      const expected = [whole.push(bytes), whole.flush()].flatMap((part) => (part === null ? [] : [part]));
      const pieces = chatDialect.upstream.createStreamTap(request, {});
      const passed: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        const frames = pieces.push(bytes.subarray(at, at + size));
        if (frames !== null) passed.push(frames);
      }
      const rest = pieces.flush();
      if (rest !== null) passed.push(rest);
      expect(Buffer.concat(passed).equals(Buffer.concat(expected)), record.id).toBe(true);
      expect(pieces.usage, record.id).toEqual(whole.usage);
      expect(pieces.ended, record.id).toBe(whole.ended);
    }
  });
});

function cachedTokensOf(told: OracleUsage): number {
  const named = told as Readonly<Record<string, unknown>>;
  const own = named["prompt_cache_hit_tokens"] ?? named["cached_tokens"];
  return told.prompt_tokens_details?.cached_tokens || (typeof own === "number" ? own : 0);
}

function reasoningTokensOf(told: OracleUsage): number {
  const own = (told as Readonly<Record<string, unknown>>)["reasoning_tokens"];
  return told.completion_tokens_details?.reasoning_tokens || (typeof own === "number" ? own : 0);
}

/** Where the total shows that reasoning is counted beside the completion, it is billed with it. */
function billedCompletion(told: OracleUsage): number {
  const completion = told.completion_tokens ?? 0;
  const reasoning = reasoningTokensOf(told);
  const isBeside = reasoning > 0 && told.total_tokens === (told.prompt_tokens ?? 0) + completion + reasoning;
  return isBeside ? completion + reasoning : completion;
}

// Without the corpus the suite above is one skipped test; with it, it must not be empty by mistake.
if (corpus() !== null) it("finds the corpus", () => expect(corpus()?.providers().length).toBeGreaterThan(20));
