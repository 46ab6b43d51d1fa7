// Google's official SDK in front of the wire formats of others, and theirs in front of Google's: what the SDK of the
// recorded vendor read of a recording, the SDK of another one must read through the gateway, and it is charged as told.

import Anthropic from "@anthropic-ai/sdk";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { GoogleGenAI } from "@google/genai";
import type { GenerateContentResponse } from "@google/genai";
import OpenAI from "openai";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithCorpus } from "../../../tests/support/corpus.ts";
import type { CorpusRecord, OracleEntry } from "../../../tests/support/corpus.ts";
import { makeProvider, makeSnapshot, makeTarget, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";

const model = "recorded-model";

/** Its call comes in pieces, each of which Google's SDK hands out as a call: here they are one. */
const hasPieces: ReadonlySet<string> = new Set(["ac385f26ec6353d1"]);
/** Recordings with the old `function_call`, which the SDK does not list among the calls: we read more than it does. */
const legacyCalls: ReadonlySet<string> = new Set(["e7f25de14715cb15"]);
/** Of the cache that was made, not of an answer. */
const isAnswer = ({ response_body: body }: CorpusRecord): boolean =>
  !String((body as { name?: string } | undefined)?.name).startsWith("cachedContents/");

interface Reading {
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly args: unknown }[];
}

/** Google's format has no place for a refusal in words: they are told as text. */
function refusalOf({ response_body: body }: CorpusRecord): string {
  const answer = body as { choices?: { message?: { refusal?: string | null } }[] } | undefined;
  return answer?.choices?.[0]?.message?.refusal ?? "";
}

