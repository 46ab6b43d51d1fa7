import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { oneLine } from "#dialects/bodies/one-line.ts";
import { readDocument } from "#dialects/bodies/read-answer.ts";
import type { AnswerReading } from "#dialects/bodies/read-answer.ts";
import type { WrittenAnswer } from "#dialects/streams/stream-codec.ts";
import type { Usage } from "#hub.ts";
import { textReader } from "#dialects/bodies/read-text.ts";
import { isObject, memberOf, parseJson, stringify } from "#wire/json.ts";
import { failureOf } from "#dialects/gemini/answer-failure.ts";
import { writeFrame } from "#dialects/gemini/errors.ts";
import { wantsEvents } from "./request.ts";
import { groundingSign, readUsageOf } from "#dialects/gemini/usage.ts";

const plainAnswer = { operation: "chat.completions" } as const;

export function readAnswer(body: Buffer, request: Pick<ParsedRequest, "operation"> = plainAnswer): AnswerReading {
  const answer = readDocument(body, [`"${groundingSign}"`]);
  // A server between us and the vendor may not know `alt=sse`, and answer with the array of a stream.
  const pieces = Array.isArray(answer) ? answer : [answer];
  if (!pieces.every(isObject)) return { usage: null, broken: true };
  const usages = pieces.map(usageOf).filter((usage) => usage !== null);
  return { usage: usages.at(-1) ?? null, broken: false, failure: failureOf(answer, request) ?? undefined };
}

/** The pieces of a stream are answers; without events it is the array of them. */
export function frameWhole(body: Buffer, request: Pick<ParsedRequest, "operation" | "query">): WrittenAnswer | null {
  if (request.operation !== "chat.completions") return null;
  const text = oneLine(body);
  const isArray = text.startsWith("[");
  if (!wantsEvents(request)) {
    return { body: Buffer.from(isArray ? text : `[${text}]`), contentType: "application/json" };
  }
  const pieces = isArray ? elementsOf(text) : [text];
  return { body: Buffer.from(pieces.map(writeFrame).join("")), contentType: "text/event-stream" };
}

function elementsOf(array: string): readonly string[] {
  const elements = parseJson(array);
  return Array.isArray(elements) ? elements.map((element) => stringify(element) ?? "{}") : [];
}

const nothing: Usage = { promptTokens: 0, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 };

/** Counting tokens costs none. */
function usageOf(answer: unknown): Usage | null {
  const isCount = typeof memberOf(answer, "totalTokens") === "number" && memberOf(answer, "candidates") === undefined;
  return isCount ? nothing : readUsageOf(answer);
}

/** All text that the model wrote in an answer or a stream: texts, thoughts, names and arguments of calls. */
export const readText = textReader({
  // A stream without events is the array of its answers.
  ofAnswer: (answer) => (Array.isArray(answer) ? answer : [answer]).map(textOfAnswer).join(""),
  ofEvent: textOfAnswer,
  members: ["text", "code", "output"],
});

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
