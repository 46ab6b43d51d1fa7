import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import { dialects } from "#dialects/index.ts";
import { ollama as spoken } from "#dialects/ollama/index.ts";
import type { Operation } from "#operations.ts";
import { expectEnough } from "../../../../tests/support/corpus.ts";
import type { Corpus, OracleEntry } from "../../../../tests/support/corpus.ts";
import { isUnreadable } from "../../../../tests/support/recording-faults.ts";
import { askFor, parse } from "./ask.ts";
import { schemasOf } from "./schemas.ts";
import { recordingsOf } from "./subject.ts";
import type { OddJson, RecordedTraffic, Recording, Subject } from "./subject.ts";

const dialect = dialects.ollama;
const { client, upstream } = spoken;

const operations: Readonly<Record<string, Operation>> = {
  "ollama-chat": "chat.completions",
  "ollama-generate": "generate",
};

function recordings(corpus: Corpus): Iterable<Recording> {
  return recordingsOf(corpus, corpus.providers(), ({ endpoint }) => operations[endpoint]);
}

/** Of prompts the SDK's readings are not kept: their texts are put together here. */
function textOfLines({ response_text: text, response_body: body }: Recording): string {
  const written = text?.split("\n").filter((line) => line !== "");
  const lines = written === undefined ? [body] : written.map((line) => JSON.parse(line) as unknown);
  return lines.map((line) => (line as { readonly response: string }).response).join("");
}

/** Older servers leave the count out when they had the prompt in their cache. */
function promptTokensOf(usage: OracleEntry["sdk"]["usage"]): number | undefined {
  const { prompt_eval_count: count, eval_count: other } = usage ?? {};
  return (count ?? (other === undefined ? undefined : 0)) as number | undefined;
}

function expectFailuresTold(corpus: Corpus): void {
  const failures = [...recordings(corpus)].filter(({ status }) => status >= 400);
  for (const { id, response_body: body } of failures) {
    const { message } = upstream.readError(JSON.stringify(body));
    expect(message, id).toBe((body as { readonly error: string }).error);
  }
  expectEnough(corpus, failures.length, 5);
}

function expectEmbeddings(corpus: Corpus): void {
  const recorded = [...corpus.recorded("ollama")].filter(({ path }) => path === "/api/embed");
  for (const { id, request_body, response_body: answer } of recorded) {
    const written = request_body ?? { model: "m", input: "one text", keep_alive: "5m", truncate: true };
    const request = parse(dialect, JSON.stringify(written), "embeddings");
    const meant = client.embeddings.decodeRequest(request);
    const { body, notes } = upstream.embeddings.encodeRequest(meant, { model: request.model, quirks: {} });
    expect(JSON.parse(body), id).toEqual(written);
    expect(notes, id).toEqual([]);
    const result = upstream.embeddings.decodeResult(Buffer.from(JSON.stringify(answer)));
    expect(result && JSON.parse(client.embeddings.encodeResult(result, request)), id).toEqual(answer);
    expect(result?.vectors.length, id).toBe(meant.inputs.length);
  }
  expectEnough(corpus, recorded.length, 0);
}

const traffic: RecordedTraffic = {
  recordings,
  judgesAll: true,
  *requests(corpus) {
    for (const { id, operation, request_body: written } of recordings(corpus)) {
      if (written === null) continue;
      yield { id, operation, written, check: ({ stream }) => expect(stream, id).toBe(written["stream"] ?? true) };
    }
  },
  expectedOf(record) {
    const { sdk } = record;
    if (sdk === undefined) return { text: textOfLines(record), failed: false };
    if (sdk.error) return { failed: true };
    const calls = sdk.tool_calls ?? [];
    return {
      text: sdk.text ?? "",
      reasoning: sdk.reasoning ?? "",
      calls,
      // To call tools is a reason of its own elsewhere.
      finish: sdk.finish === "stop" && calls.length > 0 ? "tool_calls" : String(sdk.finish ?? ""),
      promptTokens: promptTokensOf(sdk.usage),
      completionTokens: sdk.usage?.["eval_count"] as number | undefined,
      failed: false,
    };
  },
  isNoAnswer: (record) => isUnreadable(record, dialect.name),
  isSame: (written, result) => isDeepStrictEqual(upstream.decodeResult(Buffer.from(written)), result),
  askAgain: ({ operation }) => [askFor(dialect, operation)],
  // The times of single lines, of which ids are made, are not kept.
  retold({ id: _id, choices, ...told }) {
    const calls = choices.map((choice) => choice.calls.map(({ name, argumentsText }) => ({ name, argumentsText })));
    return { ...told, choices: choices.map((choice, index) => ({ ...choice, calls: calls[index] })) };
  },
  passesUnchanged: true,
  least: { requests: 60, answers: 30, streams: 30 },
  alone: { "every failure is told in its own words": expectFailuresTold, "embeddings, both ways": expectEmbeddings },
};

const messages = [
  '"content":@,"thinking":@,"images":@,"odd":@',
  '"tool_calls":[@],"content":""',
  '"tool_calls":[{"id":@,"type":@,"function":{"name":"f","index":@,"arguments":@,"odd":@}}],"content":"x"',
  '"content":"x","tool_name":@,"tool_call_id":@',
  '"images":[@]',
  '"content":"x","images":[@],"odd":@',
];
const rest = '"tools":[@],"format":@,"think":@,"options":{"stop":@,"num_ctx":@,"seed":@},"keep_alive":@,"odd":@';
const chats = messages.flatMap((fields) =>
  ["user", "assistant", "tool", "odd"].map((role) => `"messages":[{"role":"${role}",${fields}}],${rest}`),
);
const prompts = [
  '"prompt":"x","system":@',
  '"prompt":"x","context":[@],"options":{"odd":@},"odd":@',
  '"prompt":@,"suffix":@,"context":@,"images":[@],"options":@',
];

const odd: OddJson = {
  answers: [
    ["", ""],
    ['{"message":', ',"done":true}'],
    ['{"message":{"content":"x","tool_calls":[', "]}}"],
    ['{"message":{"images":[],"tool_calls":[{"function":{"name":"f","arguments":', "}}]}}"],
    ['{"response":"x","logprobs":', ',"created_at":1,"done":true}'],
    ['{"response":"x","created_at":"2026-01-01T00:00:00Z","done_reason":', ',"done":true}'],
  ],
  operations: ["chat.completions", "generate"],
  requests: [
    ...chats.map((fields) => ["chat.completions", `{"model":"m",${fields}}`] as const),
    ...prompts.map((fields) => ["generate", `{"model":"m",${fields}}`] as const),
  ],
};

export const ollama: Subject = {
  dialect,
  traffic,
  odd,
  schemas(corpus) {
    const faultOf = schemasOf(corpus, "ollama.schema.json");
    return [
      { operation: "chat.completions", answer: faultOf("ChatResponse"), event: faultOf("ChatStreamEvent") },
      { operation: "generate", answer: faultOf("GenerateResponse"), event: faultOf("GenerateStreamEvent") },
    ];
  },
};
