// Which fields of a request must have which shape, as tables. A fault is answered with its JSON path.

import { fault, flag, isInteger, list, mustBe, number, object, optional, tokenCount } from "#dialects/field-checks.ts";
import type { Check } from "#dialects/field-checks.ts";
import type { Operation } from "#operations.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { fieldOf } from "./proto.ts";

const answerCount = optional(
  mustBe("a whole number from 1 to 128", (value) => isInteger(value) && Number(value) >= 1 && Number(value) <= 128),
);

const content: Check = (value, path) => {
  if (!isObject(value)) return fault(path, "an object with parts");
  const parts = value["parts"];
  if (parts === undefined || parts === null) return;
  if (!Array.isArray(parts)) return fault(`${path}.parts`, "an array of parts");
  parts.forEach((part: unknown, index) => {
    if (!isObject(part)) fault(`${path}.parts[${index}]`, "a part");
  });
};

const contents: Check = (value, path) => {
  if (!Array.isArray(value)) return fault(path, "an array of contents");
  if (value.length === 0) fault(path, "at least one content");
  value.forEach((item: unknown, index) => content(item, `${path}[${index}]`));
};

const generationConfig: Check = optional((value, path) => {
  if (!isObject(value)) return fault(path, "an object");
  checkAll(configChecks, value, `${path}.`);
});

const embeddingRequests: Check = (value, path) => {
  if (!Array.isArray(value)) return fault(path, "an array of requests");
  if (value.length === 0) fault(path, "at least one request");
  value.forEach((item: unknown, index) => {
    if (!isObject(item)) return fault(`${path}[${index}]`, "an object with a content");
    content(item["content"], `${path}[${index}].content`);
  });
};

type Checks = Readonly<Record<string, Check>>;

const configChecks: Checks = {
  maxOutputTokens: tokenCount,
  candidateCount: answerCount,
  temperature: number,
  topP: number,
  topK: number,
  stopSequences: list,
  responseLogprobs: flag,
};

const checks: Readonly<Partial<Record<Operation, Checks>>> = {
  "chat.completions": {
    contents,
    systemInstruction: object,
    tools: list,
    toolConfig: object,
    generationConfig,
    safetySettings: list,
  },
  embed_content: { content },
  embeddings: { requests: embeddingRequests },
};

export function checkFields(operation: Operation, body: JsonObject): void {
  checkAll(checks[operation] ?? {}, body, "");
}

function checkAll(table: Checks, fields: JsonObject, path: string): void {
  for (const [field, check] of Object.entries(table)) check(fieldOf(fields, field), path + field);
}
