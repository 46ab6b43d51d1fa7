import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { oneLine } from "#dialects/fields/one-line.ts";
import { readDocument } from "#dialects/fields/read-answer.ts";
import type { AnswerReading } from "#dialects/fields/read-answer.ts";
import type { WrittenAnswer } from "#dialects/streams/stream-codec.ts";
import { isObject, memberOf, parseJson, stringify } from "#wire/json.ts";
import { eachLine } from "#wire/lines.ts";
import { failureOf } from "#dialects/ollama/answer-failure.ts";
import { messageOf } from "#dialects/ollama/answer-message.ts";
import { readUsage } from "#dialects/ollama/usage.ts";

const plainChat = { operation: "chat.completions" } as const;

export function readAnswer(body: Buffer, request: Pick<ParsedRequest, "operation"> = plainChat): AnswerReading {
  const answer = readDocument(body);
  if (!isObject(answer)) return { usage: null, broken: true };
  return { usage: readUsage(answer), broken: false, failure: failureOf(answer, request) ?? undefined };
}

/** The last line of a stream is an answer, which may hold all of it. */
export function frameWhole(body: Buffer, { operation }: Pick<ParsedRequest, "operation">): WrittenAnswer | null {
  if (operation !== "chat.completions" && operation !== "generate") return null;
  return { body: Buffer.from(`${oneLine(body)}\n`), contentType: "application/x-ndjson" };
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
