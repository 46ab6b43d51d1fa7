import type { ParsedRequest, VendorError } from "#dialects/dialect.ts";
import type { Usage } from "#hub.ts";
import { eachFrame, frameData } from "#wire/frames.ts";
import { findMembers } from "#wire/json-members.ts";
import { isObject, memberOf, parseJson } from "#wire/json.ts";
import { isForwarded, readForwardedAnswer } from "./forwarded.ts";
import { readUsage, readUsageOf } from "./usage.ts";

/** Up to here an answer is parsed as a whole, which also proves that it is sound. */
const parseUpToBytes = 64 * 1024;

/** Usage of a whole answer. A large one (embeddings, images) is scanned for its `usage` member instead of parsed. */
export function readAnswer(
  body: Buffer,
  { operation }: Pick<ParsedRequest, "operation"> = { operation: "chat.completions" },
): { readonly usage: Usage | null; readonly broken: boolean } {
  if (isForwarded(operation)) return readForwardedAnswer(body);
  if (body.length > parseUpToBytes) {
    const members = findMembers(body);
    const usage = members?.find(({ key }) => key === "usage");
    if (usage) {
      const told = parseJson(body.toString("utf8", usage.valueStart, usage.valueEnd));
      return { usage: readUsage(told), broken: false };
    }
    if (members) return { usage: null, broken: false };
  }
  const answer = parseJson(body.toString("utf8"));
  return isObject(answer) ? { usage: readUsageOf(answer), broken: false } : { usage: null, broken: true };
}

/** All text that the model wrote in an answer or a stream: content, reasoning, tool names and arguments. */
export function readText(body: string, stream: boolean): string {
  if (!stream) return textOfAnswer(body);
  let text = "";
  for (const frame of eachFrame(Buffer.from(body))) {
    text += textOfChoices(parseJson(frameData(frame.toString("utf8"))), "delta");
  }
  return text;
}

function textOfAnswer(body: string): string {
  const answer = parseJson(body);
  return answer === undefined ? textOfCutAnswer(body) : textOfChoices(answer, "message");
}

/** Of an answer that is known up to some byte only: its strings in the members that hold text, the last one open. */
function textOfCutAnswer(body: string): string {
  const strings = body.matchAll(
    /"(?:content|text|reasoning_content|reasoning|arguments)"\s*:\s*"([^"\\]*(?:\\.[^"\\]*)*)/g,
  );
  return Array.from(strings, ([, text = ""]) => text).join("");
}

function textOfChoices(answer: unknown, part: "message" | "delta"): string {
  const choices = memberOf(answer, "choices");
  if (!Array.isArray(choices)) return "";
  return choices.map((choice) => textOf(memberOf(choice, "text")) + textOfMessage(memberOf(choice, part))).join("");
}

function textOfMessage(message: unknown): string {
  const calls = memberOf(message, "tool_calls");
  const callText = Array.isArray(calls) ? calls.map((call) => textOfCall(memberOf(call, "function"))).join("") : "";
  const fields = ["reasoning_content", "reasoning", "content", "refusal"];
  return fields.map((field) => textOf(memberOf(message, field))).join("") + callText;
}

function textOfCall(call: unknown): string {
  return textOf(memberOf(call, "name")) + textOf(memberOf(call, "arguments"));
}

function onlyText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Content is a string, or with Mistral an array of parts. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return Array.isArray(content) ? content.map((part) => onlyText(memberOf(part, "text"))).join("") : "";
}

/** `{error:{message}}`, or the forms of vendors that have no `error` key: `{message}`, `{detail}`, `{error:"text"}`. */
export function readError(body: string): VendorError {
  const value = parseJson(body);
  const error = memberOf(value, "error");
  const messages = [memberOf(error, "message"), error, memberOf(value, "message"), memberOf(value, "detail")];
  const words = [memberOf(error, "code"), memberOf(error, "type"), memberOf(value, "code"), memberOf(value, "type")];
  return { message: messages.find(isTold) ?? null, words: words.filter(isTold) };
}

function isTold(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