describeWithCorpus("Google's SDK and the others, across dialects", (source) => {
  let upstream: FakeUpstream;
  let gateway: TestGateway;
  let openai: OpenAI;
  let anthropic: Anthropic;
  let genai: GoogleGenAI;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    gateway = await startGateway(makeSnapshot({ targets: [] }));
    openai = new OpenAI({ apiKey: testKey, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
    anthropic = new Anthropic({ apiKey: testKey, baseURL: gateway.url, maxRetries: 0 });
    genai = new GoogleGenAI({ apiKey: testKey, httpOptions: { baseUrl: gateway.url } });
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  function serve(type: string, record: CorpusRecord, writeBytes?: number): void {
    gateway.swap(makeSnapshot({ targets: [makeTarget(makeProvider(type, upstream.url), model)] }));
    upstream.clear();
    const isStream = record.response_text !== undefined;
    upstream.script({
      kind: "raw",
      status: record.status,
      text: record.response_text ?? JSON.stringify(record.response_body),
      headers: { "content-type": isStream ? "text/event-stream" : "application/json" },
      ...(writeBytes && { writeBytes }),
    });
  }

  async function askWithGenai(stream: boolean): Promise<Reading> {
    const answers: GenerateContentResponse[] = [];
    const request = { model, contents: "recorded" };
    if (stream) for await (const piece of await genai.models.generateContentStream(request)) answers.push(piece);
    else answers.push(await genai.models.generateContent(request));
    const first = answers.flatMap(({ candidates = [] }) => candidates.filter(({ index = 0 }) => index === 0));
    const parts = first.flatMap(({ content }) => content?.parts ?? []);
    return {
      text: parts.map((part) => (part.thought ? "" : (part.text ?? ""))).join(""),
      calls: parts.flatMap(({ functionCall: call }) =>
        call ? [{ name: call.name ?? "", args: call.args ?? {} }] : [],
      ),
    };
  }

  async function askWithOpenai(stream: boolean): Promise<Reading> {
    const request = { model, messages: [{ role: "user" as const, content: "recorded" }] };
    const answer = stream
      ? await openai.chat.completions.stream(request).finalChatCompletion()
      : await openai.chat.completions.create(request);
    const message = answer.choices[0]?.message;
    const calls = (message?.tool_calls ?? []).flatMap((call) => (call.type === "function" ? [call.function] : []));
    return {
      text: message?.content ?? "",
      calls: calls.map(({ name, arguments: args }) => ({ name, args: JSON.parse(args) as unknown })),
    };
  }

  async function askWithAnthropic(stream: boolean): Promise<Reading> {
    const request = { model, max_tokens: 1000, messages: [{ role: "user" as const, content: "recorded" }] };
    const answer = stream
      ? await anthropic.messages.stream(request).finalMessage()
      : await anthropic.messages.create(request);
    const calls = answer.content.flatMap((block) => (block.type === "tool_use" ? [block] : []));
    return {
      text: answer.content.map((block) => (block.type === "text" ? block.text : "")).join(""),
      calls: calls.map(({ name, input }) => ({ name, args: input })),
    };
  }

  function* readable(provider: string, endpoint: string): Iterable<readonly [CorpusRecord, OracleEntry["sdk"]]> {
    const oracle = source.oracle(provider);
    for (const record of source.recorded(provider)) {
      const sdk = oracle.get(record.id)?.sdk;
      const isJson = record.response_body !== undefined || record.response_text !== undefined;
      const isMeant = record.endpoint === endpoint && record.status === 200 && isJson && isAnswer(record);
      if (!isMeant || Array.isArray(record.response_body) || sdk === undefined) continue;
      if (sdk.error === undefined && (sdk.n ?? 1) === 1) yield [record, sdk];
    }
  }

  const others = [
    ["OpenAI", "openai", "chat"],
    ["Anthropic", "anthropic", "messages"],
  ] as const;

  it.each(others)(
    "the GenAI SDK reads answers of %s",
    async (_name, provider, endpoint) => {
      let count = 0;
      for (const [record, sdk] of readable(provider, endpoint)) {
        serve(provider, record, count % 4 === 0 ? 7 : undefined);
        const reading = await askWithGenai(record.response_text !== undefined);
        expect(reading.text, record.id).toBe(sdk.text || refusalOf(record));
        if (!legacyCalls.has(record.id) && provider === "openai")
          expect(reading.calls, record.id).toEqual(sdk.tool_calls ?? []);
        count += 1;
      }
      expect(count).toBeGreaterThan(100);
    },
    60_000,
  );

  function callsOf({ tool_calls: calls = [] }: OracleEntry["sdk"]): Reading["calls"] {
    return calls.map(({ name, args }) => ({ name, args: args ?? {} }));
  }

  function countsOf({ usage }: OracleEntry["sdk"]): object {
    const count = (field: string): number => Number(usage?.[field] ?? 0);
    const promptTokens = count("promptTokenCount") + count("toolUsePromptTokenCount");
    const told = count("candidatesTokenCount") + count("thoughtsTokenCount");
    const isTold = usage?.["candidatesTokenCount"] !== undefined;
    return { promptTokens, completionTokens: isTold ? told : count("totalTokenCount") - promptTokens };
  }

  const sdks = [
    ["GenAI", askWithGenai],
    ["OpenAI", askWithOpenai],
    ["Anthropic", askWithAnthropic],
  ] as const;

  it.each(sdks)(
    "the %s SDK reads answers of Google, which are charged as they were told",
    async (_name, ask) => {
      let count = 0;
      for (const provider of ["google", "google-vertex"]) {
        for (const [record, sdk] of readable(provider, "generateContent")) {
          serve("google", record, count % 4 === 0 ? 7 : undefined);
          const reading = await ask(record.response_text !== undefined);
          expect(reading.text, record.id).toBe(sdk.text ?? "");
          if (!hasPieces.has(record.id)) expect(reading.calls, record.id).toEqual(callsOf(sdk));
          const billed = gateway.records.at(-1);
          expect(billed, record.id).toMatchObject({
            status: "ok",
            ...(sdk.usage && { ...countsOf(sdk), estimated: false }),
          });
          count += 1;
        }
      }
      expect(count).toBeGreaterThan(480);
    },
    60_000,
  );
});
