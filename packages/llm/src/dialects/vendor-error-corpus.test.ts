// What errors of vendors mean: every one that was recorded, by what its words say to a reader.

import type { ErrorCode } from "@ghostllm/contract";
import { expect, it } from "vitest";
import type { DialectName } from "#providers/definition.ts";
import { describeWithCorpus } from "../../../../tests/support/corpus.ts";
import type { CorpusRecord } from "../../../../tests/support/corpus.ts";
import { vendorDialects } from "./index.ts";
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

describeWithCorpus("recorded errors", (corpus) => {
  it("mean what their words say, and say it", () => {
    const misses: string[] = [];
    let checked = 0;
    for (const provider of corpus.providers()) {
      for (const record of corpus.recorded(provider)) {
        const { id, status, response_body: body, response_text: written, response_headers: headers } = record;
        if (status < 400) continue;
        const text = written ?? JSON.stringify(body);
        const expected = meanings.find(([, isMeant]) => isMeant({ status, text }))?.[0];
        const dialect = dialectOf(record);
        const code = codeOf(dialect, status, text, headers["x-amzn-errortype"]);
        const { message } = vendorDialects[dialect].upstream.readError(text);
        if (code !== expected || !message) misses.push(`${id} ${provider} ${code}, not ${expected}: ${message}`);
        checked += 1;
      }
    }
    expect(misses).toEqual([]);
    expect(checked).toBeGreaterThan(180);
  });

  it.each([
    ["d9347beed9e0ecaf", "openai-responses", "insufficient_quota"],
    ["e492be0b882f8840", "openai-responses", "rate_limit_exceeded"],
    ["0a566ce29b54314d", "openai-chat", "invalid_request_error"],
    ["d6bab786df934e31", "openai-chat", "invalid_request_error"],
    ["9e866a6389da0871", "openai-chat", "invalid_request_error"],
    ["801278076ee9c219", "openai-chat", "invalid_request_error"],
  ] as const)("within the stream %s", (id, dialect, code) => {
    const records = corpus.providers().flatMap((provider) => [...corpus.recorded(provider)]);
    const text = records.find((record) => record.id === id)?.response_text ?? "";
    const decoder = vendorDialects[dialect].upstream.createStreamDecoder();
    const events = [...decoder.push(Buffer.from(text)), ...decoder.flush()];
    const error = events.find(({ kind }) => kind === "error");
    if (error?.kind !== "error") throw new Error(`${id} has no error`);
    expect(classify({ message: error.message, words: error.code === undefined ? [] : [error.code] }, 200)).toBe(code);
    expect(events.at(-1)?.kind).toBe("error");
  });
});
