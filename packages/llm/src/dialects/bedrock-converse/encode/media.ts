// Images, documents, sounds and films as the dialect writes them: a format in one word, and bytes in base64 or a place in S3.
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html

import type { MediaPart, MediaSource } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";
import type { EncodingContext } from "./encoding-context.ts";

type Kind = "image" | "document" | "audio" | "video";

interface Format {
  readonly kind: Kind;
  readonly format: string;
}

const formats: Readonly<Record<string, Format>> = {
  "image/png": { kind: "image", format: "png" },
  "image/jpeg": { kind: "image", format: "jpeg" },
  "image/jpg": { kind: "image", format: "jpeg" },
  "image/gif": { kind: "image", format: "gif" },
  "image/webp": { kind: "image", format: "webp" },
  "application/pdf": { kind: "document", format: "pdf" },
  "text/csv": { kind: "document", format: "csv" },
  "application/msword": { kind: "document", format: "doc" },
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": { kind: "document", format: "docx" },
  "application/vnd.ms-excel": { kind: "document", format: "xls" },
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": { kind: "document", format: "xlsx" },
  "text/html": { kind: "document", format: "html" },
  "text/markdown": { kind: "document", format: "md" },
  "audio/mpeg": { kind: "audio", format: "mp3" },
  "audio/mp3": { kind: "audio", format: "mp3" },
  "audio/wav": { kind: "audio", format: "wav" },
  "audio/x-wav": { kind: "audio", format: "wav" },
  "audio/ogg": { kind: "audio", format: "ogg" },
  "audio/opus": { kind: "audio", format: "opus" },
  "audio/flac": { kind: "audio", format: "flac" },
  "audio/aac": { kind: "audio", format: "aac" },
  "audio/mp4": { kind: "audio", format: "m4a" },
  "audio/webm": { kind: "audio", format: "webm" },
  "video/mp4": { kind: "video", format: "mp4" },
  "video/quicktime": { kind: "video", format: "mov" },
  "video/x-matroska": { kind: "video", format: "mkv" },
  "video/webm": { kind: "video", format: "webm" },
  "video/x-flv": { kind: "video", format: "flv" },
  "video/mpeg": { kind: "video", format: "mpeg" },
  "video/x-ms-wmv": { kind: "video", format: "wmv" },
  "video/3gpp": { kind: "video", format: "three_gp" },
};

/** What the name of a file in S3 says of it. */
const typesOfEndings: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  pdf: "application/pdf",
  csv: "text/csv",
  html: "text/html",
  md: "text/markdown",
  txt: "text/plain",
  mp3: "audio/mpeg",
  wav: "audio/wav",
  mp4: "video/mp4",
  mov: "video/quicktime",
  mkv: "video/x-matroska",
  webm: "video/webm",
};

/** Undefined, and noted, for what the dialect has no form for: it fetches nothing from the web. */
export function encodeMedia(part: MediaPart, context: EncodingContext): JsonObject | undefined {
  const { source, detail } = part;
  const format = formatOf(source);
  if (format === undefined) {
    context.notes.add(`${part.kind} ${describeSource(source)}`);
    return undefined;
  }
  if (detail !== undefined && detail !== "auto") context.notes.add("detail");
  const written = source.kind === "data" ? { bytes: source.base64 } : { s3Location: { uri: uriOf(source) } };
  const name = format.kind === "document" ? { name: nameOf(part.fileName, context.documentNames) } : {};
  return { [format.kind]: { format: format.format, ...name, source: written } };
}

function describeSource(source: MediaSource): string {
  return source.kind === "data" ? `of type ${source.mediaType}` : `by ${source.kind}`;
}

function uriOf(source: MediaSource): string {
  return source.kind === "url" ? source.url : "";
}

function formatOf(source: MediaSource): Format | undefined {
  if (source.kind === "data") return formatOfType(source.mediaType);
  const uri = uriOf(source);
  const ending = /\.([a-z0-9]+)$/i.exec(uri)?.[1]?.toLowerCase() ?? "";
  const type = Object.hasOwn(typesOfEndings, ending) ? typesOfEndings[ending] : undefined;
  return uri.startsWith("s3://") && type !== undefined ? formatOfType(type) : undefined;
}

function formatOfType(mediaType: string): Format | undefined {
  const type = mediaType.replace(/;.*$/s, "").trim().toLowerCase();
  if (Object.hasOwn(formats, type)) return formats[type];
  return type.startsWith("text/") ? { kind: "document", format: "txt" } : undefined;
}

const longestName = 200;

/** The dialect takes letters, digits, single spaces, hyphens and brackets, and no name twice. */
function nameOf(fileName: string | undefined, given: Map<string, number>): string {
  const stem = (fileName ?? "").replace(/\.[a-z0-9]{1,5}$/i, "").replaceAll(/[^a-zA-Z0-9\-()[\]]+/g, " ");
  const wanted = stem.trim().slice(0, longestName).trim() || "document";
  let count = (given.get(wanted) ?? 0) + 1;
  while (count > 1 && given.has(`${wanted} ${count}`)) count += 1;
  given.set(wanted, count);
  const name = count === 1 ? wanted : `${wanted} ${count}`;
  if (count > 1) given.set(name, 1);
  return name;
}
