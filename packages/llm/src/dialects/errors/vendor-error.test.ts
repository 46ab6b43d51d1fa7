// What errors mean, as vendors document them.

import { describe, expect, it } from "vitest";
import { documentedErrors, google, overQuota, quotaOf, retryInfo } from "#testing/vendor-errors.ts";
import { vendorDialects } from "#dialects/index.ts";
import { classify, readErrorType } from "./vendor-error.ts";

describe("documented errors", () => {
  const cases = documentedErrors.map(([code, dialect, status, body, header]) => ({
    code,
    dialect,
    status,
    body,
    header,
  }));

  it.each(cases)("$code of $dialect with $status", ({ code, dialect, status, body, header }) => {
    const error = vendorDialects[dialect].upstream.readError(JSON.stringify(body));
    const type = readErrorType(header);
    expect(classify(type === null ? error : { ...error, words: [type, ...error.words] }, status)).toBe(code);
  });

  it("tell when to come back, in the body where no header does", () => {
    const { readError } = vendorDialects.gemini.upstream;
    expect(readError(JSON.stringify(google(429, "RESOURCE_EXHAUSTED", overQuota, [retryInfo])))).toMatchObject({
      retryAfterSeconds: 34.4,
    });
    const ofDay = [quotaOf("GenerateRequestsPerDayPerProjectPerModel-FreeTier"), retryInfo];
    expect(readError(JSON.stringify(google(429, "RESOURCE_EXHAUSTED", overQuota, ofDay)))).not.toHaveProperty(
      "retryAfterSeconds",
    );
  });

  it.each([
    ["overloaded_error", "Overloaded", "provider_overloaded"],
    ["rate_limit_error", "Too fast", "rate_limit_exceeded"],
    ["invalid_request_error", "prompt is too long: 9 tokens > 8 maximum", "context_length_exceeded"],
    ["invalid_request_error", "messages: wrong", "invalid_request_error"],
    ["UNAVAILABLE", "The model is overloaded.", "provider_overloaded"],
    ["insufficient_quota", overQuota, "insufficient_quota"],
    ["server_error", "The model failed", "provider_error"],
    ["throttlingException", "Too many tokens", "rate_limit_exceeded"],
    ["429", "Slow", "rate_limit_exceeded"],
  ] as const)("within a stream: %s", (word, message, code) => {
    expect(classify({ message, words: [word] }, 200)).toBe(code);
  });
});
