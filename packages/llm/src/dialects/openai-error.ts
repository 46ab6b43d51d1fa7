// Errors in OpenAI's form, which its two dialects and those who copy them share.

import { errorCatalogue } from "@ghostllm/contract";
import type { GhostError } from "@ghostllm/contract";
import { memberOf, parseJson } from "#wire/json.ts";
import type { VendorError } from "./dialect.ts";

/** The official SDKs read `message`, `type`, `param` and `code`: https://platform.openai.com/docs/guides/error-codes */
export function encodeError(error: GhostError): string {
  const { type } = errorCatalogue[error.code];
  return JSON.stringify({
    error: { message: error.message, type, param: error.param ?? null, code: error.code },
  });
}

/**
 * `{error:{message}}`, or the forms of vendors that have no `error` key: `{message}`, `{detail}`, `{error:"text"}`,
 * `{errors:[{message}]}`, and FastAPI's `{detail:[{loc,msg}]}`.
 */
export function readError(body: string): VendorError {
  const value = parseJson(body);
  const error = memberOf(value, "error");
  const detail = memberOf(value, "detail");
  const messages = [
    memberOf(error, "message"),
    error,
    memberOf(value, "message"),
    detail,
    readFault(firstOf(detail)),
    memberOf(firstOf(memberOf(value, "errors")), "message"),
  ];
  const words = [memberOf(error, "code"), memberOf(error, "type"), memberOf(value, "code"), memberOf(value, "type")];
  return { message: messages.find(isTold) ?? null, words: words.filter(isTold) };
}

function firstOf(list: unknown): unknown {
  return Array.isArray(list) ? list[0] : undefined;
}

/** Where it is, and what. */
function readFault(fault: unknown): string | undefined {
  const [place, message] = [memberOf(fault, "loc"), memberOf(fault, "msg")];
  if (typeof message !== "string") return undefined;
  return Array.isArray(place) ? `${place.map(String).join(".")}: ${message}` : message;
}

function isTold(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
