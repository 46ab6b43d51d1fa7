import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import { dialects } from "#dialects/index.ts";
import { readUsage } from "#dialects/openai-responses/usage.ts";
import type { FinishReason } from "#hub.ts";
import { readEvents, readResult } from "#testing/reading.ts";
import { writtenReading } from "#testing/written-usage.ts";
import { memberOf, parseJson } from "#wire/json.ts";
import type { Corpus, CorpusRecord } from "../../../../tests/support/corpus.ts";
import { hasFault } from "../../../../tests/support/recording-faults.ts";
import { askFor, decodeStream, parse } from "./ask.ts";
import { schemasOf } from "./schemas.ts";
import { recordingsOf } from "./subject.ts";
import type { OddJson, RecordedTraffic, Recording, Subject } from "./subject.ts";

const dialect = dialects["openai-responses"];
const { client, upstream } = dialect;

/** Fields that mean something only to a vendor that keeps answers: such a request is refused, not translated. */
const keptFields = ["previous_response_id", "conversation", "prompt", "background", "store"];

/** The SDK lists calls of functions alone; what custom tools are given counts as a call here. */
function hasCustomCalls({ response_text: text, response_body: body }: CorpusRecord): boolean {
  return (text ?? JSON.stringify(body)).includes('"custom_tool_call"');
}

function recordings(corpus: Corpus): Iterable<Recording> {
  const operationOf = ({ endpoint }: CorpusRecord) => (endpoint === "responses" ? "chat.completions" : undefined);
  return recordingsOf(corpus, corpus.providers(), operationOf);
}

function finishOf({ sdk = {}, ...record }: Recording): FinishReason | null {
  if (sdk.finish === "queued" || sdk.finish === "in_progress") return null;
  return (sdk.tool_calls ?? []).length > 0 || hasCustomCalls(record) ? "tool_calls" : "stop";
}

