// Images, which are bare base64 here: their type shows in their first bytes.

import { ownFields } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { isString } from "#dialects/fields/field-reader.ts";
import type { FieldReader } from "#dialects/fields/field-reader.ts";
import type { MediaPart, Part } from "#hub.ts";
import { dialect } from "./name.ts";

/** The beginnings of files in base64. */
const beginnings: readonly (readonly [beginning: string, mediaType: string])[] = [
  ["iVBORw0KGgo", "image/png"],
  ["/9j/", "image/jpeg"],
  ["R0lGOD", "image/gif"],
  ["UklGR", "image/webp"],
  ["Qk", "image/bmp"],
];

/** Empty where the list is none of images, and then it is left as it is. */
export function decodeImages(reader: FieldReader): readonly MediaPart[] {
  const images = reader.peek("images");
  if (images === null || (Array.isArray(images) && images.length === 0)) reader.spellAsWritten("images");
  return (reader.take("images", isImages) ?? []).map(decodeImage);
}

function isImages(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every(isString);
}

export function decodeImage(base64: string): MediaPart {
  const found = beginnings.find(([beginning]) => base64.startsWith(beginning));
  const mediaType = found?.[1] ?? "application/octet-stream";
  return { kind: "image", source: { kind: "data", mediaType, base64 } };
}

/** Undefined, and noted, for what is no image, or one that is not here as bytes. */
export function encodeMedia(part: MediaPart, notes: Notes): string | undefined {
  ownFields(part.extras, dialect, notes);
  if (part.kind !== "image" || part.source.kind !== "data") {
    notes.add(`${part.kind} by ${part.source.kind}`);
    return undefined;
  }
  if (part.detail !== undefined && part.detail !== "auto") notes.add("detail");
  return part.source.base64;
}

/** The words of a document that is plain text; undefined for every other part. */
export function readTextDocument(part: Part): string | undefined {
  if (part.kind !== "document" || part.source.kind !== "data") return undefined;
  if (!part.source.mediaType.startsWith("text/")) return undefined;
  return Buffer.from(part.source.base64, "base64").toString("utf8");
}
