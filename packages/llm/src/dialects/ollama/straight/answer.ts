import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { oneLine } from "#dialects/bodies/one-line.ts";
import { textOf, textReader } from "#dialects/bodies/read-text.ts";
import { readDocument } from "#dialects/bodies/read-answer.ts";
import type { AnswerReading } from "#dialects/bodies/read-answer.ts";
import type { WrittenAnswer } from "#dialects/streams/stream-codec.ts";
import { isObject, memberOf, stringify } from "#wire/json.ts";
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
export const readText = textReader({
  ofAnswer: (answer) => textOfMessage(messageOf(answer)),
  ofEvent: (line) => textOfMessage(messageOf(line)),
  members: ["thinking", "content", "response"],
  eventsIn: linesIn,
});

function* linesIn(stream: Buffer): Generator<string> {
  for (const line of eachLine(stream)) yield line.toString("utf8");
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
