import { isDeepStrictEqual } from "node:util";
import { decodeFinish } from "#dialects/anthropic-messages/finish.ts";
import { readUsage } from "#dialects/anthropic-messages/usage.ts";
import { dialects } from "#dialects/index.ts";
import { writtenReading } from "#testing/written-usage.ts";
import type { Corpus, CorpusRecord } from "../../../../tests/support/corpus.ts";
import { hasFault } from "../../../../tests/support/recording-faults.ts";
import { askFor } from "./ask.ts";
import { schemaOfSdk } from "./schemas.ts";
import { recordingsOf } from "./subject.ts";
import type { OddJson, RecordedTraffic, Recording, Subject } from "./subject.ts";

const dialect = dialects["anthropic-messages"];

function recorded(corpus: Corpus, endpoints: RegExp): Iterable<Recording> {
  const operationOf = ({ endpoint }: CorpusRecord) => (endpoints.test(endpoint) ? "chat.completions" : undefined);
  return recordingsOf(corpus, ["anthropic"], operationOf);
}

const traffic: RecordedTraffic = {
  recordings: (corpus) => recorded(corpus, /^messages$/),
  *requests(corpus) {
    for (const { id, operation, request_body: written } of recorded(corpus, /messages|count_tokens/))
      if (written !== null && Array.isArray(written["messages"])) yield { id, operation, written };
  },
  expectedOf({ sdk = {}, ...record }) {
    // The SDK refuses several answers one after another, of which the first is read here.
    if (sdk.error) return { failed: !hasFault(record, dialect.name, "joined") };
    const usage = readUsage(sdk.usage);
    // What gave advice is counted at the end of a stream, where the SDK does not look for it.
    const isPartOf = JSON.stringify(record).includes("advisor_message") && usage?.byOthers === undefined;
    return {
      text: sdk.text ?? "",
      reasoning: sdk.reasoning ?? "",
      calls: sdk.tool_calls ?? [],
      finish: typeof sdk.finish === "string" ? decodeFinish(sdk.finish) : null,
      ...(!isPartOf && { promptTokens: usage?.promptTokens, completionTokens: usage?.completionTokens }),
      failed: false,
    };
  },
  isSame(written, _result, { response_body: body }) {
    const { stop_sequence: _sequence, ...again } = JSON.parse(written) as Record<string, unknown>;
    const { stop_sequence: _told, ...told } = body as Record<string, unknown>;
    return isDeepStrictEqual(again, told);
  },
  askAgain: () => [askFor(dialect)],
  // The usage is told at the end, to which a failure does not come.
  retold: (collected, hasFailed) => writtenReading(hasFailed ? { ...collected, usage: null } : collected),
  passesUnchanged: true,
  least: { requests: 380, answers: 290, streams: 100 },
};

const places = [
  '"content":[@]',
  '"content":[{"type":"text","text":@,"citations":[@],"cache_control":@}]',
  '"content":[{"type":"image","source":@},{"type":"tool_use","id":"a","name":"f","input":@}]',
  '"content":[{"type":"tool_result","tool_use_id":"a","content":@},{"type":"thinking","thinking":"x","signature":@}]',
  '"content":@,"odd":@',
];

const lists =
  '"tools":[@],"stop_sequences":[@],"system":[{"type":"text","text":@}],"metadata":@,"output_config":@,"odd":@';
const objects =
  '"tool_choice":{"type":@,"name":@},"thinking":{"type":@,"budget_tokens":@},"system":[{"type":"text","text":"x","odd":@}],"service_tier":@';

function requestWith(place: string, rest: string): readonly ["chat.completions", string] {
  return ["chat.completions", `{"model":"m","messages":[{"role":"user",${place}}],${rest}}`];
}

const odd: OddJson = {
  answers: [
    ["", ""],
    ['{"type":"message_start","message":', "}"],
    ['{"type":"message_delta","delta":', ',"usage":{}}'],
    ['{"type":"content_block_start","index":0,"content_block":', "}"],
    ['{"type":"message","stop_reason":"end_turn","content":[', "]}"],
  ],
  operations: ["chat.completions"],
  requests: [
    ...places.flatMap((place) => [lists, objects].map((rest) => requestWith(place, rest))),
    requestWith('"content":@', '"system":@'),
  ],
};

export const anthropicMessages: Subject = {
  dialect,
  traffic,
  odd,
  schemas: (corpus) => [
    {
      operation: "chat.completions",
      answer: schemaOfSdk(corpus, "anthropic.Message.relaxed"),
      event: schemaOfSdk(corpus, "anthropic.RawMessageStreamEvent.relaxed"),
    },
  ],
  hidesOpaque: true,
};
