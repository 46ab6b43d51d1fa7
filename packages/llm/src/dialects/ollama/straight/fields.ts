// Which fields of a request must have which shape, as tables. A fault is answered with its JSON path.

import {
  checkerByOperation,
  fault,
  flag,
  isInteger,
  list,
  modelName,
  mustBe,
  object,
  optional,
} from "#dialects/fields/field-checks.ts";
import type { Check } from "#dialects/fields/field-checks.ts";
import type { Operation } from "#operations.ts";
import { isObject } from "#wire/json.ts";

const text = optional(mustBe("a string", (value) => typeof value === "string"));

/** Without messages the server loads the model. */
const messages: Check = optional((value, path) => {
  if (!Array.isArray(value)) return fault(path, "an array of messages");
  value.forEach((message: unknown, index) => checkMessage(message, `${path}[${index}]`));
});

function checkMessage(message: unknown, path: string): void {
  if (!isObject(message)) return fault(path, "an object with a role");
  if (typeof message["role"] !== "string") fault(`${path}.role`, "a string");
  text(message["content"], `${path}.content`);
  list(message["images"], `${path}.images`);
}

const wholeNumber = optional(mustBe("a whole number", isInteger));

const options: Check = (value, path) => {
  object(value, path);
  if (isObject(value)) wholeNumber(value["num_predict"], `${path}.num_predict`);
};

/** Without an input the server loads the model. */
const input: Check = (value, path) => {
  if (value === undefined || value === null || typeof value === "string") return;
  if (!Array.isArray(value)) return fault(path, "a string or an array of strings");
  value.forEach((item: unknown, index) => {
    if (typeof item !== "string") fault(`${path}[${index}]`, "a string");
  });
};

const checks: Readonly<Partial<Record<Operation, Readonly<Record<string, Check>>>>> = {
  "chat.completions": { model: modelName, messages, stream: flag, options, tools: list },
  generate: { model: modelName, prompt: text, system: text, images: list, stream: flag, options },
  embeddings: { model: modelName, input, options },
  embed_content: { model: modelName, prompt: text, options },
};

export const checkFields = checkerByOperation(checks);
