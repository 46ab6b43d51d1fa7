import type { Notes } from "./extras.ts";
import { parseExactObject } from "#wire/exact-json.ts";
import type { JsonObject } from "#wire/json.ts";

/** The arguments of a call as an object. A text that is none, mostly since it was cut off, is kept within one. */
export function callInput(argumentsText: string, notes: Notes): JsonObject {
  if (argumentsText.trim() === "") return {};
  const input = parseExactObject(argumentsText);
  if (input !== undefined) return input;
  notes.add("arguments that are no JSON object");
  return { arguments: argumentsText };
}
