// The parts of a message's content as the dialect writes them: a table of one small function per kind of part.

import { noteOpaque, ownFields, present, spellingOf } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { encodeAudioFormat, encodeFile, encodeUrl, readTextDocument } from "#dialects/openai/openai-media.ts";
import type { CacheMark, Extras, MediaPart, Opaque, Part, RefusalPart, TextPart } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeCitation } from "#dialects/openai-responses/citations.ts";
import type { TextType } from "#dialects/openai-responses/text-type.ts";
import { dialect } from "#dialects/openai-responses/name.ts";

/** What cannot be a part of a message here is noted and left out. */
export function encodeParts(parts: readonly Part[], usual: TextType, notes: Notes): readonly unknown[] {
  return parts.map((part) => encodePart(part, usual, notes)).filter((value) => value !== undefined);
}

function encodePart(part: Part, usual: TextType, notes: Notes): unknown {
  switch (part.kind) {
    case "text":
      return encodeText(part, usual, notes);
    case "refusal":
      return encodeRefusal(part, notes);
    case "image":
    case "document":
    case "audio":
      return encodeMedia(part, notes);
    case "opaque":
      return encodeOpaque(part, notes);
    case "reasoning":
    case "tool_call":
    case "tool_result":
      return undefined;
  }
}

export function encodeOpaque({ value, dialect: owner }: Opaque, notes: Notes): unknown {
  if (owner === dialect) return value;
  noteOpaque(value, owner, notes);
  return undefined;
}

export function encodeText(part: TextPart, usual: TextType, notes: Notes): JsonObject {
  const { text, citations, cache, extras } = part;
  const { type = usual, annotations: none, logprobs } = spellingOf(extras, dialect);
  const isOwn = extras?.dialect === dialect;
  if (citations !== undefined && !isOwn) notes.add("citations");
  const annotations = citations === undefined || !isOwn ? none : citations.map(encodeCitation);
  return {
    ...ownFields(extras, dialect, notes),
    type,
    text,
    ...present({ annotations, logprobs }),
    ...encodeCacheMark(cache, extras, notes),
  };
}

function encodeRefusal({ text, extras }: RefusalPart, notes: Notes): JsonObject {
  return { ...ownFields(extras, dialect, notes), type: "refusal", refusal: text };
}

/** The marks of others would be taken by some models of the vendor only. */
function encodeCacheMark(cache: CacheMark | undefined, extras: Extras | undefined, notes: Notes): JsonObject {
  if (cache === undefined) return {};
  if (extras?.dialect === dialect) return { prompt_cache_breakpoint: { mode: "explicit" } };
  notes.add("cache_control");
  return {};
}

function encodeMedia(part: MediaPart, notes: Notes): JsonObject | undefined {
  const isOwn = part.extras?.dialect === dialect;
  const value = isOwn ? encodeOwnMedia(part) : encodeForeignMedia(part);
  if (value === undefined) {
    notes.add(`${part.kind} by ${part.source.kind}`);
    return undefined;
  }
  const { input_audio: inner, ...fields } = ownFields(part.extras, dialect, notes);
  const audio = isObject(inner) && isObject(value["input_audio"]) && { ...inner, ...value["input_audio"] };
  return {
    ...fields,
    ...value,
    ...(audio && { input_audio: audio }),
    ...encodeCacheMark(part.cache, part.extras, notes),
  };
}

function encodeOwnMedia({ kind, source, detail, fileName, extras }: MediaPart): JsonObject {
  const { file_data: form, filename: named, format } = spellingOf(extras, dialect);
  if (kind === "image") {
    return { type: "input_image", ...present({ ...encodeImageSource(source), detail }) };
  }
  if (kind === "document") {
    const data = source.kind === "data" && form === "bare" ? source.base64 : undefined;
    const filename = named === "absent" ? undefined : fileName;
    return { type: "input_file", ...encodeFileSource(source, data), ...present({ filename }) };
  }
  const audio = source.kind === "data" ? source : { base64: "", mediaType: "" };
  return {
    type: "input_audio",
    input_audio: { data: audio.base64, format: format ?? encodeAudioFormat(audio.mediaType) },
  };
}

function encodeImageSource(source: MediaPart["source"]): JsonObject {
  return source.kind === "file" ? { file_id: source.fileId } : present({ image_url: encodeUrl(source) });
}

function encodeFileSource(source: MediaPart["source"], bare: string | undefined): JsonObject {
  if (source.kind === "file") return { file_id: source.fileId };
  return source.kind === "url" ? { file_url: source.url } : { file_data: bare ?? encodeUrl(source) };
}

/** The id of a file says nothing to another vendor, and the dialect takes no sound. */
function encodeForeignMedia(part: MediaPart): JsonObject | undefined {
  const { kind, source, detail } = part;
  if (source.kind === "file" || kind === "audio") return undefined;
  if (kind === "image") return { type: "input_image", image_url: encodeUrl(source), detail: detail ?? "auto" };
  const text = readTextDocument(part);
  if (text !== undefined) return { type: "input_text", text };
  return { type: "input_file", ...(encodeFile(part) ?? encodeFileSource(source, undefined)) };
}
