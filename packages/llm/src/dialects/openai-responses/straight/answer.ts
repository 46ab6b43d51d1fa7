import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { readDocument } from "#dialects/bodies/read-answer.ts";
import type { AnswerReading } from "#dialects/bodies/read-answer.ts";
import { textOf, textReader } from "#dialects/bodies/read-text.ts";
import { isObject, memberOf } from "#wire/json.ts";
import { failureOf } from "#dialects/openai-responses/answer-failure.ts";
import { paidItems, readUsageOf } from "#dialects/openai-responses/usage.ts";

const plainAnswer = { operation: "chat.completions" } as const;

export function readAnswer(body: Buffer, request: Pick<ParsedRequest, "operation"> = plainAnswer): AnswerReading {
  const answer = readDocument(body, paidItems);
  if (!isObject(answer)) return { usage: null, broken: true };
  return { usage: readUsageOf(answer), broken: false, failure: failureOf(answer, request) ?? undefined };
}

/** All text that the model wrote in an answer or a stream: texts, thoughts, names and inputs of tools. */
export const readText = textReader({
  ofAnswer: textOfAnswer,
  ofEvent: textOfEvent,
  members: ["text", "refusal", "arguments", "input"],
});

function textOfAnswer(answer: unknown): string {
  const output = memberOf(answer, "output");
  return Array.isArray(output) ? output.map(textOfItem).join("") : "";
}

/** Whatever comes in pieces was written by the model; its name comes with the item. */
function textOfEvent(event: unknown): string {
  const delta = textOf(memberOf(event, "delta"));
  const isBegun = memberOf(event, "type") === "response.output_item.added";
  return isBegun ? textOf(memberOf(memberOf(event, "item"), "name")) : delta;
}

function textOfItem(item: unknown): string {
  const parts = [memberOf(item, "summary"), memberOf(item, "content")].flatMap((list): unknown[] =>
    Array.isArray(list) ? list : [],
  );
  const texts = parts.map((part) => textOf(memberOf(part, "text")) + textOf(memberOf(part, "refusal")));
  const call = ["name", "arguments", "input", "code"].map((field) => textOf(memberOf(item, field)));
  return [...texts, ...call].join("");
}
