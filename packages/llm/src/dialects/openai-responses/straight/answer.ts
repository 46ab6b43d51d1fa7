import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { readDocument } from "#dialects/fields/read-answer.ts";
import type { AnswerReading } from "#dialects/fields/read-answer.ts";
import { eachFrame, frameData } from "#wire/frames.ts";
import { isObject, memberOf, parseJson } from "#wire/json.ts";
import { failureOf } from "#dialects/openai-responses/answer-failure.ts";
import { paidItems, readUsageOf } from "#dialects/openai-responses/usage.ts";

const plainAnswer = { operation: "chat.completions" } as const;

export function readAnswer(body: Buffer, request: Pick<ParsedRequest, "operation"> = plainAnswer): AnswerReading {
  const answer = readDocument(body, paidItems);
  if (!isObject(answer)) return { usage: null, broken: true };
  return { usage: readUsageOf(answer), broken: false, failure: failureOf(answer, request) ?? undefined };
}

/** All text that the model wrote in an answer or a stream: texts, thoughts, names and inputs of tools. */
export function readText(body: string, stream: boolean): string {
  if (!stream) return textOfAnswer(body);
  let text = "";
  for (const frame of eachFrame(Buffer.from(body))) text += textOfEvent(parseJson(frameData(frame.toString("utf8"))));
  return text;
}

function textOfAnswer(body: string): string {
  const answer = parseJson(body);
  if (answer === undefined) return textOfCutAnswer(body);
  const output = memberOf(answer, "output");
  return Array.isArray(output) ? output.map(textOfItem).join("") : "";
}

/** Of an answer that is known up to some byte only: its strings in the members that hold text, the last one open. */
function textOfCutAnswer(body: string): string {
  const strings = body.matchAll(/"(?:text|refusal|arguments|input)"\s*:\s*"([^"\\]*(?:\\.[^"\\]*)*)/g);
  return Array.from(strings, ([, text = ""]) => text).join("");
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

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
