// What vendors' bodies of errors say, in OpenAI's form, in Anthropic's, and in those of vendors that copy neither exactly.

import { isObject, memberOf, parseJson, wordOf } from "#wire/json.ts";
import type { VendorError } from "./vendor-error.ts";

/**
 * `{error:{message}}`, or the forms of vendors that have no `error` key: `{message}`, `{detail}`, `{error:"text"}`,
 * `{errors:[{message}]}`, FastAPI's `{detail:[{loc,msg}]}`, and MiniMax's `{base_resp:{status_code,status_msg}}`.
 */
export function readError(body: string): VendorError {
  return readErrorValue(parseJson(body));
}

export function readErrorValue(value: unknown): VendorError {
  const error = firstOf(memberOf(value, "error"));
  const detail = memberOf(value, "detail");
  const result = memberOf(value, "base_resp");
  const messages = [
    tellInFull(error),
    error,
    tellInFull(value),
    detail,
    readFault(firstOf(detail)),
    memberOf(firstOf(memberOf(value, "errors")), "message"),
    memberOf(result, "status_msg"),
    ...["msg", "error_msg", "error_message"].map((field) => memberOf(value, field)),
  ];
  const codes = [error, value].flatMap((told) => [memberOf(told, "code"), memberOf(told, "type")]);
  const others = [memberOf(value, "error_type"), memberOf(value, "reason"), resultWord(result)];
  const wait = memberOf(value, "estimated_time");
  return {
    message: messages.find(isTold) ?? null,
    words: [...codes, ...others].filter(isWord).map(String),
    ...statusTold([memberOf(error, "code"), memberOf(error, "status_code"), memberOf(value, "code"), error, value]),
    ...(typeof wait === "number" && { retryAfterSeconds: wait }),
  };
}

/** The first number that is a status of an error; of an object, its `status`. */
export function statusTold(values: readonly unknown[]): Pick<VendorError, "status"> {
  const told = values.map((value) => wordOf(isObject(value) ? (value["status"] ?? value["status_code"]) : value));
  const status = told.find((word) => /^[45]\d\d$/.test(word));
  return status === undefined ? {} : { status: Number(status) };
}

/** `message` alone may say little: Xiaomi tells what is wrong in `param`, and OpenRouter repeats its vendor's words. */
function tellInFull(told: unknown): unknown {
  const [message, param] = [memberOf(told, "message"), memberOf(told, "param")];
  const raw = memberOf(memberOf(told, "metadata"), "raw");
  if (!isTold(message)) return message;
  if (isTold(param) && /\s/.test(param)) return `${message}: ${param}`;
  return isTold(raw) && raw.length <= longestRepeated ? `${message}: ${raw}` : message;
}

const longestRepeated = 1000;

function resultWord(result: unknown): string | undefined {
  const code = memberOf(result, "status_code");
  return typeof code === "number" && code !== 0 ? `base_resp ${code}` : undefined;
}

function firstOf(list: unknown): unknown {
  return Array.isArray(list) ? list[0] : list;
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

function isWord(value: unknown): value is string | number {
  return isTold(value) || typeof value === "number";
}

/** Does an `error` member tell one? Some vendors write an empty one, or null, into good answers. */
export function isErrorTold(error: unknown): boolean {
  if (isObject(error)) return Object.values(error).some(Boolean);
  return Array.isArray(error) ? error.length > 0 : Boolean(error);
}

/** Of a body that is no answer: what it says of itself, or else `otherwise`. */
export function failureFrom(answer: unknown, otherwise: string): VendorError {
  const error = readErrorValue(answer);
  return { ...error, message: error.message ?? otherwise };
}

/** Members by which a body is an answer of some kind, though not of the one that was asked for. */
const resultMembers = [
  ...["choices", "data", "results", "text", "message", "response", "content", "completion", "output", "candidates"],
  ...["embeddings", "embedding", "predictions", "name", "segments", "usage", "id"],
];

/** Of an answer without the member in which its result should be. Null where it seems to be an answer all the same. */
export function failureOfLacking(answer: unknown, member: string): VendorError | null {
  const error = readErrorValue(answer);
  const isThere = isObject(answer) && Object.hasOwn(answer, member);
  const isOther =
    error.message === null && !isThere && resultMembers.some((other) => (memberOf(answer, other) ?? null) !== null);
  return isOther ? null : { ...error, message: error.message ?? `The vendor's answer has no ${member}.` };
}
