// Recorded interactions of Ollama servers through the gateway, byte for byte; and what vendors of other dialects answered
// in recordings, read by Ollama's official SDK.

import Anthropic from "@anthropic-ai/sdk";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { Ollama } from "ollama";
import type { ChatResponse } from "ollama";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithCorpus } from "../../../tests/support/corpus.ts";
import type { CorpusRecord, OracleEntry } from "../../../tests/support/corpus.ts";
import { makeProvider, makeSnapshot, makeTarget, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";

const model = "recorded-model";

/** Recordings with the old `function_call`, which the SDK does not list among the calls: we read more than it does. */
const legacyCalls: ReadonlySet<string> = new Set(["e7f25de14715cb15"]);

/** No answer of Ollama's own: its source wrote what another endpoint had answered. */
const isNoAnswer: ReadonlySet<string> = new Set(["c7942a1b4002804b"]);

interface Reading {
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly args: unknown }[];
  readonly completionTokens: number;
}

/** Ollama's format has no place for a refusal in words: they are told as text. */
function refusalOf({ response_body: body }: CorpusRecord): string {
  const answer = body as { choices?: { message?: { refusal?: string | null } }[] } | undefined;
  return answer?.choices?.[0]?.message?.refusal ?? "";
}

describeWithCorpus("Ollama's recordings, and its SDK in front of those of others", (source) => {
  let upstream: FakeUpstream;
  let gateway: TestGateway;
  let ollama: Ollama;
  let anthropic: Anthropic;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    gateway = await startGateway(makeSnapshot({ targets: [] }));
    ollama = new Ollama({ host: gateway.url, headers: { authorization: `Bearer ${testKey}` } });
    anthropic = new Anthropic({ apiKey: testKey, baseURL: gateway.url, maxRetries: 0 });
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  function serve(type: string, record: CorpusRecord, name: string, writeBytes?: number): void {
    gateway.swap(makeSnapshot({ targets: [makeTarget(makeProvider(type, upstream.url), name)] }));
    upstream.clear();
    const streamType = type === "ollama" ? "application/x-ndjson" : "text/event-stream";
    upstream.script({
      kind: "raw",
      status: record.status,
      text: textOf(record),
      headers: { "content-type": record.response_text === undefined ? "application/json" : streamType },
      ...(writeBytes && { writeBytes }),
    });
  }

  function textOf({ response_text: text, response_body: body }: CorpusRecord): string {
    return text ?? JSON.stringify(body);
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

  async function askWithOllama(stream: boolean): Promise<Reading> {
    const request = { model, messages: [{ role: "user", content: "recorded" }] };
    const lines: ChatResponse[] = [];
    if (stream) for await (const line of await ollama.chat({ ...request, stream })) lines.push(line);
    else lines.push(await ollama.chat({ ...request, stream }));
    const calls = lines.flatMap((line) => line.message.tool_calls ?? []);
    return {
      text: lines.map((line) => line.message.content).join(""),
      calls: calls.map((call) => ({ name: call.function.name, args: call.function.arguments })),
      completionTokens: lines.at(-1)?.eval_count ?? 0,
    };
  }

  it.each([undefined, 7])(
    "requests arrive and answers come back as they were (pieces of %s bytes)",
    async (writeBytes) => {
      let count = 0;
      for (const record of source.recorded("ollama")) {
        if (!record.path.startsWith("/api/") || !/^(?:ollama-(?:chat|generate)|embeddings)$/.test(record.endpoint))
          continue;
        const stream = record.response_text !== undefined;
        const body = record.request_body ?? { model, messages: [], input: "recorded", stream };
        serve("ollama", record, String(body["model"]), writeBytes);
        const response = await fetch(gateway.url + record.path, {
          method: "POST",
          headers: { authorization: `Bearer ${testKey}` },
          body: JSON.stringify(body),
        });
        expect(await response.text(), record.id).toBe(textOf(record));
        expect(response.status, record.id).toBe(record.status);
        expect(upstream.received.at(-1)?.path, record.id).toBe(record.path);
        expect(upstream.received.at(-1)?.json(), record.id).toEqual(body);
        const sdk = source.oracle("ollama").get(record.id)?.sdk.usage;
        const { prompt_eval_count: promptTokens = 0, eval_count: completionTokens } = sdk ?? {};
        if (record.status === 200 && completionTokens !== undefined)
          expect(gateway.records.at(-1), record.id).toMatchObject({ status: "ok", promptTokens, completionTokens });
        count += 1;
      }
      expect(count).toBeGreaterThan(70);
    },
  );

  it.each([
    ["openai", "chat"],
    ["anthropic", "messages"],
  ])("Ollama's SDK reads answers of %s", async (type, endpoint) => {
    let count = 0;
    for (const [record, sdk] of readable(type, endpoint)) {
      serve(type, record, model);
      const reading = await askWithOllama(record.response_text !== undefined);
      expect(reading.text, record.id).toBe(sdk.text || refusalOf(record));
      if (!legacyCalls.has(record.id) && type === "openai")
        expect(reading.calls, record.id).toEqual(sdk.tool_calls ?? []);
      const { completion_tokens: counted, output_tokens: told = counted } = sdk.usage ?? {};
      expect(reading.completionTokens, record.id).toBe(told ?? 0);
      count += 1;
    }
    expect(count).toBeGreaterThan(100);
  });

  it("Anthropic's SDK reads answers of Ollama", async () => {
    let count = 0;
    for (const [record, sdk] of readable("ollama", "ollama-chat")) {
      if (isNoAnswer.has(record.id)) continue;
      serve("ollama", record, model, 7);
      const request = { model, max_tokens: 1000, messages: [{ role: "user" as const, content: "recorded" }] };
      const stream = record.response_text !== undefined;
      const answer = stream
        ? await anthropic.messages.stream(request).finalMessage()
        : await anthropic.messages.create(request);
      const textOfBlocks = answer.content.map((block) => (block.type === "text" ? block.text : "")).join("");
      expect(textOfBlocks, record.id).toBe(sdk.text ?? "");
      const thoughts = answer.content.map((block) => (block.type === "thinking" ? block.thinking : "")).join("");
      expect(thoughts, record.id).toBe(sdk.reasoning ?? "");
      const calls = answer.content.flatMap((block) =>
        block.type === "tool_use" ? [{ name: block.name, args: block.input }] : [],
      );
      expect(calls, record.id).toEqual(sdk.tool_calls ?? []);
      expect(answer.stop_reason === "tool_use", record.id).toBe(calls.length > 0);
      count += 1;
    }
    expect(count).toBeGreaterThan(50);
  });
});
