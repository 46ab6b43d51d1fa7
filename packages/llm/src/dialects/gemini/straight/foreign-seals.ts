import { mapList } from "#dialects/fields/extras.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "#dialects/gemini/name.ts";
import { fieldOf } from "#dialects/gemini/proto.ts";
import { decodeSeal, noSeal } from "#dialects/gemini/seal.ts";

/** The request without the seals of another vendor. Calls that it sealed have the seal that stands for none. */
export function dropForeignSeals(request: JsonObject): readonly unknown[] {
  return mapList(request, "contents", (content) => mapList(content, "parts", unsealed));
}

function unsealed(part: unknown): readonly unknown[] {
  const seal = fieldOf(part, "thoughtSignature");
  if (!isObject(part) || typeof seal !== "string" || decodeSeal(seal).by === dialect) return [part];
  const { thoughtSignature: _camel, thought_signature: _snake, ...rest } = part;
  if (fieldOf(part, "functionCall") !== undefined) return [{ ...rest, thoughtSignature: noSeal.value }];
  // A part that was there for its seal alone is none.
  const isEmpty = fieldOf(part, "thought") === true || part["text"] === "";
  return isEmpty ? [] : [rest];
}
