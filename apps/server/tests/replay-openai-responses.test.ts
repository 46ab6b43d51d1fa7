// Every recorded interaction of OpenAI's Responses and of those who speak it, from a client of the dialect to the vendor
// and back: bytes pass, and the usage record says what the vendor counted.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithCorpus, expectEnough } from "../../../tests/support/corpus.ts";
import type { CorpusRecord } from "../../../tests/support/corpus.ts";
import { isSound } from "../../../tests/support/recording-faults.ts";
import { makeProvider, makeSnapshot, makeTarget, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { expectedStream, expectStream } from "./support/expected-stream.ts";
import { shortStreams } from "./support/short-streams.ts";
import { readBody } from "./support/stage.ts";

/** Recorded vendors, and the provider that stands for each. */
const providerTypes: Readonly<Record<string, string>> = {
  openai: "openai",
  azure: "azure-openai",
  deepseek: "deepseek",
  xai: "xai",
  openrouter: "openrouter",
  lmstudio: "lmstudio",
  bedrock: "bedrock-mantle",
  "mock-or-local": "openai",
};

const doneMark = "data: [DONE]\n\n";

const fallbackRequest = { model: "gpt-5-mini", input: "recorded" };

interface OracleUsage {
  readonly input_tokens?: number;
  readonly output_tokens?: number;
  readonly input_tokens_details?: { readonly cached_tokens?: number };
  readonly output_tokens_details?: { readonly reasoning_tokens?: number };
}

describeWithCorpus("replay of recorded traffic of OpenAI's Responses", (source) => {
  let upstream: FakeUpstream;
  let gateway: TestGateway;
  const records = Object.keys(providerTypes).flatMap((provider) =>
    [...source.recorded(provider)].filter(
      (record) =>
        record.endpoint === "responses" &&
        record.method === "POST" &&
        record.response_b64 === undefined &&
        isSound(record, "openai-responses", source.oracle(provider)),
    ),
  );

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    gateway = await startGateway(makeSnapshot({ targets: [] }));
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  function requestOf({ request_body: recorded, response_text: text }: CorpusRecord): Readonly<Record<string, unknown>> {
    if (recorded && typeof recorded["model"] === "string") return recorded;
    return { ...fallbackRequest, ...(text !== undefined && { stream: true }) };
  }

  async function replay(record: CorpusRecord, writeBytes?: number) {
    const body = requestOf(record);
    const provider = makeProvider(providerTypes[record.provider] ?? "openai", upstream.url);
    gateway.swap(makeSnapshot({ targets: [makeTarget(provider, String(body["model"]))] }));
    upstream.clear();
    const text = record.response_text ?? JSON.stringify(record.response_body);
    const contentType = record.response_text === undefined ? "application/json" : "text/event-stream";
    const headers = { "content-type": contentType };
    upstream.script({ kind: "raw", status: record.status, text, headers, ...(writeBytes && { writeBytes }) });
    const response = await fetch(`${gateway.url}/v1/responses`, {
      method: "POST",
      headers: { authorization: `Bearer ${testKey}`, "content-type": "application/json", "openai-beta": "some-beta" },
      body: JSON.stringify(body),
    });
    return { body, ...(await readBody(response)), sent: text, status: response.status, usage: gateway.records.at(-1) };
  }

  it("requests arrive, answers come back, and usage is what the official SDK read", async () => {
    expectEnough(source, records.length, 300);
    for (const record of records) {
      const { body, sent, text, status, isCut, usage } = await replay(record);
      const received = upstream.received.at(-1);
      // What a vendor refused may be fitted.
      if (record.status < 400) expect(received?.json(), record.id).toEqual(body);
      expect(received?.path, record.id).toMatch(/\/responses$/);
      expect(received?.headers, record.id).toMatchObject({ "openai-beta": "some-beta" });
      if (record.status === 401) {
        expect(status, record.id).toBe(502);
        continue;
      }
      const sdk = source.oracle(record.provider).get(record.id)?.sdk;
      const told = sdk?.usage as OracleUsage | undefined | null;
      if (record.status === 200 && record.response_text !== undefined)
        expectStream({ status, text, isCut }, expectedStream(sent), record.id);
      else expect({ status, text }, record.id).toEqual({ status: record.status, text: sent });
      if (record.kinds.includes("error-in-stream")) expect(usage?.status, record.id).toBe("error");
      if (!told || record.status !== 200) continue;
      expect(usage, record.id).toMatchObject({
        promptTokens: told.input_tokens ?? 0,
        completionTokens: told.output_tokens ?? 0,
        cachedTokens: told.input_tokens_details?.cached_tokens ?? 0,
        reasoningTokens: told.output_tokens_details?.reasoning_tokens ?? 0,
        estimated: false,
      });
    }
  });

  it.each([1, 7, 13])("streams survive being written in pieces of %i bytes", async (writeBytes) => {
    let count = 0;
    for (const record of shortStreams(records, writeBytes, 10_000)) {
      const { sent, text, status, isCut } = await replay(record, writeBytes);
      // The mark of another dialect, behind the end of this one: it says nothing, and may be left out.
      const expected = expectedStream(text.endsWith(doneMark) ? sent : sent.replace(doneMark, ""));
      expectStream({ status, text, isCut }, expected, record.id);
      count += 1;
    }
    expectEnough(source, count, 2);
  });
});
