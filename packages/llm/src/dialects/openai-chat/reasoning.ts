// What the model thought, as vendors of this dialect write it into messages: a text in `reasoning_content` or `reasoning`,
// and with OpenRouter a list of `reasoning_details` beside it, which alone holds signatures and encrypted thoughts.

import { spellingOf } from "#dialects/fields/extras.ts";
import { FieldReader } from "#dialects/fields/field-reader.ts";
import { readSeal, writeSeal } from "#dialects/seals/seals.ts";
import type { ReasoningPart } from "#hub.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "./name.ts";

export const textFields = ["reasoning_content", "reasoning"] as const;

export function decodeReasoning(reader: FieldReader): readonly ReasoningPart[] {
  const details = decodeDetails(reader);
  if (details.length > 0) {
    for (const field of textFields) if (typeof reader.peek(field) === "string") reader.spellAsWritten(field);
    return details;
  }
  for (const field of textFields) {
    const text = reader.text(field);
    if (text === undefined) continue;
    // Some vendors write the same text under both names.
    for (const other of textFields) if (other !== field && reader.peek(other) === text) reader.spellAsWritten(other);
    return [{ kind: "reasoning", text, extras: { dialect, fields: {}, spelling: { field } } }];
  }
  return [];
}

/** Empty where one of the details is of a form that is not known: then the list is left as it is. */
function decodeDetails(reader: FieldReader): readonly ReasoningPart[] {
  const details = reader.peek("reasoning_details");
  if (!Array.isArray(details)) return [];
  const parts = details.map(decodeDetail).filter((part) => part !== undefined);
  if (parts.length < details.length || parts.length === 0) return [];
  reader.drop("reasoning_details");
  return parts;
}

const detailTexts: Readonly<Record<string, "text" | "summary" | "data">> = {
  "reasoning.text": "text",
  "reasoning.summary": "summary",
  "reasoning.encrypted": "data",
};

export function decodeDetail(detail: unknown): ReasoningPart | undefined {
  const type = memberOf(detail, "type");
  const field = typeof type === "string" && Object.hasOwn(detailTexts, type) ? detailTexts[type] : undefined;
  if (!isObject(detail) || field === undefined) return undefined;
  const reader = new FieldReader(dialect, detail);
  reader.drop("type");
  const text = reader.string(field);
  const signature = reader.text("signature");
  if (text === undefined) return undefined;
  const spelling = {
    field: "reasoning_details",
    type,
    ...(Object.keys(reader.rest()).length > 0 && { entry: reader.rest() }),
  };
  return {
    kind: "reasoning",
    text: field === "data" ? "" : text,
    ...(signature !== undefined && { signature: readSeal(signature, dialect) }),
    ...(field === "data" && { encrypted: readSeal(text, dialect) }),
    extras: { dialect, fields: {}, spelling },
  };
}

export function encodeDetail({ text, signature, encrypted, extras }: ReasoningPart): JsonObject {
  const { type, entry } = spellingOf(extras, dialect);
  const rest = isObject(entry) ? entry : {};
  if (encrypted !== undefined) return { type: "reasoning.encrypted", data: writeSeal(encrypted, dialect), ...rest };
  const sealed = signature !== undefined && { signature: writeSeal(signature, dialect) };
  if (type === "reasoning.summary") return { type, summary: text, ...sealed, ...rest };
  return { type: "reasoning.text", text, ...sealed, ...rest };
}

/** One entry, or two for thoughts that can be read and are encrypted as well. */
export function encodeDetails(part: ReasoningPart): readonly JsonObject[] {
  if (part.encrypted === undefined || part.text === "") return [encodeDetail(part)];
  return [encodeDetail({ kind: "reasoning", text: part.text }), encodeDetail(part)];
}

export function joinReasoning(parts: readonly ReasoningPart[]): string {
  return parts.map(({ text }) => text).join("");
}

/** Something that its vendor wants back byte for byte, which a plain text cannot carry. */
export function isSealed({ signature, encrypted }: ReasoningPart): boolean {
  return signature !== undefined || encrypted !== undefined;
}
