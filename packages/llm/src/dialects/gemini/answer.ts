import type { VendorError } from "#dialects/dialect.ts";
import type { Usage } from "#hub.ts";
import { eachFrame, frameData } from "#wire/frames.ts";
import { findMembers } from "#wire/json-members.ts";
import { isObject, memberOf, parseJson, stringify } from "#wire/json.ts";
import { readUsage, readUsageOf, searchSign } from "./usage.ts";

/** Up to here an answer is parsed as a whole, which also proves that it is sound. */
const parseUpToBytes = 64 * 1024;

/** Usage of a whole answer. A large one (embeddings, images) is scanned for its usage instead of parsed. */
export function readAnswer(body: Buffer): { readonly usage: Usage | null; readonly broken: boolean } {
  const isLarge = body.length > parseUpToBytes && !body.includes(searchSign);
  const members = isLarge ? findMembers(body) : null;
  if (members !== null) {
    const told = members.find(({ key }) => key === "usageMetadata");
    const text = told && body.toString("utf8", told.valueStart, told.valueEnd);
    return { usage: text === undefined ? null : readUsage(parseJson(text)), broken: false };
  }
  const answer = parseJson(body.toString("utf8"));
  if (isObject(answer)) return { usage: usageOf(answer), broken: false };
  // A server between us and the vendor may not know `alt=sse`, and answer with the array of a stream.
  const isStream = Array.isArray(answer) && answer.every(isObject);
  const usages = isStream ? answer.map(usageOf).filter((usage) => usage !== null) : [];
  return { usage: usages.at(-1) ?? null, broken: !isStream };
}

const nothing: Usage = { promptTokens: 0, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 };

/** Counting tokens costs none. */
function usageOf(answer: unknown): Usage | null {
  const isCount = typeof memberOf(answer, "totalTokens") === "number" && memberOf(answer, "candidates") === undefined;
  return isCount ? nothing : readUsageOf(answer);
}

/** All text that the model wrote in an answer or a stream: texts, thoughts, names and arguments of calls. */
export function readText(body: string, stream: boolean): string {
  if (!stream) return textOfDocument(body);
  let text = "";
  for (const frame of eachFrame(Buffer.from(body))) text += textOfAnswer(parseJson(frameData(frame.toString("utf8"))));
  return text;
}

/** Of an answer, or of the array of a stream. */
function textOfDocument(body: string): string {
  const value = parseJson(body);
  if (value === undefined) return textOfCutDocument(body);
  return (Array.isArray(value) ? value : [value]).map(textOfAnswer).join("");
}

/** Of an answer that is known up to some byte only: its strings in the members that hold text, the last one open. */
function textOfCutDocument(body: string): string {
  const strings = body.matchAll(/"(?:text|code|output)"\s*:\s*"([^"\\]*(?:\\.[^"\\]*)*)/g);
  return Array.from(strings, ([, text = ""]) => text).join("");
}

function textOfAnswer(answer: unknown): string {
  const candidates = memberOf(answer, "candidates");
  if (!Array.isArray(candidates)) return "";
  const parts = candidates.flatMap((candidate): unknown => memberOf(memberOf(candidate, "content"), "parts") ?? []);
  return parts.map(textOfPart).join("");
}

function textOfPart(part: unknown): string {
  const call = memberOf(part, "functionCall");
  const texts = [memberOf(part, "text"), memberOf(memberOf(part, "executableCode"), "code"), memberOf(call, "name")];
  const args = memberOf(call, "args") ?? memberOf(call, "partialArgs");
  const told = texts.filter((text) => typeof text === "string").join("");
  return typeof args === "object" && args !== null ? told + (stringify(args) ?? "") : told;
}

/**
 * `{"error":{"code":400,"message":"...","status":"INVALID_ARGUMENT","details":[...]}}`, also within the array of a stream,
 * or with all of that once more as the text of `message`. https://cloud.google.com/apis/design/errors#error_model
 */
export function readError(body: string): VendorError {
  return readErrorValue(parseJson(body));
}

export function readErrorValue(value: unknown): VendorError {
  const error = memberOf(Array.isArray(value) ? value[0] : value, "error");
  const message = [memberOf(error, "message"), error, memberOf(value, "message")].find(isTold) ?? null;
  const inner: unknown = message !== null && message.startsWith("{") ? parseJson(message) : undefined;
  if (isObject(memberOf(inner, "error"))) return readError(message ?? "");
  const details = memberOf(error, "details");
  const list: readonly unknown[] = Array.isArray(details) ? details : [];
  const words = [memberOf(error, "status"), ...list.map((detail) => memberOf(detail, "reason"))];
  return { message, words: words.filter(isTold), ...readRetry(list) };
}

/** `google.rpc.RetryInfo` has `"34.4s"`; no header tells it. For a quota of the day that is not true. */
function readRetry(details: readonly unknown[]): Pick<VendorError, "retryAfterSeconds"> {
  if (details.some(isOfDay)) return {};
  const delays = details.map((detail) => memberOf(detail, "retryDelay"));
  const delay = delays.find((value) => typeof value === "string" && /^\d+(?:\.\d+)?s$/.test(value));
  return delay === undefined ? {} : { retryAfterSeconds: Number.parseFloat(String(delay)) };
}

/** https://ai.google.dev/gemini-api/docs/rate-limits */
function isOfDay(detail: unknown): boolean {
  const violations = memberOf(detail, "violations");
  const list: readonly unknown[] = Array.isArray(violations) ? violations : [];
  return list.some((violation) => String(memberOf(violation, "quotaId")).includes("PerDay"));
}

function isTold(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
