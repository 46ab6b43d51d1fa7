// Every recorded interaction of Google's own dialect, at the Gemini API and at Vertex AI, from a client of the dialect to the
// vendor and back: bytes pass, and the usage record says what the vendor counted.

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
const providerTypes: Readonly<Record<string, string>> = { google: "google", "google-vertex": "vertex" };

const settings = { project: "a-project", location: "global" };
const callPattern =
  /\/models\/([^/]+):(generateContent|streamGenerateContent|countTokens|embedContent|batchEmbedContents)$/;
/** Vertex AI has none of its own. */
const isServed = ({ provider, path }: CorpusRecord): boolean =>
  provider === "google" || !path.endsWith(":batchEmbedContents");

type Modality = "TEXT" | "AUDIO" | "IMAGE";
type Details = readonly { readonly modality?: Modality | number; readonly tokenCount?: number }[];

interface OracleUsage {
  readonly promptTokenCount?: number;
  readonly candidatesTokenCount?: number;
  readonly totalTokenCount?: number;
  readonly thoughtsTokenCount?: number | null;
  readonly toolUsePromptTokenCount?: number;
  readonly cachedContentTokenCount?: number;
  readonly promptTokensDetails?: Details;
  readonly toolUsePromptTokensDetails?: Details;
  readonly candidatesTokensDetails?: Details;
}

/** Answers of old clients have numbers for words. */
const numbers = { TEXT: 1, IMAGE: 2, AUDIO: 4 };

function countOf(modality: Modality, details: Details = []): number {
  const told = details.filter((entry) => entry.modality === modality || entry.modality === numbers[modality]);
  return told.reduce((sum, { tokenCount = 0 }) => sum + tokenCount, 0);
}

/** Where they are left out between events, they are put in. */
function withEmptyLines(text: string): string {
  return text.replaceAll(/(?<!\n|\n\r)\n(?=data: )/g, "\n\n");
}

function expectedUsage(told: OracleUsage): object {
  const { candidatesTokenCount: candidates } = told;
  const thoughts = told.thoughtsTokenCount ?? 0;
  const promptTokens = (told.promptTokenCount ?? 0) + (told.toolUsePromptTokenCount ?? 0);
  const whole = Math.max(thoughts, (told.totalTokenCount ?? 0) - promptTokens);
  const ofPrompt = [...(told.promptTokensDetails ?? []), ...(told.toolUsePromptTokensDetails ?? [])];
  return {
    promptTokens,
    completionTokens: typeof candidates !== "number" ? whole : candidates + thoughts,
    cachedTokens: told.cachedContentTokenCount ?? 0,
    reasoningTokens: thoughts,
    audioPromptTokens: countOf("AUDIO", ofPrompt),
    audioCompletionTokens: countOf("AUDIO", told.candidatesTokensDetails),
    imagePromptTokens: countOf("IMAGE", told.promptTokensDetails),
    imageCompletionTokens: countOf("IMAGE", told.candidatesTokensDetails),
    estimated: false,
  };
}

describeWithCorpus("replay of recorded traffic of Google's dialect", (source) => {
  let upstream: FakeUpstream;
  let gateway: TestGateway;
  const records = Object.keys(providerTypes).flatMap((provider) =>
    [...source.recorded(provider)].filter(
      (record) =>
        callPattern.test(record.path) &&
        isServed(record) &&
        (record.request_body !== null || record.endpoint === "generateContent") &&
        // Who does not ask for events gets a list, which the gateway makes of events itself.
        (record.endpoint !== "generateContent" || isSound(record, "gemini", source.oracle(provider))),
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

  async function replay(record: CorpusRecord, writeBytes?: number) {
    const [, model = "", method = ""] = callPattern.exec(record.path) ?? [];
    const provider = makeProvider(providerTypes[record.provider] ?? "google", upstream.url, { settings });
    gateway.swap(makeSnapshot({ targets: [makeTarget(provider, model)] }));
    upstream.clear();
    const text = record.response_text ?? JSON.stringify(record.response_body);
    const contentType = record.response_text === undefined ? "application/json" : "text/event-stream";
    const headers = { "content-type": contentType };
    upstream.script({ kind: "raw", status: record.status, text, headers, ...(writeBytes && { writeBytes }) });
    const body = record.request_body ?? { contents: [{ role: "user", parts: [{ text: "recorded" }] }] };
    const query = method === "streamGenerateContent" ? "?alt=sse" : "";
    const response = await fetch(`${gateway.url}/v1beta/models/${model}:${method}${query}`, {
      method: "POST",
      headers: { "x-goog-api-key": testKey, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const target = { model, method, query };
    return {
      body,
      target,
      ...(await readBody(response)),
      sent: text,
      status: response.status,
      usage: gateway.records.at(-1),
    };
  }

  it("requests arrive, answers come back, and usage is what the official SDK read", async () => {
    expectEnough(source, records.length, 480);
    const seen = { thoughts: 0, cached: 0, audio: 0, images: 0, madeImages: 0 };
    for (const record of records) {
      const { body, sent, target, text, isCut, status, usage } = await replay(record);
      const { model, method, query } = target;
      const received = upstream.received.at(-1);
      // What a vendor refused may be fitted.
      if (record.status < 400) expect(received?.json(), record.id).toEqual(body);
      expect(received?.path, record.id).toContain(`/models/${model}:${method}${query}`);
      if (record.status === 200 && record.response_text !== undefined)
        expectStream({ status, text, isCut }, expectedStream(withEmptyLines(sent)), record.id);
      else expect({ status, text }, record.id).toEqual({ status: record.status, text: sent });
      const told = source.oracle(record.provider).get(record.id)?.sdk.usage as OracleUsage | undefined | null;
      if (!told || record.status !== 200 || record.endpoint !== "generateContent") continue;
      expect(usage, record.id).toMatchObject(expectedUsage(told));
      if (usage === undefined) continue;
      seen.thoughts += Math.sign(usage.reasoningTokens);
      seen.cached += Math.sign(usage.cachedTokens);
      seen.audio += Math.sign(usage.audioPromptTokens);
      seen.images += Math.sign(usage.imagePromptTokens);
      seen.madeImages += Math.sign(usage.imageCompletionTokens);
    }
    for (const count of Object.values(seen)) expectEnough(source, count, 5);
  });

  it.each([1, 7, 13])("streams survive being written in pieces of %i bytes", async (writeBytes) => {
    let count = 0;
    for (const record of shortStreams(records, writeBytes, 10_000)) {
      const { sent, text, isCut, status, usage } = await replay(record, writeBytes);
      expectStream({ status, text, isCut }, expectedStream(withEmptyLines(sent)), record.id);
      const told = source.oracle(record.provider).get(record.id)?.sdk.usage as OracleUsage | undefined | null;
      if (told) expect(usage, record.id).toMatchObject(expectedUsage(told));
      count += 1;
    }
    expectEnough(source, count, 10);
  });
});
