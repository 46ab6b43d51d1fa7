// Fields that mean something that the vendor keeps from one request to the next, or does later. A vendor of another
// dialect has no such thing, so that a request with one of them cannot be translated: better refused than misunderstood.

import { GhostError } from "@ghostllm/contract";
import type { JsonObject } from "#wire/json.ts";

const kept: Readonly<Record<string, string>> = {
  previous_response_id: "send the whole conversation in `input`",
  conversation: "send the whole conversation in `input`",
  prompt: "send its text in `instructions` and `input`",
  background: "leave `background` out and wait for the answer",
  store: "leave `store` out or set it to false, and send the whole conversation in `input`",
};

/** Throws GhostError `invalid_request_error` that names the field and what to do instead. */
export function refuseKeptState(fields: JsonObject): void {
  for (const [param, advice] of Object.entries(kept)) {
    const value = Object.hasOwn(fields, param) ? fields[param] : undefined;
    if (value === undefined || value === null || value === false) continue;
    const message = `'${param}' needs a vendor that keeps answers, and this model's does not: ${advice}, or ask for a model of a provider that speaks this dialect.`;
    throw new GhostError("invalid_request_error", message, { param });
  }
}
