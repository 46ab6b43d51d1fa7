// How much to think, both ways: `think`, which is yes, no, or a word for the effort.

import { effortOf, lowMediumHigh } from "#dialects/fields/reasoning-effort.ts";
import { spellingOf } from "#dialects/fields/extras.ts";
import type { RequestEdits } from "#dialects/parsed-request.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import type { FieldReader } from "#dialects/fields/field-reader.ts";
import type { ChatRequest, ReasoningWish } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "./name.ts";

/** To think not at all is the usual state, which is not told to vendors that may not know it. */
export function decodeReasoningWish(reader: FieldReader): ReasoningWish | undefined {
  const think = reader.peek("think");
  const isWord = typeof think === "string" && think !== "";
  if (typeof think !== "boolean" && !isWord) return undefined;
  reader.spellAsWritten("think");
  if (isWord) return { effort: think };
  return think ? { effort: usualEffort } : undefined;
}

/** Of who just thinks. */
const usualEffort = "medium";

/** Words for the effort are for these models alone; others refuse them or take them for yes. */
const takesWords = /gpt-?oss/i;

/** A server refuses a model that cannot think, unless it is asked in Anthropic's dialect: there it lets the wish go by. */
export function encodeReasoningWish(
  { reasoning, extras }: ChatRequest,
  { model, thinks }: Pick<RequestEdits, "model" | "thinks">,
  notes: Notes,
): JsonObject {
  const written = spellingOf(extras, dialect)["think"];
  if (written !== undefined) return { think: written };
  if (reasoning?.effort === undefined && reasoning?.budgetTokens === undefined) return {};
  const { effort, budgetTokens = 0 } = reasoning;
  if (effort === "none") return { think: false };
  if (thinks === false) {
    notes.add("reasoning");
    return {};
  }
  if (effort === undefined) notes.add("reasoning budget");
  const word = effort === undefined ? effortOf(budgetTokens) : lowMediumHigh(effort);
  if (takesWords.test(model) && word !== undefined) return { think: word };
  if (effort !== undefined && effort !== usualEffort) notes.add("reasoning effort");
  return { think: true };
}
