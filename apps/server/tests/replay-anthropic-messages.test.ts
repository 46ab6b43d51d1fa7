// Every recorded interaction of Anthropic's Messages, from a client of the dialect to the vendor and back: bytes pass, and
// the usage record says what the vendor counted, in all classes of tokens.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { builtInPrices, costOf, priceAt } from "@ghostllm/llm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithCorpus, expectEnough } from "../../../tests/support/corpus.ts";
import type { CorpusRecord } from "../../../tests/support/corpus.ts";
import { isSound } from "../../../tests/support/recording-faults.ts";
import { makeProvider, makeSnapshot, makeTarget, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { shortStreams } from "./support/short-streams.ts";

const fallbackRequest = {
  model: "claude-sonnet-4-5",
  max_tokens: 100,
  messages: [{ role: "user", content: "recorded" }],
};

interface OracleUsage {
  readonly input_tokens?: number;
  readonly output_tokens?: number;
  readonly cache_read_input_tokens?: number | null;
  readonly cache_creation_input_tokens?: number | null;
  readonly cache_creation?: { readonly ephemeral_1h_input_tokens?: number } | null;
  readonly server_tool_use?: { readonly web_search_requests?: number } | null;
}

describeWithCorpus("replay of recorded traffic of Anthropic's Messages", (source) => {
  let upstream: FakeUpstream;
  let gateway: TestGateway;
  const oracle = source.oracle("anthropic");
  const records = [...source.recorded("anthropic")].filter(
    (record) =>
      record.endpoint === "messages" &&
      record.method === "POST" &&
      record.response_b64 === undefined &&
      isSound(record, "anthropic-messages", oracle),
  );

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    gateway = await startGateway(makeSnapshot({ targets: [] }));
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  function requestOf(record: CorpusRecord): Readonly<Record<string, unknown>> {
    const recorded = record.request_body;
    if (recorded && typeof recorded["model"] === "string") return recorded;
    return { ...fallbackRequest, ...(record.response_text !== undefined && { stream: true }) };
  }

  async function replay(record: CorpusRecord, writeBytes?: number) {
    const body = requestOf(record);
    const model = String(body["model"]);
    const provider = makeProvider("anthropic", upstream.url);
    const prices = builtInPrices().find(provider, model)?.prices ?? null;
    gateway.swap(makeSnapshot({ targets: [makeTarget(provider, model, { prices })] }));
    upstream.clear();
    const text = record.response_text ?? JSON.stringify(record.response_body);
    const contentType = record.response_text === undefined ? "application/json" : "text/event-stream";
    const headers = { "content-type": contentType };
    upstream.script({ kind: "raw", status: record.status, text, headers, ...(writeBytes && { writeBytes }) });
    const response = await fetch(`${gateway.url}/v1/messages?beta=true`, {
      method: "POST",
      headers: { "x-api-key": testKey, "content-type": "application/json", "anthropic-beta": "some-beta" },
      body: JSON.stringify(body),
    });
    return {
      body,
      text,
      answer: await response.text(),
      status: response.status,
      usage: gateway.records.at(-1),
      prices,
    };
  }

  it("requests arrive, answers come back, and usage is what the official SDK read", async () => {
    expectEnough(source, records.length, 300);
    for (const record of records) {
      const { body, text, answer, status, usage, prices } = await replay(record);
      const received = upstream.received.at(-1);
      // What a vendor refused may be fitted.
      if (record.status < 400) expect(received?.json(), record.id).toEqual(body);
      expect(received?.headers, record.id).toMatchObject({
        "x-api-key": "sk-vendor-credential",
        "anthropic-version": "2023-06-01",
        "anthropic-beta": "some-beta",
      });
      if (record.status === 401) {
        expect(status, record.id).toBe(502);
        continue;
      }
      expect(status, record.id).toBe(record.status);
      expect(answer, record.id).toBe(text);
      const told = oracle.get(record.id)?.sdk.usage as OracleUsage | undefined | null;
      // What advice used is beside the counts that the SDK has in one sum.
      if (!told || record.status !== 200 || text.includes('"advisor_message"')) continue;
      const read = told.cache_read_input_tokens ?? 0;
      const written = told.cache_creation_input_tokens ?? 0;
      const hour = told.cache_creation?.ephemeral_1h_input_tokens ?? 0;
      const promptTokens = (told.input_tokens ?? 0) + read + written;
      const completionTokens = told.output_tokens ?? 0;
      expect(usage, record.id).toMatchObject({ promptTokens, completionTokens, cachedTokens: read, estimated: false });
      const price = prices === null ? null : priceAt(prices, Date.now());
      const classes = {
        cachedTokens: read,
        reasoningTokens: 0,
        cacheWriteTokens: written - hour,
        cacheWriteHourTokens: hour,
        webSearches: told.server_tool_use?.web_search_requests ?? 0,
      };
      const cost = price === null ? null : costOf({ promptTokens, completionTokens, ...classes }, price);
      expect(usage?.costNanos, record.id).toBe(cost);
    }
  });

  it.each([1, 7, 13])("streams survive being written in pieces of %i bytes", async (writeBytes) => {
    for (const record of shortStreams(records, writeBytes, 10_000)) {
      const { text, answer } = await replay(record, writeBytes);
      expect(answer, record.id).toBe(text);
    }
  });
});
