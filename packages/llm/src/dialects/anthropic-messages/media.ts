// Images and documents as the dialect writes them: an object `source` with bytes in base64, a URL, or the id of a file.

import type { Notes } from "#dialects/fields/extras.ts";
import { spellingOf } from "#dialects/fields/extras.ts";
import type { FieldReader } from "#dialects/fields/field-reader.ts";
import type { MediaPart, MediaSource } from "#hub.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "./name.ts";

/** Takes `source`; undefined where it has a form that is not known, or fields that have no place in ours. */
export function decodeSource(reader: FieldReader): MediaSource | undefined {
  const value = reader.peek("source");
  const type = memberOf(value, "type");
  const read = typeof type === "string" && Object.hasOwn(sourceReaders, type) ? sourceReaders[type] : undefined;
  if (!isObject(value) || read === undefined) return undefined;
  const [fields, decode] = read;
  const isExact = Object.keys(value).length === fields.length + 1;
  const texts = fields.map((field) => value[field]);
  if (!isExact || !texts.every((text) => typeof text === "string")) return undefined;
  const source = decode(...texts);
  // A file of this vendor, and a text that is no file, are written again as they came.
  if (source !== undefined) reader.drop("source");
  if (source !== undefined && (type === "file" || type === "text")) reader.spell("source", type);
  return source;
}

type SourceReader = readonly [
  fields: readonly string[],
  decode: (first?: string, second?: string) => MediaSource | undefined,
];

const sourceReaders: Readonly<Record<string, SourceReader>> = {
  base64: [["media_type", "data"], (mediaType = "", base64 = "") => ({ kind: "data", mediaType, base64 })],
  url: [["url"], (url = "") => ({ kind: "url", url })],
  file: [["file_id"], (fileId = "") => ({ kind: "file", fileId })],
  text: [["media_type", "data"], decodeTextSource],
};

/** Half a surrogate pair has no bytes: such a text stays as it is. */
function decodeTextSource(mediaType = "", text = ""): MediaSource | undefined {
  if (!text.isWellFormed()) return undefined;
  return { kind: "data", mediaType, base64: Buffer.from(text).toString("base64") };
}

/** What the vendor reads: https://docs.anthropic.com/en/docs/build-with-claude/vision */
const imageTypes: ReadonlySet<string> = new Set(["image/jpeg", "image/png", "image/gif", "image/webp"]);

/** Undefined, and noted, for what the dialect has no form for. */
export function encodeSource(part: MediaPart, notes: Notes): JsonObject | undefined {
  const source = part.extras?.dialect === dialect ? encodeOwnSource(part) : encodeForeignSource(part);
  if (source === undefined) notes.add(`${part.kind} ${describeSource(part.source)}`);
  return source;
}

function describeSource(source: MediaSource): string {
  return source.kind === "data" ? `of type ${source.mediaType}` : `by ${source.kind}`;
}

function encodeOwnSource({ source, extras }: MediaPart): JsonObject {
  if (source.kind === "url") return { type: "url", url: source.url };
  if (source.kind === "file") return { type: "file", file_id: source.fileId };
  const { mediaType, base64 } = source;
  if (spellingOf(extras, dialect)["source"] === "text") return textSource(mediaType, base64);
  return { type: "base64", media_type: mediaType, data: base64 };
}

/** The id of a file says nothing to another vendor. */
function encodeForeignSource({ kind, source }: MediaPart): JsonObject | undefined {
  if (kind === "audio" || source.kind === "file") return undefined;
  if (source.kind === "url") return /^https?:/i.test(source.url) ? { type: "url", url: source.url } : undefined;
  const mediaType = source.mediaType.replace(/;.*$/s, "").trim().toLowerCase().replace("image/jpg", "image/jpeg");
  const isBinary = kind === "image" ? imageTypes.has(mediaType) : mediaType === "application/pdf";
  if (isBinary) return { type: "base64", media_type: mediaType, data: source.base64 };
  return kind === "document" && mediaType.startsWith("text/") ? textSource("text/plain", source.base64) : undefined;
}

function textSource(mediaType: string, base64: string): JsonObject {
  return { type: "text", media_type: mediaType, data: Buffer.from(base64, "base64").toString("utf8") };
}
