// What errors of vendors mean: every one that was recorded, by what its words say to a reader.

import type { ErrorCode } from "@ghostllm/contract";
import { expect, it } from "vitest";
import type { DialectName } from "#providers/definition.ts";
import { describeWithCorpus, expectEnough } from "../../../../../tests/support/corpus.ts";
import type { CorpusRecord } from "../../../../../tests/support/corpus.ts";
import { hasFault } from "../../../../../tests/support/recording-faults.ts";
import { vendorDialects } from "#dialects/index.ts";
import { classify, readErrorType } from "./vendor-error.ts";

function codeOf(dialect: DialectName, status: number, body: string, header?: string): ErrorCode {
  const error = vendorDialects[dialect].upstream.readError(body);
  const type = readErrorType(header);
  return classify(type === null ? error : { ...error, words: [type, ...error.words] }, status);
}

/** What is in the words of a recorded error: the first that fits. Vendors agree on statuses less than on words. */
const meanings: readonly (readonly [ErrorCode, (error: Recorded) => boolean])[] = [
  ["insufficient_quota", ({ status, text }) => status === 400 && text.includes("exceeded your current quota")],
  ["rate_limit_exceeded", ({ status }) => status === 429],
  [
    "context_length_exceeded",
    ({ text }) => /prompt (?:is )?too long|too many tokens|Context size has been exceeded|input token count/.test(text),
  ],
  ["invalid_api_key", ({ status, text }) => status === 401 || text.includes("Unable to authenticate request")],
  ["permission_denied", ({ text }) => text.includes("Multimodal is not enabled for your organization")],
  [
    "model_not_found",
    ({ text }) =>
      /bad model|nonexistent|non-existent|this-model-does-not-exist|gpt-5\.2-proo|claude-sonet|DeploymentNotFound/.test(
        text,
      ) || /has been deprecated|was removed on|bad_model|invalid model ID|model identifier is invalid/.test(text),
  ],
  ["provider_error", ({ text }) => /Internal server error|Service unavailable|pull model manifest/.test(text)],
  [
    "invalid_request_error",
    ({ status, text }) =>
      [400, 422].includes(status) || /input is not supported|unknown format|No endpoints found that support/.test(text),
  ],
];

/** Of errors within streams, which have no status of their own. */
const meaningsWithin: readonly (readonly [ErrorCode, RegExp])[] = [
  ["insufficient_quota", /exceeded your current quota/],
  ["rate_limit_exceeded", /Request too large for .* per min/],
  ["invalid_request_error", /max_tokens or model output limit|InvalidParameter|tool_use_failed|invalid_request/],
];

interface Recorded {
  readonly status: number;
  readonly text: string;
}

const dialectsOfEndpoints: Readonly<Record<string, DialectName>> = {
  messages: "anthropic-messages",
  responses: "openai-responses",
  "ollama-chat": "ollama",
  "ollama-generate": "ollama",
  "ollama-admin": "ollama",
  bedrock: "bedrock-converse",
};

function dialectOf({ provider, endpoint }: CorpusRecord): DialectName {
  return provider.startsWith("google") ? "gemini" : (dialectsOfEndpoints[endpoint] ?? "openai-chat");
}

/** Whose words say nothing here may mean anything, and what is a fault of the request may be told more closely. */
function isMeant(code: ErrorCode, expected: ErrorCode | undefined): boolean {
  if (expected === undefined || code === expected) return true;
  return expected === "invalid_request_error" && ["model_not_found", "context_length_exceeded"].includes(code);
}

describeWithCorpus("recorded errors", (corpus) => {
  it("mean what their words say, and say it", () => {
    const misses: string[] = [];
    let checked = 0;
    for (const provider of corpus.providers()) {
      for (const record of corpus.recorded(provider)) {
        const { id, status, response_body: body, response_text: written, response_headers: headers } = record;
        if (status < 400) continue;
        const text = written ?? JSON.stringify(body);
        const expected = meanings.find(([, fits]) => fits({ status, text }))?.[0];
        const dialect = dialectOf(record);
        const code = codeOf(dialect, status, text, headers["x-amzn-errortype"]);
        const { message } = vendorDialects[dialect].upstream.readError(text);
        if (!message || !isMeant(code, expected)) misses.push(`${id} ${provider} ${code}, not ${expected}: ${message}`);
        checked += 1;
      }
    }
    expect(misses).toEqual([]);
    expectEnough(corpus, checked, 180);
  });

  it("within streams mean what their words say", () => {
    const misses: string[] = [];
    let checked = 0;
    for (const record of corpus.providers().flatMap((provider) => [...corpus.recorded(provider)])) {
      const { id, response_text: text = "" } = record;
      const dialect = dialectOf(record);
      if (dialect === "bedrock-converse" || !hasFault(record, dialect, "failure") || text === "") continue;
      const decoder = vendorDialects[dialect].upstream.createStreamDecoder();
      const events = [...decoder.push(Buffer.from(text)), ...decoder.flush()];
      const error = events.at(-1);
      if (error?.kind !== "error") throw new Error(`${id} does not end with its error`);
      const code = classify({ message: error.message, words: error.code === undefined ? [] : [error.code] }, 200);
      const expected = meaningsWithin.find(([, words]) => words.test(text))?.[0];
      if (expected !== undefined && code !== expected) misses.push(`${id} ${code}, not ${expected}: ${error.message}`);
      checked += 1;
    }
    expect(misses).toEqual([]);
    expectEnough(corpus, checked, 5);
  });
});
