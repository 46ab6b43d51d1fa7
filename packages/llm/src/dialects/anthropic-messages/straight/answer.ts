import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { readDocument } from "#dialects/bodies/read-answer.ts";
import type { AnswerReading } from "#dialects/bodies/read-answer.ts";
import { textOf, textReader } from "#dialects/bodies/read-text.ts";
import { isObject, memberOf, stringify } from "#wire/json.ts";
import { failureOf } from "#dialects/anthropic-messages/answer-failure.ts";
import { readUsage } from "#dialects/anthropic-messages/usage.ts";

const plainMessage = { operation: "chat.completions" } as const;

export function readAnswer(body: Buffer, request: Pick<ParsedRequest, "operation"> = plainMessage): AnswerReading {
  const answer = readDocument(body);
  if (!isObject(answer)) return { usage: null, broken: true };
  return { usage: readUsage(answer["usage"]), broken: false, failure: failureOf(answer, request) ?? undefined };
}

/** All text that the model wrote in an answer or a stream: texts, thoughts, names and inputs of tools. */
export const readText = textReader({
  ofAnswer: textOfAnswer,
  ofEvent: textOfEvent,
  members: ["text", "thinking", "partial_json"],
});

function textOfAnswer(answer: unknown): string {
  const content = memberOf(answer, "content");
  return Array.isArray(content) ? content.map(textOfBlock).join("") : "";
}

function textOfEvent(event: unknown): string {
  const block = memberOf(event, "content_block");
  return block === undefined ? textOfDelta(memberOf(event, "delta")) : textOfBlock(block);
}

function textOfDelta(delta: unknown): string {
  return ["text", "thinking", "partial_json"].map((field) => textOf(memberOf(delta, field))).join("");
}

function textOfBlock(block: unknown): string {
  const texts = ["text", "thinking", "name"].map((field) => textOf(memberOf(block, field))).join("");
  const input = memberOf(block, "input");
  return isObject(input) && Object.keys(input).length > 0 ? texts + (stringify(input) ?? "") : texts;
}
