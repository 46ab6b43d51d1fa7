// Images, sounds, films and documents as the dialect writes them: `inlineData` in base64, or `fileData` with a URI.

import type { Notes } from "#dialects/fields/extras.ts";
import { ownFields, spellingOf } from "#dialects/fields/extras.ts";
import type { MediaPart, MediaSource } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "./name.ts";
import { within, writeProto } from "./proto.ts";
import type { ProtoReader } from "./proto.ts";

/** Undefined where neither the bytes nor the type of them is told. */
export function decodeInlineData(reader: ProtoReader): MediaPart | undefined {
  const inner = reader.inner("inlineData");
  const mediaType = inner?.text("mimeType");
  const base64 = inner?.string("data");
  if (inner === undefined || mediaType === undefined || base64 === undefined) return undefined;
  return toMedia({ kind: "data", mediaType, base64 }, mediaType, inner, reader);
}

export function decodeFileData(reader: ProtoReader): MediaPart | undefined {
  const inner = reader.inner("fileData");
  const uri = inner?.text("fileUri");
  if (inner === undefined || uri === undefined) return undefined;
  const mediaType = inner.text("mimeType");
  // The spelling marks media of this dialect.
  inner.spell("mimeType", mediaType ?? null);
  return toMedia(sourceOf(uri), mediaType ?? typeOfName(uri) ?? "", inner, reader);
}

function toMedia(source: MediaSource, mediaType: string, inner: ProtoReader, reader: ProtoReader): MediaPart {
  const fileName = inner.text("displayName");
  return { kind: kindOf(mediaType), source, ...(fileName !== undefined && { fileName }), ...reader.extras() };
}

/** Files of the vendor's own stores can be fetched by nobody else. */
function sourceOf(uri: string): MediaSource {
  const isOwn = /^(?:gs:|https:\/\/generativelanguage\.googleapis\.com\/)/.test(uri) || !/^https?:/.test(uri);
  return isOwn ? { kind: "file", fileId: uri } : { kind: "url", url: uri };
}

function kindOf(mediaType: string): MediaPart["kind"] {
  const [kind] = mediaType.split("/");
  return kind === "image" || kind === "audio" ? kind : "document";
}

/** Undefined, and noted, for what the dialect has no form for. */
export function encodeMedia(part: MediaPart, notes: Notes): JsonObject | undefined {
  const kept = ownFields(part.extras, dialect, notes);
  const spelling = spellingOf(part.extras, dialect);
  if (part.cache !== undefined) notes.add("cache_control");
  if (part.detail !== undefined && part.detail !== "auto") notes.add("detail");
  const { source, fileName: displayName } = part;
  const isOwn = part.extras?.dialect === dialect;
  if (source.kind === "data") {
    const mimeType = isOwn ? source.mediaType : cleanType(source.mediaType, part.kind);
    const told = { mimeType, data: source.base64, displayName: isOwn ? displayName : undefined };
    return writeInner("inlineData", told, kept, spelling);
  }
  if (source.kind === "file" && !isOwn) {
    notes.add(`${part.kind} by file`);
    return undefined;
  }
  const fileUri = source.kind === "url" ? source.url : source.fileId;
  const mimeType = isOwn ? within(spelling, "fileData")["mimeType"] : (typeOfName(fileUri) ?? usualTypes[part.kind]);
  const told = { mimeType: mimeType ?? undefined, fileUri, displayName: isOwn ? displayName : undefined };
  return writeInner("fileData", told, kept, spelling);
}

function writeInner(name: string, told: JsonObject, { [name]: inner, ...kept }: JsonObject, spelling: JsonObject) {
  const written = writeProto(told, within({ [name]: inner }, name), within(spelling, name));
  return writeProto({ [name]: written }, kept, spelling);
}

/** Without parameters, and by the name that the vendor knows. */
function cleanType(mediaType: string, kind: MediaPart["kind"]): string {
  const type = mediaType.replace(/;.*$/s, "").trim().toLowerCase();
  return type === "" ? usualTypes[kind] : (sameTypes[type] ?? type);
}

const sameTypes: Readonly<Partial<Record<string, string>>> = {
  "image/jpg": "image/jpeg",
  "audio/x-wav": "audio/wav",
  "audio/wave": "audio/wav",
};

const usualTypes: Readonly<Record<MediaPart["kind"], string>> = {
  image: "image/jpeg",
  audio: "audio/mpeg",
  document: "application/pdf",
};

const typesOfEndings: Readonly<Partial<Record<string, string>>> = {
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  png: "image/png",
  gif: "image/gif",
  webp: "image/webp",
  heic: "image/heic",
  heif: "image/heif",
  pdf: "application/pdf",
  txt: "text/plain",
  md: "text/markdown",
  html: "text/html",
  csv: "text/csv",
  json: "application/json",
  mp3: "audio/mpeg",
  wav: "audio/wav",
  ogg: "audio/ogg",
  flac: "audio/flac",
  aac: "audio/aac",
  m4a: "audio/mp4",
  mp4: "video/mp4",
  mov: "video/quicktime",
  webm: "video/webm",
};

function typeOfName(uri: string): string | undefined {
  const ending = /\.([a-z0-9]{2,5})(?:$|[?#])/i.exec(uri)?.[1];
  const name = ending?.toLowerCase() ?? "";
  return Object.hasOwn(typesOfEndings, name) ? typesOfEndings[name] : undefined;
}
