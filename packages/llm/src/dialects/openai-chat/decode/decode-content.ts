// The parts of a message's content: a table of one small function per type. A part of a type or shape that is not in
// the table is opaque, and comes back as it was.

import { FieldReader, isString } from "#dialects/fields/field-reader.ts";
import type { MediaPart, MediaSource, Part } from "#hub.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { decodeCacheMark } from "#dialects/openai-chat/cache-mark.ts";
import { decodeAudioFormat, decodeUrl, encodeAudioFormat } from "#dialects/openai/openai-media.ts";
import { dialect } from "#dialects/openai-chat/name.ts";

type PartDecoder = (reader: FieldReader) => Part | undefined;

const decoders: Readonly<Record<string, PartDecoder>> = {
  text: decodeText,
  image_url: decodeImage,
  input_audio: decodeAudio,
  file: decodeFile,
  document_url: decodeDocumentUrl,
  refusal: decodeRefusal,
  thinking: decodeThinking,
};

/** What a content holds, and whether it was a list. */
export interface DecodedContent {
  readonly parts: readonly Part[];
  readonly form: "string" | "list" | "null" | "absent" | "other";
}

export function decodeContent(reader: FieldReader): DecodedContent {
  const content = reader.peek("content");
  if (isString(content)) return takeContent(reader, "string", content === "" ? [] : [{ kind: "text", text: content }]);
  if (Array.isArray(content)) return takeContent(reader, "list", content.map(decodePart));
  if (content === null) return takeContent(reader, "null", []);
  return { parts: [], form: content === undefined ? "absent" : "other" };
}

function takeContent(reader: FieldReader, form: DecodedContent["form"], parts: readonly Part[]): DecodedContent {
  reader.drop("content");
  return { parts, form };
}

export function decodePart(value: unknown): Part {
  if (isString(value))
    return { kind: "text", text: value, extras: { dialect, fields: {}, spelling: { part: "string" } } };
  const type = memberOf(value, "type");
  const decode = isString(type) && Object.hasOwn(decoders, type) ? decoders[type] : undefined;
  const part = isObject(value) && decode !== undefined ? readPart(value, decode) : undefined;
  return part ?? { kind: "opaque", dialect, value };
}

function readPart(value: JsonObject, decode: PartDecoder): Part | undefined {
  const reader = new FieldReader(dialect, value);
  reader.drop("type");
  return decode(reader);
}

function decodeText(reader: FieldReader): Part | undefined {
  const text = reader.string("text");
  if (text === undefined) return undefined;
  return { kind: "text", text, ...decodeCacheMark(reader), ...reader.extras() };
}

function decodeImage(reader: FieldReader): Part | undefined {
  const bare = reader.text("image_url");
  if (bare !== undefined) {
    // Mistral takes the URL without an object around it.
    reader.spell("url", "string");
    return toMedia("image", decodeUrl(bare), reader, {});
  }
  const inner = innerReader(reader, "image_url");
  const url = inner?.text("url");
  if (inner === undefined || url === undefined) return undefined;
  const detail = inner.string("detail");
  return toMedia("image", decodeUrl(url), reader, { image_url: inner.rest() }, detail !== undefined && { detail });
}

function decodeAudio(reader: FieldReader): Part | undefined {
  const inner = innerReader(reader, "input_audio");
  const base64 = inner?.string("data");
  const format = inner?.text("format");
  if (inner === undefined || base64 === undefined || format === undefined) return undefined;
  const mediaType = decodeAudioFormat(format);
  if (encodeAudioFormat(mediaType) !== format) reader.spell("format", format);
  return toMedia("audio", { kind: "data", mediaType, base64 }, reader, { input_audio: inner.rest() });
}

function decodeFile(reader: FieldReader): Part | undefined {
  const inner = innerReader(reader, "file");
  const source = inner && decodeFileSource(inner, reader);
  if (inner === undefined || source === undefined) return undefined;
  const fileName = inner.string("filename");
  if (fileName === undefined && source.kind === "data") reader.spell("filename", "absent");
  return toMedia("document", source, reader, { file: inner.rest() }, fileName !== undefined && { fileName });
}

function decodeFileSource(inner: FieldReader, outer: FieldReader): MediaSource | undefined {
  const data = inner.text("file_data");
  if (data !== undefined) {
    const source = decodeUrl(data);
    if (source.kind === "url") outer.spell("url", "file_data");
    return source;
  }
  const fileId = inner.text("file_id");
  return fileId === undefined ? undefined : { kind: "file", fileId };
}

function decodeDocumentUrl(reader: FieldReader): Part | undefined {
  const url = reader.text("document_url");
  if (url === undefined) return undefined;
  reader.spell("url", "document_url");
  return toMedia("document", { kind: "url", url }, reader, {});
}

function innerReader(reader: FieldReader, key: string): FieldReader | undefined {
  const object = reader.object(key);
  return object && new FieldReader(dialect, object);
}

function toMedia(
  kind: MediaPart["kind"],
  source: MediaSource,
  reader: FieldReader,
  inner: Readonly<Record<string, JsonObject>>,
  told: Pick<MediaPart, "detail" | "fileName"> | false = false,
): MediaPart {
  return { kind, source, ...told, ...decodeCacheMark(reader), ...reader.extras(inner) };
}

function decodeRefusal(reader: FieldReader): Part | undefined {
  const text = reader.string("refusal");
  if (text === undefined) return undefined;
  reader.spell("place", "content");
  return { kind: "refusal", text, ...reader.extras() };
}

/** Mistral's reasoning: `{"type":"thinking","thinking":[{"type":"text","text":"..."}]}`, or a bare text. */
function decodeThinking(reader: FieldReader): Part | undefined {
  const thinking = reader.peek("thinking");
  const text = readThinking(thinking);
  if (text === undefined) return undefined;
  reader.drop("thinking");
  reader.spell("field", "thinking");
  if (isString(thinking)) reader.spell("thinking", "string");
  else if (!Array.isArray(thinking) || thinking.length !== 1) reader.spell("thinking", thinking);
  return { kind: "reasoning", text, ...reader.extras() };
}

function readThinking(thinking: unknown): string | undefined {
  if (isString(thinking)) return thinking;
  if (!Array.isArray(thinking) || !thinking.every(isPlainText)) return undefined;
  return thinking.map(({ text }) => text).join("");
}

function isPlainText(value: unknown): value is { readonly type: "text"; readonly text: string } {
  return isObject(value) && value["type"] === "text" && isString(value["text"]) && Object.keys(value).length === 2;
}
