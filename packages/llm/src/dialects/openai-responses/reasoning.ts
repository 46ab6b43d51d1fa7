// What the model thought, both ways: an item with a summary or the thoughts themselves, and perhaps encrypted once more.
// An item's encrypted text is the one thing that all clients of this dialect give back unread, so that the seals of other
// vendors travel in it, each with a word for what it sealed.

import { ownFields, present, spellingOf } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import type { FieldReader } from "#dialects/fields/field-reader.ts";
import { readSeal, writeSeal } from "#dialects/seals/seals.ts";
import type { ReasoningPart, Seal } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "./name.ts";

/** Of visible thoughts, and of the call that follows. */
const marks = { signature: "signature:", call: "call:" } as const;

/** Between the parts of a summary, each of which has a title of its own. */
export const partSeparator = "\n\n";

export interface DecodedThoughts {
  readonly part?: ReasoningPart;
  readonly callSignature?: Seal;
}

export function decodeReasoning(reader: FieldReader): DecodedThoughts {
  const texts = [...decodeTexts(reader, "summary"), ...decodeTexts(reader, "content")];
  for (const field of ["id", "status"]) reader.spellAsWritten(field);
  const encrypted = reader.text("encrypted_content");
  const sealed = encrypted === undefined ? {} : decodeSeal(readSeal(encrypted, dialect));
  if ("callSignature" in sealed) return sealed;
  return { part: { kind: "reasoning", text: texts.join(partSeparator), ...sealed, ...reader.extras() } };
}

/** A list of another form stays where it is. */
function decodeTexts(reader: FieldReader, field: string): readonly string[] {
  const parts = reader.peek(field);
  if (!Array.isArray(parts)) return [];
  const texts = parts.map((part: unknown) => (isObject(part) ? part["text"] : undefined));
  if (!texts.every((text) => typeof text === "string")) return [];
  reader.spellAsWritten(field);
  return texts;
}

type DecodedSeal = Pick<ReasoningPart, "signature" | "encrypted"> | { readonly callSignature: Seal };

export function decodeSeal(seal: Seal): DecodedSeal {
  const marked = (mark: string): Seal | undefined =>
    seal.by !== dialect && seal.value.startsWith(mark) ? { ...seal, value: seal.value.slice(mark.length) } : undefined;
  const signature = marked(marks.signature);
  if (signature !== undefined) return { signature };
  const callSignature = marked(marks.call);
  return callSignature === undefined ? { encrypted: seal } : { callSignature };
}

function writeSignature({ by, value }: Seal): string {
  return writeSeal({ by, value: marks.signature + value }, dialect);
}

export function writeCallSignature({ by, value }: Seal): string {
  return writeSeal({ by, value: marks.call + value }, dialect);
}

/** The encrypted text of an item for a client; undefined where there is nothing to give back. */
export function sealOf({ signature, encrypted }: Pick<ReasoningPart, "signature" | "encrypted">): string | undefined {
  if (encrypted !== undefined) return writeSeal(encrypted, dialect);
  return signature === undefined ? undefined : writeSignature(signature);
}

/** The item as it was written, or for a vendor the one that it can read: only with a seal of its own. */
export function encodeReasoning(part: ReasoningPart, notes: Notes): JsonObject | undefined {
  const { text, extras } = part;
  // In the dialects of some clients there is one place for what this one encrypts and others sign.
  const encrypted = part.encrypted ?? (part.signature?.by === dialect ? part.signature : undefined);
  const fields = ownFields(extras, dialect, notes);
  if (extras?.dialect === dialect) return { ...fields, type: "reasoning", ...ownParts(part) };
  if (encrypted !== undefined) {
    return { type: "reasoning", summary: summaryOf(text), encrypted_content: writeSeal(encrypted, dialect) };
  }
  notes.add("reasoning");
  return undefined;
}

export function summaryOf(text: string): readonly JsonObject[] {
  return text === "" ? [] : [{ type: "summary_text", text }];
}

/** What the spelling holds, and the seal. */
function ownParts(part: ReasoningPart): JsonObject {
  const { id, status, summary, content } = spellingOf(part.extras, dialect);
  return present({ id, status, summary, content, encrypted_content: sealOf(part) });
}
