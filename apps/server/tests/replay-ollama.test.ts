// Recorded interactions of Ollama servers through the gateway, byte for byte, and their usage.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithCorpus, expectEnough } from "../../../tests/support/corpus.ts";
import type { CorpusRecord } from "../../../tests/support/corpus.ts";
import { isSound } from "../../../tests/support/recording-faults.ts";
import { makeProvider, makeSnapshot, makeTarget, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { shortStreams } from "./support/short-streams.ts";

const model = "recorded-model";

describeWithCorpus("replay of recorded traffic of Ollama", (source) => {
  let upstream: FakeUpstream;
  let gateway: TestGateway;
  const records = [...source.recorded("ollama")].filter(
    (record) =>
      record.path.startsWith("/api/") &&
      /^(?:ollama-(?:chat|generate)|embeddings)$/.test(record.endpoint) &&
      (record.endpoint !== "ollama-chat" || isSound(record, "ollama", source.oracle("ollama"))),
  );

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    gateway = await startGateway(makeSnapshot({ targets: [] }));
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

  it("has recordings to replay", () => expectEnough(source, records.length, 70));

  it.each([undefined, 7])(
    "requests arrive and answers come back as they were (pieces of %s bytes)",
    async (writeBytes) => {
      for (const record of writeBytes === undefined ? records : shortStreams(records, writeBytes, 10_000)) {
        const stream = record.response_text !== undefined;
        const body = record.request_body ?? { model, messages: [], input: "recorded", stream };
        serve("ollama", record, String(body["model"]), writeBytes);
        const response = await fetch(gateway.url + record.path, {
          method: "POST",
          headers: { authorization: `Bearer ${testKey}` },
          body: JSON.stringify(body),
        });
        expect(await response.text(), record.id).toBe(textOf(record));
        // A fault of the request that the server tells as its own is a 400.
        expect(record.status === 500 ? [400, 500] : [record.status], record.id).toContain(response.status);
        expect(upstream.received.at(-1)?.path, record.id).toBe(record.path);
        expect(upstream.received.at(-1)?.json(), record.id).toEqual(body);
        const sdk = source.oracle("ollama").get(record.id)?.sdk.usage;
        const { prompt_eval_count: promptTokens = 0, eval_count: completionTokens } = sdk ?? {};
        if (record.status === 200 && completionTokens !== undefined)
          expect(gateway.records.at(-1), record.id).toMatchObject({ status: "ok", promptTokens, completionTokens });
      }
    },
  );
});
