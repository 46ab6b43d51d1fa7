// Seals in `thoughtSignature`, which the vendor's clients decode as base64: those of other vendors are wrapped in it.

import { spellingOf } from "#dialects/fields/extras.ts";
import { readSeal, writeSeal } from "#dialects/seals/seals.ts";
import type { Part, ReasoningPart, Seal } from "#hub.ts";
import { dialect } from "./name.ts";

/** What the vendor takes for calls that others made: https://ai.google.dev/gemini-api/docs/thought-signatures#faqs */
export const noSeal: Seal = { by: dialect, value: "skip_thought_signature_validator" };

/** The mark of a foreign seal, in base64. */
const wrapped = Buffer.from("ghostllm.").toString("base64");

export function decodeSeal(text: string): Seal {
  return readSeal(text.startsWith(wrapped) ? Buffer.from(text, "base64").toString("utf8") : text, dialect);
}

export function encodeSeal(seal: Seal): string {
  return seal.by === dialect ? seal.value : Buffer.from(writeSeal(seal, dialect)).toString("base64");
}

/** Not a vendor: what stands under this name is the id of a call. */
const callIds = "call";

/**
 * In this dialect calls need no ids, and many clients drop them; but what a call is sealed with they all give back. So the id
 * of another vendor's call goes with them as its seal.
 */
export function sealOfCall(id: string): Seal {
  return { by: callIds, value: id };
}

export function readSealOfCall({ by, value }: Seal): string | undefined {
  return by === callIds ? value : undefined;
}

/** Where the vendor's seal of a part stood that has no place for one here. */
export function sealOf(place: "empty" | "part"): NonNullable<ReasoningPart["extras"]> {
  return { dialect, fields: {}, spelling: { sealOf: place } };
}

/** Is it the seal of the part before it? */
export function isSealOfPart(part: Part | undefined): part is ReasoningPart & { readonly signature: Seal } {
  if (part?.kind !== "reasoning" || part.signature === undefined) return false;
  return spellingOf(part.extras, dialect)["sealOf"] !== undefined;
}
