// Which fields of a request must have which shape, as a table. A fault is answered with its JSON path.

import {
  checkerOf,
  fault,
  flag,
  list,
  modelName,
  number,
  object,
  optional,
  tokenCount,
} from "#dialects/fields/field-checks.ts";
import type { Check } from "#dialects/fields/field-checks.ts";
import { isObject } from "#wire/json.ts";

const messages: Check = (value, path) => {
  if (!Array.isArray(value)) return fault(path, "an array of messages");
  if (value.length === 0) fault(path, "at least one message");
  value.forEach((message: unknown, index) => checkMessage(message, `${path}[${index}]`));
};

function checkMessage(message: unknown, path: string): void {
  if (!isObject(message)) return fault(path, "an object with a role");
  if (typeof message["role"] !== "string") fault(`${path}.role`, "a string");
  content(message["content"], `${path}.content`);
}

const content: Check = optional((value, path) => {
  if (typeof value === "string") return;
  if (!Array.isArray(value)) return fault(path, "a string or an array of content blocks");
  value.forEach((block: unknown, index) => {
    if (!isObject(block)) fault(`${path}[${index}]`, "a content block");
  });
});

const checks: Readonly<Record<string, Check>> = {
  model: modelName,
  messages,
  system: content,
  stream: flag,
  max_tokens: tokenCount,
  temperature: number,
  top_p: number,
  top_k: number,
  stop_sequences: list,
  tools: list,
  tool_choice: object,
  thinking: object,
};

export const checkFields = checkerOf(checks);
