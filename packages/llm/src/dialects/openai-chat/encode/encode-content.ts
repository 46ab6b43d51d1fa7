// The parts of a message's content as the dialect writes them: a table of one small function per kind.

import { isPlainText } from "#dialects/fields/plain-text.ts";
import { noteOpaque, ownFields, spellingOf } from "#dialects/fields/extras.ts";
import type { MediaPart, Opaque, Part, ReasoningPart, RefusalPart, TextPart } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeCacheMark } from "#dialects/openai-chat/cache-mark.ts";
import { encodeAudioFormat, encodeFile, encodeUrl, readTextDocument } from "#dialects/openai/openai-media.ts";
import type { EncodeContext } from "#dialects/openai-chat/encode-context.ts";
import { dialect } from "#dialects/openai-chat/name.ts";

type ContentPart = TextPart | MediaPart | ReasoningPart | RefusalPart | Opaque;

/** Does the part stand in the list of content? Others have fields of their own in a message. */
export function isContent(part: Part): boolean {
  if (part.kind === "text" || part.kind === "image" || part.kind === "document" || part.kind === "audio") return true;
  if (part.kind === "opaque") return part.place === undefined || part.dialect !== dialect;
  if (part.kind === "reasoning") return spellingOf(part.extras, dialect)["field"] === "thinking";
  return part.kind === "refusal" && spellingOf(part.extras, dialect)["place"] === "content";
}

export function contentOf(parts: readonly Part[]): readonly ContentPart[] {
  return parts.filter((part): part is ContentPart => isContent(part));
}

type EmptyContent = "" | null;

/** `form` tells how it was written where that is not the usual way. Undefined: the message has no content at all. */
export function encodeContent(
  parts: readonly ContentPart[],
  form: unknown,
  empty: EmptyContent,
  context: EncodeContext,
): unknown {
  if (parts.length === 0 && form !== "list") return encodeNothing(form, empty);
  const written = parts.map((part) => ({ part, value: encodePart(part, context) }));
  const kept = written.filter(({ value }) => value !== undefined);
  if (form === "list") return kept.map(({ value }) => value);
  const [first] = kept;
  if (kept.length === 1 && isPlainText(first?.part, dialect)) return first.part.text;
  return kept.length === 0 ? empty : kept.map(({ value }) => value);
}

const nothings: Readonly<Record<string, "" | null | undefined>> = { string: "", null: null, absent: undefined };

function encodeNothing(form: unknown, empty: EmptyContent): unknown {
  return typeof form === "string" && Object.hasOwn(nothings, form) ? nothings[form] : empty;
}

function encodePart(part: ContentPart, context: EncodeContext): unknown {
  switch (part.kind) {
    case "text":
      return encodeText(part, context);
    case "image":
    case "document":
    case "audio":
      return encodeMedia(part, context);
    case "reasoning":
      return encodeThinking(part, context);
    case "refusal":
      return { type: "refusal", refusal: part.text, ...ownFields(part.extras, dialect, context.notes) };
    case "opaque":
      return encodeOpaque(part, context);
  }
}

function encodeText(part: TextPart, context: EncodeContext): unknown {
  if (spellingOf(part.extras, dialect)["part"] === "string") return part.text;
  const fields = ownFields(part.extras, dialect, context.notes);
  if (part.citations !== undefined) context.notes.add("citations");
  return { type: "text", text: part.text, ...fields, ...encodeCacheMark(part, context) };
}

export function encodeMedia(part: MediaPart, context: EncodeContext): JsonObject | undefined {
  const text = readTextDocument(part);
  const value =
    text === undefined || part.extras?.dialect === dialect ? mediaWriters[part.kind](part) : { type: "text", text };
  const fields = ownFields(part.extras, dialect, context.notes);
  if (value === undefined) {
    context.notes.add(`${part.kind} by ${part.source.kind}`);
    return undefined;
  }
  return mergeInner(value, { ...fields, ...encodeCacheMark(part, context) });
}

/** Puts kept fields beside what was written, also within the object that holds the media. */
function mergeInner(value: JsonObject, fields: JsonObject): JsonObject {
  const merged = Object.entries(value).map(([key, inner]) => {
    const kept = fields[key];
    return [key, isObject(inner) && isObject(kept) ? { ...kept, ...inner } : inner];
  });
  return { ...fields, ...Object.fromEntries(merged) };
}

type MediaWriter = (part: MediaPart) => JsonObject | undefined;

const mediaWriters: Readonly<Record<MediaPart["kind"], MediaWriter>> = {
  image({ source, detail, extras }) {
    const url = encodeUrl(source);
    if (url === undefined) return undefined;
    if (spellingOf(extras, dialect)["url"] === "string") return { type: "image_url", image_url: url };
    return { type: "image_url", image_url: { url, ...(detail !== undefined && { detail }) } };
  },

  audio({ source, extras }) {
    if (source.kind !== "data") return undefined;
    const { format } = spellingOf(extras, dialect);
    const written = typeof format === "string" ? format : encodeAudioFormat(source.mediaType);
    return { type: "input_audio", input_audio: { data: source.base64, format: written } };
  },

  document(part) {
    const { url, filename } = spellingOf(part.extras, dialect);
    if (part.source.kind === "url" && url === "document_url")
      return { type: "document_url", document_url: part.source.url };
    if (part.source.kind === "url" && url !== "file_data") return undefined;
    const file = part.source.kind === "url" ? { file_data: part.source.url } : encodeFile(part);
    if (file === undefined) return undefined;
    const { filename: named, ...unnamed } = file;
    const name = part.fileName ?? named;
    return {
      type: "file",
      file: filename === "absent" || name === undefined ? unnamed : { ...unnamed, filename: name },
    };
  },
};

function encodeThinking({ text, extras }: ReasoningPart, { notes }: EncodeContext): JsonObject {
  const { thinking = [{ type: "text", text }] } = spellingOf(extras, dialect);
  return { type: "thinking", thinking: thinking === "string" ? text : thinking, ...ownFields(extras, dialect, notes) };
}

function encodeOpaque({ value, dialect: owner }: Opaque, { notes }: EncodeContext): unknown {
  if (owner === dialect) return value;
  noteOpaque(value, owner, notes);
  return undefined;
}
