// Which fields of a request must have which shape, as tables. A fault is answered with its JSON path.

import { fault, isInteger, mustBe, object, optional, tokenCount } from "#dialects/fields/field-checks.ts";
import type { Check } from "#dialects/fields/field-checks.ts";
import type { Operation } from "#operations.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { fieldOf } from "#dialects/gemini/proto.ts";

/** Google's JSON takes numbers as text, too. */
function asNumber(check: Check): Check {
  return (value, path) => check(typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value, path);
}

const answerCount = asNumber(
  optional(
    mustBe("a whole number from 1 to 128", (value) => isInteger(value) && Number(value) >= 1 && Number(value) <= 128),
  ),
);

/** A list, or an object that stands for a list of one. */
const repeated = optional(mustBe("an array", (value) => Array.isArray(value) || isObject(value)));

const content: Check = (value, path) => {
  if (!isObject(value)) return fault(path, "an object with parts");
  const parts = value["parts"];
  if (parts === undefined || parts === null || isObject(parts)) return;
  if (!Array.isArray(parts)) return fault(`${path}.parts`, "an array of parts");
  parts.forEach((part: unknown, index) => {
    if (!isObject(part)) fault(`${path}.parts[${index}]`, "a part");
  });
};

const contents: Check = (value, path) => {
  if (isObject(value)) return content(value, path);
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

const configChecks: Checks = { maxOutputTokens: asNumber(tokenCount), candidateCount: answerCount };

const checks: Readonly<Partial<Record<Operation, Checks>>> = {
  "chat.completions": {
    contents,
    systemInstruction: object,
    tools: repeated,
    toolConfig: object,
    generationConfig,
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
