// The parts of a message's content: a table of one small function per type. A part of a type or shape that is not in
// the table is opaque, and comes back as it was.

import { present } from "#dialects/fields/extras.ts";
import { FieldReader, isString } from "#dialects/fields/field-reader.ts";
import { decodeAudioFormat, decodeUrl, encodeAudioFormat } from "#dialects/openai/openai-media.ts";
import type { CacheMark, Citation, MediaPart, MediaSource, Part, RefusalPart, TextPart, ToolResultPart } from "#hub.ts";
import { isObject, memberOf } from "#wire/json.ts";
import { decodeCitation } from "#dialects/openai-responses/citations.ts";
import type { TextType } from "#dialects/openai-responses/text-type.ts";
import { dialect } from "#dialects/openai-responses/name.ts";

type PartDecoder = (reader: FieldReader, usual: TextType) => Part | undefined;

const decoders: Readonly<Record<string, PartDecoder>> = {
  input_text: (reader, usual) => decodeText("input_text", reader, usual),
  output_text: (reader, usual) => decodeText("output_text", reader, usual),
  text: (reader, usual) => decodeText("text", reader, usual),
  refusal: decodeRefusal,
  input_image: decodeImage,
  input_file: decodeFile,
  input_audio: decodeAudio,
};

export interface DecodedContent {
  readonly parts: readonly Part[];
  readonly form: "string" | "list" | "absent";
}

/** `absent` also where the field is neither a string nor a list: then it stays where it is. */
export function decodeContent(reader: FieldReader, field: string, usual: TextType): DecodedContent {
  const text = reader.string(field);
  if (text !== undefined) return { form: "string", parts: text === "" ? [] : [{ kind: "text", text }] };
  const parts = reader.list(field);
  if (parts === undefined) return { form: "absent", parts: [] };
  return { form: "list", parts: parts.map((part) => decodePart(part, usual)) };
}

function decodePart(value: unknown, usual: TextType): Part {
  const type = memberOf(value, "type");
  const decode = isString(type) && Object.hasOwn(decoders, type) ? decoders[type] : undefined;
  if (!isObject(value) || decode === undefined) return { kind: "opaque", dialect, value };
  const reader = new FieldReader(dialect, value);
  reader.drop("type");
  return decode(reader, usual) ?? { kind: "opaque", dialect, value };
}

function decodeText(type: string, reader: FieldReader, usual: TextType): TextPart | undefined {
  const text = reader.string("text");
  if (text === undefined) return undefined;
  if (type !== usual) reader.spell("type", type);
  // How sure the model was of an earlier answer has no meaning in a request; answers tell it apart.
  reader.spellAsWritten("logprobs");
  return { kind: "text", text, ...decodeCitations(reader), ...decodeCacheMark(reader), ...reader.extras() };
}

/** They stay where they are if one of them is of an unknown form. */
function decodeCitations(reader: FieldReader): { readonly citations?: readonly Citation[] } {
  const list = reader.peek("annotations");
  if (!Array.isArray(list)) return {};
  const citations = list.map(decodeCitation).filter((citation) => citation !== undefined);
  if (citations.length < list.length) return {};
  if (list.length === 0) {
    reader.spellAsWritten("annotations");
    return {};
  }
  reader.drop("annotations");
  return { citations };
}

/** https://platform.openai.com/docs/guides/prompt-caching */
function decodeCacheMark(reader: FieldReader): { readonly cache?: CacheMark } {
  if (reader.take("prompt_cache_breakpoint", isBreakpoint) === undefined) return {};
  reader.spell("cache", "breakpoint");
  return { cache: {} };
}

function isBreakpoint(value: unknown): value is object {
  return isObject(value) && value["mode"] === "explicit" && Object.keys(value).length === 1;
}

function decodeRefusal(reader: FieldReader): RefusalPart | undefined {
  const text = reader.string("refusal");
  return text === undefined ? undefined : { kind: "refusal", text, ...reader.extras() };
}

function decodeImage(reader: FieldReader): MediaPart | undefined {
  const url = reader.text("image_url");
  const fileId = url === undefined ? reader.text("file_id") : undefined;
  const source = url === undefined ? toFile(fileId) : decodeUrl(url);
  return source && toMedia("image", source, reader, { detail: reader.string("detail") });
}

function toFile(fileId: string | undefined): MediaSource | undefined {
  return fileId === undefined ? undefined : { kind: "file", fileId };
}

function decodeFile(reader: FieldReader): MediaPart | undefined {
  const fileName = reader.string("filename");
  const source = decodeFileSource(reader, fileName);
  if (source === undefined) return undefined;
  if (fileName === undefined && source.kind === "data") reader.spell("filename", "absent");
  return toMedia("document", source, reader, { fileName });
}

function decodeFileSource(reader: FieldReader, fileName = ""): MediaSource | undefined {
  const data = reader.text("file_data");
  if (data !== undefined) return decodeFileData(data, reader, fileName);
  const url = reader.text("file_url");
  return url === undefined ? toFile(reader.text("file_id")) : { kind: "url", url };
}

/** A data URL, or bare base64, as some clients send it. */
function decodeFileData(data: string, reader: FieldReader, fileName: string): MediaSource {
  const source = decodeUrl(data);
  if (source.kind !== "url") return source;
  reader.spell("file_data", "bare");
  return { kind: "data", mediaType: fileName.endsWith(".txt") ? "text/plain" : "application/pdf", base64: data };
}

function decodeAudio(reader: FieldReader): MediaPart | undefined {
  const value = reader.object("input_audio");
  const inner = new FieldReader(dialect, value ?? {});
  const base64 = inner.string("data");
  const format = inner.text("format");
  if (value === undefined || base64 === undefined || format === undefined) return undefined;
  const mediaType = decodeAudioFormat(format);
  if (encodeAudioFormat(mediaType) !== format) reader.spell("format", format);
  reader.spell("kind", "audio");
  return {
    kind: "audio",
    source: { kind: "data", mediaType, base64 },
    ...decodeCacheMark(reader),
    ...reader.extras({ input_audio: inner.rest() }),
  };
}

function toMedia(
  kind: MediaPart["kind"],
  source: MediaSource,
  reader: FieldReader,
  told: { readonly detail?: string | undefined; readonly fileName?: string | undefined },
): MediaPart {
  // Marks a file whose id this vendor knows, and how other vendors of the dialect were written to.
  reader.spell("kind", kind);
  return { kind, source, ...present(told), ...decodeCacheMark(reader), ...reader.extras() };
}

/** A part of what a tool answered; `value` is the part as it was written. */
export function toResultContent(part: Part, value: unknown): ToolResultPart["content"][number] {
  const isHeld = part.kind === "text" || part.kind === "image" || part.kind === "document" || part.kind === "audio";
  return isHeld || part.kind === "opaque" ? part : { kind: "opaque", dialect, value };
}
