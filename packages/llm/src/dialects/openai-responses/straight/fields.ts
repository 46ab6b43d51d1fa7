// Which fields of a request must have which shape, as a table. A fault is answered with its JSON path.

import {
  checkerOf,
  fault,
  flag,
  list,
  modelName,
  mustBe,
  number,
  object,
  optional,
  tokenCount,
} from "#dialects/fields/field-checks.ts";
import type { Check } from "#dialects/fields/field-checks.ts";
import { isObject } from "#wire/json.ts";

/** Absent where the vendor holds the conversation. */
const input: Check = optional((value, path) => {
  if (typeof value === "string") return;
  if (!Array.isArray(value)) return fault(path, "a string or an array of items");
  value.forEach((item: unknown, index) => {
    if (!isObject(item)) fault(`${path}[${index}]`, "an object");
  });
});

const instructions = optional(mustBe("a string", (value) => typeof value === "string"));

/** Longer than ids that proxies make of other ids. */
const longestId = 1_024;
const id = optional(
  mustBe(`an id of at most ${longestId} characters`, (value) => typeof value !== "string" || value.length <= longestId),
);

const checks: Readonly<Record<string, Check>> = {
  model: modelName,
  input,
  instructions,
  previous_response_id: id,
  stream: flag,
  max_output_tokens: tokenCount,
  temperature: number,
  top_p: number,
  tools: list,
  reasoning: object,
  text: object,
};

export const checkFields = checkerOf(checks);
