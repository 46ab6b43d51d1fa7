import type { VendorError } from "#dialects/dialect.ts";
import type { Usage } from "#hub.ts";
import { findMembers } from "#wire/json-members.ts";
import { isObject, memberOf, parseJson, stringify } from "#wire/json.ts";
import { eachLine } from "#wire/lines.ts";
import { messageOf } from "./decode-result.ts";
import { readUsage } from "./usage.ts";

/** Up to here an answer is parsed as a whole, which also proves that it is sound. */
const parseUpToBytes = 64 * 1024;

/** Usage of a whole answer. A large one, such as of embeddings, is scanned for its counts instead of parsed. */
export function readAnswer(body: Buffer): { readonly usage: Usage | null; readonly broken: boolean } {
  const members = body.length > parseUpToBytes ? findMembers(body) : null;
  if (members !== null) {
    const counts = members.filter(({ key }) => key === "prompt_eval_count" || key === "eval_count");
    const told = counts.map(({ key, valueStart, valueEnd }) => {
      return [key, parseJson(body.toString("utf8", valueStart, valueEnd))] as const;
    });
    return { usage: readUsage(Object.fromEntries(told)), broken: false };
  }
  const answer = parseJson(body.toString("utf8"));
  return isObject(answer) ? { usage: readUsage(answer), broken: false } : { usage: null, broken: true };
}

/** All text that the model wrote in an answer or a stream: contents, thoughts, names and arguments of tools. */
export function readText(body: string, stream: boolean): string {
  if (!stream) return textOfAnswer(body);
  let text = "";
  for (const line of eachLine(Buffer.from(body))) text += textOfMessage(messageOf(parseJson(line.toString("utf8"))));
  return text;
}

function textOfAnswer(body: string): string {
  const answer = parseJson(body);
  return answer === undefined ? textOfCutAnswer(body) : textOfMessage(messageOf(answer));
}

/** Of an answer that is known up to some byte only: its strings in the members that hold text, the last one open. */
function textOfCutAnswer(body: string): string {
  const strings = body.matchAll(/"(?:thinking|content|response)"\s*:\s*"([^"\\]*(?:\\.[^"\\]*)*)/g);
  return Array.from(strings, ([, text = ""]) => text).join("");
}

function textOfMessage(message: unknown): string {
  const calls = memberOf(message, "tool_calls");
  const texts = ["thinking", "content"].map((field) => textOf(memberOf(message, field))).join("");
  return Array.isArray(calls) ? texts + calls.map((call) => textOfCall(memberOf(call, "function"))).join("") : texts;
}

function textOfCall(call: unknown): string {
  const input = memberOf(call, "arguments");
  const hasInput = isObject(input) && Object.keys(input).length > 0;
  return textOf(memberOf(call, "name")) + (hasInput ? (stringify(input) ?? "") : "");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** `{"error":"text"}`, or the message of something that stands before the server. */
export function readError(body: string): VendorError {
  const value = parseJson(body);
  const error = memberOf(value, "error");
  const messages = [error, memberOf(error, "message"), memberOf(value, "message")];
  return { message: messages.find(isTold) ?? null, words: [] };
}

function isTold(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
