import type { ParsedRequest } from "#dialects/dialect.ts";
import { readAnswerUsage } from "#dialects/read-answer.ts";
import type { Usage } from "#hub.ts";
import { eachFrame, frameData } from "#wire/frames.ts";
import { memberOf, parseJson } from "#wire/json.ts";
import { isForwarded, readForwardedAnswer } from "./forwarded.ts";
import { readUsageOf } from "./usage.ts";

export function readAnswer(
  body: Buffer,
  { operation }: Pick<ParsedRequest, "operation"> = { operation: "chat.completions" },
): { readonly usage: Usage | null; readonly broken: boolean } {
  if (isForwarded(operation)) return readForwardedAnswer(body);
  return readAnswerUsage(body, { members: ["usage", "service_tier", "x_groq"], signs: [], readUsageOf });
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
