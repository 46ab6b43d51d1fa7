// Which fields of a request must have which shape, as tables. A fault is answered with its JSON path.

import {
  checkerByOperation,
  fault,
  flag,
  isInteger,
  list,
  modelName,
  mustBe,
  number,
  object,
  optional,
} from "#dialects/fields/field-checks.ts";
import type { Check } from "#dialects/fields/field-checks.ts";
import type { Operation } from "#operations.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

const answerCount = optional(
  mustBe("a whole number from 1 to 128", (value) => isInteger(value) && Number(value) >= 1 && Number(value) <= 128),
);

const messages: Check = (value, path) => {
  if (!Array.isArray(value)) return fault(path, "an array of messages");
  if (value.length === 0) fault(path, "at least one message");
  value.forEach((message: unknown, index) => checkMessage(message, `${path}[${index}]`));
};

function checkMessage(message: unknown, path: string): void {
  if (!isObject(message)) return fault(path, "an object with a role");
  if (typeof message["role"] !== "string") fault(`${path}.role`, "a string");
  checkContent(message["content"], `${path}.content`);
}

function checkContent(content: unknown, path: string): void {
  if (content === undefined || content === null || typeof content === "string") return;
  if (!Array.isArray(content)) return fault(path, "a string or an array of content parts");
  content.forEach((part: unknown, index) => {
    if (!isObject(part) && typeof part !== "string") fault(`${path}[${index}]`, "a content part");
  });
}

/** One text, many texts, the tokens of one text, or of many. */
const prompt: Check = (value, path) => {
  if (typeof value === "string") return;
  if (!Array.isArray(value)) return fault(path, "a string, an array of strings, or arrays of token numbers");
  if (value.length === 0) fault(path, "at least one text");
  value.forEach((item: unknown, index) => checkPromptItem(item, `${path}[${index}]`));
};

function checkPromptItem(item: unknown, path: string): void {
  const isText = typeof item === "string" || isInteger(item) || isObject(item);
  if (!isText && !(Array.isArray(item) && item.every(isInteger))) fault(path, "a string or token numbers");
}

/** Local servers, and clients made for them, write -1 for no limit. */
const outputLimit = optional(
  mustBe("a whole number, 0 or more, or -1 for no limit", (value) => isInteger(value) && Number(value) >= -1),
);

const checks: Readonly<Partial<Record<Operation, Readonly<Record<string, Check>>>>> = {
  "chat.completions": {
    model: modelName,
    messages,
    stream: flag,
    stream_options: object,
    n: answerCount,
    max_tokens: outputLimit,
    max_completion_tokens: outputLimit,
    temperature: number,
    top_p: number,
    tools: list,
  },
  completions: {
    model: modelName,
    prompt,
    stream: flag,
    stream_options: object,
    n: answerCount,
    best_of: answerCount,
    max_tokens: outputLimit,
    temperature: number,
    top_p: number,
  },
  embeddings: { model: modelName, input: prompt },
};

export const checkFields = checkerByOperation(checks);

/** How many answers the vendor is asked to write: `n` (or `best_of`, if it is more) for each prompt. */
export function countAnswers(operation: Operation, body: JsonObject): number {
  if (operation === "embeddings") return 0;
  const each = Math.max(asCount(body["n"]), asCount(body["best_of"]));
  return operation === "completions" ? each * countPrompts(body["prompt"]) : each;
}

function asCount(value: unknown): number {
  return typeof value === "number" ? value : 1;
}

function countPrompts(prompts: unknown): number {
  return Array.isArray(prompts) && typeof prompts[0] !== "number" ? prompts.length : 1;
}
