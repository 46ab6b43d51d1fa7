// What a client is told of an error agrees with itself: the status of HTTP with the codes and types in the body, in every
// dialect, for every code of the catalogue and for every error of a vendor's.

import { errorCatalogue, GhostError } from "@ghostllm/contract";
import type { ErrorCode } from "@ghostllm/contract";
import { describe, expect, it } from "vitest";
import type { ClientDialectName } from "#providers/definition.ts";
import { documentedErrors } from "#testing/vendor-errors.ts";
import { dialects, vendorDialects } from "#dialects/index.ts";
import { passageBetween } from "#dialects/passage/passage-between.ts";

const codes = Object.keys(errorCatalogue) as ErrorCode[];
const names = Object.keys(dialects) as ClientDialectName[];

/** https://docs.anthropic.com/en/api/errors; other statuses below 500 are `invalid_request_error` there. */
const statusesOfAnthropic: Readonly<Record<string, (status: number) => boolean>> = {
  authentication_error: (status) => status === 401,
  billing_error: (status) => status === 402,
  permission_error: (status) => status === 403,
  not_found_error: (status) => status === 404 || status === 410,
  request_too_large: (status) => status === 413,
  rate_limit_error: (status) => status === 429,
  overloaded_error: (status) => status === 503 || status === 529,
  timeout_error: (status) => status === 504 || status === 408,
  api_error: (status) => status >= 500,
  invalid_request_error: (status) => status < 500,
};

interface ErrorMember {
  readonly code: unknown;
  readonly type: string;
  readonly status: string;
  readonly message: string;
}

const errorIn = (body: string): ErrorMember => (JSON.parse(body) as { error: ErrorMember }).error;

/** Empty where all of it agrees. */
function disagreement(name: ClientDialectName, body: string, code: ErrorCode, status: number): string {
  if (name === "ollama") return typeof errorIn(body) === "string" ? "" : "no text";
  const error = errorIn(body);
  if (name === "gemini")
    return error.code === status && error.status !== "UNKNOWN" ? "" : `${String(error.code)} in ${status}`;
  if (name === "anthropic-messages") {
    return statusesOfAnthropic[error.type]?.(status) === true ? "" : `${error.type} in ${status}`;
  }
  return error.code === code && error.type === errorCatalogue[code].type ? "" : `${String(error.code)}, ${error.type}`;
}

describe.each(names)("to clients of %s", (name) => {
  it.each(codes)("%s is told by its status", (code) => {
    const error = new GhostError(code, "no");
    expect(disagreement(name, dialects[name].client.encodeError(error), code, error.status)).toBe("");
  });

  it("so is every error of vendors of other dialects", () => {
    for (const [code, vendor, status, body] of documentedErrors) {
      if (vendor === name) continue;
      const passage = passageBetween(dialects[name], vendorDialects[vendor], "chat.completions");
      for (const sent of [status, 400, 418, 500, 599]) {
        const told = passage.readError(sent, Buffer.from(JSON.stringify(body)));
        const label = `${code} of ${vendor} with ${sent}`;
        expect(disagreement(name, told.body.toString(), told.code, told.status), label).toBe("");
        expect(told.status < 500, label).toBe(errorCatalogue[told.code].status < 500);
      }
    }
  });
});