function expectEndsTellAll(corpus: Corpus): void {
  const misses: string[] = [];
  for (const { id, status, response_text: text } of recordings(corpus)) {
    if (status !== 200 || text === undefined) continue;
    const last = [...text.matchAll(/^data: (\{.*"response\.(?:completed|incomplete)".*)$/gm)].at(-1)?.[1];
    const response = last === undefined ? undefined : memberOf(parseJson(last), "response");
    const output = memberOf(response, "output");
    // Servers that leave the output out of the last event told it before.
    if (!Array.isArray(output) || output.length === 0) continue;
    const result = upstream.decodeResult(Buffer.from(JSON.stringify(response)));
    const events = decodeStream(upstream, [Buffer.from(text)]);
    if (result === null || !isDeepStrictEqual(readEvents(events), readResult(result))) misses.push(id);
  }
  expect(misses).toEqual([]);
}

const traffic: RecordedTraffic = {
  recordings,
  *requests(corpus) {
    for (const { id, operation, request_body: recorded } of recordings(corpus)) {
      if (recorded === null) continue;
      const kept = keptFields.filter((field) => Boolean(recorded[field]));
      const written = Object.fromEntries(Object.entries(recorded).filter(([field]) => !kept.includes(field)));
      const check = (): void => {
        const asRecorded = parse(dialect, JSON.stringify(recorded));
        if (kept.length > 0) expect(() => client.decodeRequest(asRecorded), id).toThrow(kept[0] ?? "");
      };
      yield { id, operation, written, check };
    }
  },
  expectedOf(record) {
    const { sdk = {} } = record;
    if (sdk.error) return { failed: true };
    const usage = readUsage(sdk.usage);
    return {
      // OpenRouter tells an empty `output_text` beside the text, and the SDK believes it.
      ...(!hasFault(record, dialect.name, "two-texts") && { text: sdk.text ?? "" }),
      ...(!hasCustomCalls(record) && { calls: sdk.tool_calls ?? [] }),
      // Why it is incomplete stands beside the status, which is all that is known here.
      ...(sdk.finish !== "incomplete" && { finish: finishOf(record) }),
      promptTokens: usage?.promptTokens,
      completionTokens: usage?.completionTokens,
      failed: false,
    };
  },
  isSame: (written, _result, { response_body: body }) => isDeepStrictEqual(JSON.parse(written), body),
  askAgain: () => [askFor(dialect)],
  retold(collected, hasFailed) {
    const { id: _id, model, usage, ...told } = writtenReading(collected);
    return { ...told, model: model || "m", usage: hasFailed ? null : usage };
  },
  passesUnchanged: true,
  tapTellsFailures: true,
  least: { requests: 240, answers: 210, streams: 85 },
  alone: { "every stream says what the whole answer at its end says": expectEndsTellAll },
};

const items = [
  '{"role":"user","content":[@]}',
  '{"role":"user","content":@,"odd":@}',
  '{"role":"assistant","content":[{"type":"output_text","text":@,"annotations":@,"logprobs":@}],"phase":@}',
  '{"role":"user","content":[{"type":"input_image","image_url":@,"detail":@},{"type":"input_file","file_data":@}]}',
  '{"type":"function_call","call_id":"a","name":"f","arguments":"{}","status":@,"namespace":@}',
  '{"type":"function_call","call_id":@,"name":"f","arguments":@}',
  '{"type":"custom_tool_call","call_id":"a","name":@,"input":"x"}',
  '{"type":"function_call_output","call_id":"a","output":@}',
  '{"type":"reasoning","id":@,"summary":@,"content":@,"encrypted_content":@}',
  '{"type":"message","role":@}',
];

const tools =
  '"tools":[@,{"type":"custom","name":"c","format":@},{"type":"namespace","name":"n","tools":[@]},{"type":"function","name":"f","parameters":@,"strict":@}]';
const rest =
  '"tool_choice":@,"text":{"format":@,"odd":@},"reasoning":{"effort":@,"odd":@},"include":@,"metadata":@,"top_logprobs":@,"odd":@';

const odd: OddJson = {
  answers: [
    ["", ""],
    ['{"output":', "}"],
    ['{"output":[', "]}"],
    ['{"output":[{"type":"message","role":"assistant","content":[', "]}]}"],
    ['{"output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":', "}]}]}"],
    ['{"type":"response.created","response":', "}"],
    ['{"type":"response.completed","response":', "}"],
    ['{"type":"response.failed","response":', "}"],
    ['{"type":"error","error":', "}"],
    ['{"type":"response.output_item.done","output_index":0,"item":', "}"],
    ['{"type":"response.output_item.done","item":{"type":"reasoning","summary":', "}}"],
    ['{"type":"response.output_text.delta","output_index":0,"delta":"x","logprobs":', "}"],
    ['{"type":"response.output_text.annotation.added","annotation":', "}"],
  ],
  operations: ["chat.completions"],
  checkEvent(frame, value) {
    const passed = upstream.createStreamTap(askFor(dialect), {}).push(frame);
    const isOneLine = !value.some((byte) => byte === 0x0a || byte === 0x0d);
    if (passed !== null && isOneLine) expect(passed.equals(frame)).toBe(true);
  },
  requests: items.map((item) => ["chat.completions", `{"model":"m","input":[${item}],${tools},${rest}}`]),
};

/** Events are numbered, and named twice. */
function faultOfOrder(written: string): string | null {
  const events = [...written.matchAll(/^event: (.*)\ndata: (.*)$/gm)];
  const isInOrder = events.every(([, name, data = ""], number) => {
    const { type, sequence_number: told } = JSON.parse(data) as Record<string, unknown>;
    return type === name && told === number;
  });
  return isInOrder ? null : "not in order";
}

export const openaiResponses: Subject = {
  dialect,
  traffic,
  odd,
  schemas(corpus) {
    // The published schema demands that an item fits one form only, but some fit two: any will do.
    const anyOf = (text: string): string => text.replaceAll('"oneOf"', '"anyOf"');
    const faultOf = schemasOf(corpus, "openai.relaxed.schema.json", anyOf);
    const operation = "chat.completions";
    const event = faultOf("ResponseStreamEvent");
    return [{ operation, answer: faultOf("Response"), event, faultOfStream: faultOfOrder }];
  },
};
