import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { oneLine } from "#dialects/bodies/one-line.ts";
import { readDocument } from "#dialects/bodies/read-answer.ts";
import type { AnswerReading } from "#dialects/bodies/read-answer.ts";
import type { WrittenAnswer } from "#dialects/streams/stream-codec.ts";
import { textOf, textReader } from "#dialects/bodies/read-text.ts";
import { isObject, memberOf } from "#wire/json.ts";
import { failureOf } from "#dialects/openai-chat/answer-failure.ts";
import { isForwarded, readForwardedUsage } from "./forwarded.ts";
import { readUsageOf } from "#dialects/openai-chat/usage.ts";

const plainChat = { operation: "chat.completions" } as const;

export function readAnswer(body: Buffer, request: Pick<ParsedRequest, "operation"> = plainChat): AnswerReading {
  const isElse = isForwarded(request.operation);
  // Sound and subtitles are no JSON, and are not judged.
  const answer = isElse && body[0] !== openBrace ? undefined : readDocument(body);
  if (!isObject(answer)) return { usage: null, broken: !isElse };
  const usage = isElse ? readForwardedUsage(memberOf(answer, "usage")) : readUsageOf(answer);
  return { usage, broken: false, failure: failureOf(answer, request) ?? undefined };
}

const openBrace = 0x7b;

/** The older completions stream in pieces that are whole answers. */
export function frameWhole(body: Buffer, { operation }: Pick<ParsedRequest, "operation">): WrittenAnswer | null {
  if (operation !== "completions") return null;
  return { body: Buffer.from(`data: ${oneLine(body)}\n\ndata: [DONE]\n\n`), contentType: "text/event-stream" };
}

/** All text that the model wrote in an answer or a stream: content, reasoning, tool names and arguments. */
export const readText = textReader({
  ofAnswer: (answer) => textOfChoices(answer, "message"),
  ofEvent: (chunk) => textOfChoices(chunk, "delta"),
  members: ["content", "text", "reasoning_content", "reasoning", "arguments"],
});

function textOfChoices(answer: unknown, part: "message" | "delta"): string {
  const choices = memberOf(answer, "choices");
  if (!Array.isArray(choices)) return "";
  return choices
    .map((choice) => textOfContent(memberOf(choice, "text")) + textOfMessage(memberOf(choice, part)))
    .join("");
}

function textOfMessage(message: unknown): string {
  const calls = memberOf(message, "tool_calls");
  const callText = Array.isArray(calls) ? calls.map((call) => textOfCall(memberOf(call, "function"))).join("") : "";
  const fields = ["reasoning_content", "reasoning", "content", "refusal"];
  return fields.map((field) => textOfContent(memberOf(message, field))).join("") + callText;
}

function textOfCall(call: unknown): string {
  return textOfContent(memberOf(call, "name")) + textOfContent(memberOf(call, "arguments"));
}

/** Content is a string, or with Mistral an array of parts. */
function textOfContent(content: unknown): string {
  if (!Array.isArray(content)) return textOf(content);
  return content.map((part) => textOf(memberOf(part, "text"))).join("");
}
