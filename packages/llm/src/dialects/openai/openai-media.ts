// Images, sounds and documents as the dialect writes them: data URLs, bare base64 with a format, or ids of files.

import type { MediaPart, MediaSource } from "#hub.ts";

const dataUrl = /^data:([^;,]+);base64,/;

/** Base64 in a data URL, or the URL itself where it is written in any other way. */
export function decodeUrl(url: string): MediaSource {
  const head = dataUrl.exec(url);
  if (head === null) return { kind: "url", url };
  return { kind: "data", mediaType: head[1] ?? "", base64: url.slice(head[0].length) };
}

/** Undefined for a file of another vendor, which cannot be named here. */
export function encodeUrl(source: MediaSource): string | undefined {
  if (source.kind === "url") return source.url;
  return source.kind === "data" ? `data:${source.mediaType};base64,${source.base64}` : undefined;
}

const audioTypes: Readonly<Record<string, string>> = { mp3: "audio/mpeg", wav: "audio/wav" };
const audioFormats: Readonly<Record<string, string>> = {
  "audio/mpeg": "mp3",
  "audio/x-wav": "wav",
  "audio/wave": "wav",
  "audio/vnd.wave": "wav",
};

export function decodeAudioFormat(format: string): string {
  return audioTypes[format] ?? `audio/${format}`;
}

export function encodeAudioFormat(mediaType: string): string {
  return audioFormats[mediaType] ?? mediaType.replace(/^audio\//, "").replace(/;.*$/s, "");
}

/** The dialect has files of bytes and of ids only, and of the former PDF alone is sure to be read. */
export function encodeFile({ source, fileName }: MediaPart): Readonly<Record<string, string>> | undefined {
  if (source.kind === "url") return undefined;
  if (source.kind === "file") return { file_id: source.fileId };
  const { mediaType, base64 } = source;
  return { filename: fileName ?? "document.pdf", file_data: `data:${mediaType};base64,${base64}` };
}

/** The words of a document that is plain text; undefined for every other. */
export function readTextDocument({ kind, source }: MediaPart): string | undefined {
  if (kind !== "document" || source.kind !== "data" || !source.mediaType.startsWith("text/")) return undefined;
  return Buffer.from(source.base64, "base64").toString("utf8");
}
