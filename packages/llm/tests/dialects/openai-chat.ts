import { isDeepStrictEqual } from "node:util";
import { dialects } from "#dialects/index.ts";
import { readResult } from "#testing/reading.ts";
import { writtenReading } from "#testing/written-usage.ts";
import { countsOf, finishOf } from "../../../../tests/replay/reading.ts";
import type { Corpus, CorpusRecord } from "../../../../tests/support/corpus.ts";
import { lacksLogprobs } from "../../../../tests/support/recording-faults.ts";
import { askFor } from "./ask.ts";
import { schemasOf } from "./schemas.ts";
import { recordingsOf } from "./subject.ts";
import type { OddJson, RecordedTraffic, Recording, Subject } from "./subject.ts";

const dialect = dialects["openai-chat"];
const families = new Set(["OPENAI", "OPENAI_COMPAT", "LLAMACPP", "OLLAMA"]);

function recordings(corpus: Corpus): Iterable<Recording> {
  const isChat = ({ endpoint, family }: CorpusRecord): boolean => endpoint === "chat" && families.has(family);
  return recordingsOf(corpus, corpus.providers(), (record) => (isChat(record) ? "chat.completions" : undefined));
}

/** The SDK keeps an old function_call apart, and loses what has the index -1; here each is a call as any other. */
function hasMoreCalls({ response_text: text, response_body: body }: CorpusRecord): boolean {
  return /"function_call": ?\{|"index": ?-1\b/.test(text ?? JSON.stringify(body));
}

const traffic: RecordedTraffic = {
  recordings,
  *requests(corpus) {
    for (const { id, operation, request_body: written } of recordings(corpus)) {
      // Some vendors have the model in the path.
      if (Array.isArray(written?.["messages"])) yield { id, operation, written: { model: "in the path", ...written } };
    }
  },
  expectedOf({ sdk = {}, ...record }) {
    if (sdk.error) return { failed: true };
    const finish = finishOf(dialect.name, sdk.finish);
    const counts = countsOf(dialect.name, sdk.usage);
    return {
      text: sdk.text ?? "",
      ...(sdk.reasoning !== undefined && { reasoning: sdk.reasoning }),
      ...(!hasMoreCalls(record) && { calls: sdk.tool_calls ?? [] }),
      // Whatever a vendor's own word means.
      ...(finish !== "other" && { finish }),
      promptTokens: counts?.prompt,
      completionTokens: counts?.completion,
      failed: false,
    };
  },
  isSame(written, result) {
    const again = dialect.upstream.decodeResult(Buffer.from(written));
    if (again === null) return false;
    const told = readResult(result);
    const finish = told.finish === null ? null : readResult(again).finish;
    return isDeepStrictEqual({ ...readResult(again), finish }, told);
  },
  askAgain: () => [askFor(dialect)],
  retold: writtenReading,
  // The tier stands before the choices, and what Groq tells of each model behind the usage is taken for it.
  tellsLessInTail: true,
  least: { requests: 500, answers: 300, streams: 150 },
};

const odd: OddJson = {
  answers: [
    ["", ""],
    ['{"choices":[{"message":', "}]}"],
    ['{"choices":[{"delta":', "}]}"],
  ],
  operations: ["chat.completions"],
  requests: ['"content":[@]', '"content":"x","tool_calls":[@]', '"content":"x","reasoning_details":@,"odd":@'].map(
    (place) => [
      "chat.completions",
      `{"model":"m","messages":[{"role":"assistant",${place}}],"tools":[@],"stop":@,"odd":@}`,
    ],
  ),
};

export const openaiChat: Subject = {
  dialect,
  traffic,
  odd,
  schemas(corpus) {
    const faultOf = schemasOf(corpus, "openai.relaxed.schema.json");
    const answer = faultOf("CreateChatCompletionResponse");
    return [{ operation: "chat.completions", answer, event: faultOf("CreateChatCompletionStreamResponse") }];
  },
  isInvalid: lacksLogprobs,
};
