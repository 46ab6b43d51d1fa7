// Which fields of a request must have which shape, as a table. A fault is answered with its JSON path.

import { GhostError } from "@ghostllm/contract";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** Throws when the value is not what the field takes. */
type Check = (value: unknown, path: string) => void;

function fault(path: string, expected: string): never {
  throw new GhostError("invalid_request_error", `Invalid '${path}': expected ${expected}.`, { param: path });
}

function mustBe(expected: string, accepts: (value: unknown) => boolean): Check {
  return (value, path) => {
    if (!accepts(value)) fault(path, expected);
  };
}

function optional(check: Check): Check {
  return (value, path) => {
    if (value !== undefined && value !== null) check(value, path);
  };
}

// Half a surrogate pair can be written neither into a URL nor into a header.
const modelName = mustBe(
  "the name of a model",
  (value) => typeof value === "string" && value !== "" && value.isWellFormed(),
);
const flag = optional(mustBe("true or false", (value) => typeof value === "boolean"));
const list = optional(mustBe("an array", Array.isArray));
const object = optional(mustBe("an object", isObject));
const number = optional(mustBe("a number", (value) => typeof value === "number"));
const tokenCount = optional(
  mustBe("a whole number, 0 or more", (value) => Number.isSafeInteger(value) && Number(value) >= 0),
);

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

export function checkFields(body: JsonObject): void {
  for (const [field, check] of Object.entries(checks)) check(body[field], field);
}
