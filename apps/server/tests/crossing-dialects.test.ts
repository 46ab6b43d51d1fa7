// The official SDKs of two vendors, each in front of the other's wire format: what the SDK of the recorded vendor read of
// a recording, the SDK of the other one must read through the gateway.

import Anthropic from "@anthropic-ai/sdk";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import OpenAI from "openai";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithCorpus } from "../../../tests/support/corpus.ts";
import type { CorpusRecord, OracleEntry } from "../../../tests/support/corpus.ts";
import { makeProvider, makeSnapshot, makeTarget, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";

const model = "recorded-model";

/** Recordings with the old `function_call`, which the SDK does not list among the calls: we read more than it does. */
const legacyCalls: ReadonlySet<string> = new Set(["e7f25de14715cb15"]);

interface Reading {
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly args: unknown }[];
  readonly completionTokens: number;
}

/** Anthropic's format has no place for a refusal in words: they are told as text. */
function refusalOf({ response_body: body }: CorpusRecord): string {
  const answer = body as { choices?: { message?: { refusal?: string | null } }[] } | undefined;
  return answer?.choices?.[0]?.message?.refusal ?? "";
}

describeWithCorpus("across dialects", (source) => {
  let upstream: FakeUpstream;
  let gateway: TestGateway;
  let openai: OpenAI;
  let anthropic: Anthropic;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    gateway = await startGateway(makeSnapshot({ targets: [] }));
    openai = new OpenAI({ apiKey: testKey, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
    anthropic = new Anthropic({ apiKey: testKey, baseURL: gateway.url, maxRetries: 0 });
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  function serve(type: string, record: CorpusRecord, writeBytes?: number): void {
    const provider = makeProvider(type, upstream.url);
    gateway.swap(makeSnapshot({ targets: [makeTarget(provider, model)] }));
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

  async function askWithOpenai(stream: boolean): Promise<Reading> {
    const request = { model, messages: [{ role: "user" as const, content: "recorded" }] };
    const answer = stream
      ? await openai.chat.completions
          .stream({ ...request, stream_options: { include_usage: true } })
          .finalChatCompletion()
      : await openai.chat.completions.create(request);
    const message = answer.choices[0]?.message;
    const calls = (message?.tool_calls ?? []).flatMap((call) => (call.type === "function" ? [call.function] : []));
    return {
      text: message?.content ?? "",
      calls: calls.map(({ name, arguments: args }) => ({ name, args: JSON.parse(args || "{}") as unknown })),
      completionTokens: answer.usage?.completion_tokens ?? 0,
    };
  }

  async function askWithAnthropic(stream: boolean): Promise<Reading> {
    const request = { model, max_tokens: 1000, messages: [{ role: "user" as const, content: "recorded" }] };
    const answer = stream
      ? await anthropic.messages.stream(request).finalMessage()
      : await anthropic.messages.create(request);
    return {
      text: answer.content.map((block) => (block.type === "text" ? block.text : "")).join(""),
      calls: answer.content.flatMap((block) =>
        block.type === "tool_use" ? [{ name: block.name, args: block.input }] : [],
      ),
      completionTokens: answer.usage.output_tokens,
    };
  }

  function* readable(provider: string, endpoint: string): Iterable<readonly [CorpusRecord, OracleEntry["sdk"]]> {
    const oracle = source.oracle(provider);
    for (const record of source.recorded(provider)) {
      const sdk = oracle.get(record.id)?.sdk;
      const isJson = record.response_body !== undefined || record.response_text !== undefined;
      if (record.endpoint !== endpoint || record.status !== 200 || !isJson || sdk === undefined) continue;
      if (sdk.error === undefined && (sdk.n ?? 1) === 1) yield [record, sdk];
    }
  }

  it.each([undefined, 7])("the OpenAI SDK reads Anthropic's answers (pieces of %s bytes)", async (writeBytes) => {
    let count = 0;
    for (const [record, sdk] of readable("anthropic", "messages")) {
      serve("anthropic", record, writeBytes);
      const reading = await askWithOpenai(record.response_text !== undefined);
      expect(reading.text, record.id).toBe(sdk.text ?? "");
      const usage = sdk.usage as { readonly output_tokens?: number } | null | undefined;
      expect(reading.completionTokens, record.id).toBe(usage?.output_tokens ?? 0);
      count += 1;
    }
    expect(count).toBeGreaterThan(100);
  });

  it.each([undefined, 7])("the Anthropic SDK reads OpenAI's answers (pieces of %s bytes)", async (writeBytes) => {
    let count = 0;
    for (const [record, sdk] of readable("openai", "chat")) {
      serve("openai", record, writeBytes);
      const reading = await askWithAnthropic(record.response_text !== undefined);
      expect(reading.text, record.id).toBe(sdk.text || refusalOf(record));
      if (!legacyCalls.has(record.id)) expect(reading.calls, record.id).toEqual(sdk.tool_calls ?? []);
      count += 1;
    }
    expect(count).toBeGreaterThan(100);
  });

  it("the Anthropic SDK's own errors tell of a vendor of the other dialect, and of us", async () => {
    const failure = { status: 429, response_body: { error: { message: "slow down", type: "rate_limit", code: "r" } } };
    serve("openai", failure as unknown as CorpusRecord);
    await expect(askWithAnthropic(false)).rejects.toThrow(Anthropic.RateLimitError);
    const stranger = new Anthropic({ apiKey: "gk-unknown", baseURL: gateway.url, maxRetries: 0 });
    await expect(
      stranger.messages.create({ model, max_tokens: 1, messages: [{ role: "user", content: "x" }] }),
    ).rejects.toThrow(Anthropic.AuthenticationError);
  });

  it("what the other dialect cannot express is noted, or refused when the client is strict", async () => {
    serve("openai", {
      status: 200,
      response_body: { choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }] },
    } as unknown as CorpusRecord);
    const request = { model, max_tokens: 9, top_k: 5, messages: [{ role: "user" as const, content: "x" }] };
    const { response } = await anthropic.messages.create(request).withResponse();
    expect(response.headers.get("x-ghostllm-notes")).toBe("top_k");
    await expect(anthropic.messages.create(request, { headers: { "x-ghostllm-strict": "true" } })).rejects.toThrow(
      Anthropic.BadRequestError,
    );
  });
});
