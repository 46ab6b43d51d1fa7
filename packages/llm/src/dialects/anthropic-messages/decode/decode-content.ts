// The blocks of a message's content: a table of one small function per type. A block of a type or shape that is not in
// the table is opaque, and comes back as it was.

import { present } from "#dialects/fields/extras.ts";
import { FieldReader, isString } from "#dialects/fields/field-reader.ts";
import { readSeal, sealIn } from "#dialects/seals/seals.ts";
import type { Citation, MediaPart, Part, ReasoningPart, TextPart, ToolResultPart } from "#hub.ts";
import { isObject, memberOf } from "#wire/json.ts";
import { decodeCacheMark } from "#dialects/anthropic-messages/cache-mark.ts";
import { decodeCitation } from "#dialects/anthropic-messages/citations.ts";
import { isPlainText } from "#dialects/fields/plain-text.ts";
import { decodeSource } from "#dialects/anthropic-messages/media.ts";
import { dialect } from "#dialects/anthropic-messages/name.ts";
import { decodeToolUse, spellId } from "#dialects/anthropic-messages/tool-calls.ts";

type BlockDecoder = (reader: FieldReader) => Part | undefined;

const decoders: Readonly<Record<string, BlockDecoder>> = {
  text: decodeText,
  image: (reader) => decodeMedia("image", reader),
  document: (reader) => decodeMedia("document", reader),
  thinking: decodeThinking,
  redacted_thinking: decodeRedactedThinking,
  tool_use: decodeToolUse,
  tool_result: decodeToolResult,
};

export interface DecodedContent {
  readonly parts: readonly Part[];
  readonly form: "string" | "list" | "absent";
}

/** `absent` also where the field is neither a string nor a list: then it stays where it is. */
export function decodeContent(reader: FieldReader, field: string): DecodedContent {
  const text = reader.string(field);
  if (text !== undefined) return { form: "string", parts: text === "" ? [] : [toText(text)] };
  const blocks = reader.list(field);
  return blocks === undefined ? { form: "absent", parts: [] } : { form: "list", parts: blocks.map(decodeBlock) };
}

/** The vendor refuses texts without a letter; those of other dialects are left out. */
function toText(text: string): TextPart {
  const blank = { extras: { dialect, fields: {}, spelling: { text: "blank" } } };
  return { kind: "text", text, ...(text.trim() === "" && blank) };
}

export function decodeBlock(value: unknown): Part {
  const type = memberOf(value, "type");
  const decode = isString(type) && Object.hasOwn(decoders, type) ? decoders[type] : undefined;
  if (!isObject(value) || decode === undefined) return { kind: "opaque", dialect, value };
  const reader = new FieldReader(dialect, value);
  reader.drop("type");
  return decode(reader) ?? { kind: "opaque", dialect, value };
}

function decodeText(reader: FieldReader): TextPart | undefined {
  const text = reader.string("text");
  if (text === undefined) return undefined;
  if (text.trim() === "") reader.spell("text", "blank");
  return { kind: "text", text, ...decodeCitations(reader), ...decodeCacheMark(reader), ...reader.extras() };
}

/** They stay where they are if one of them is of an unknown form. */
function decodeCitations(reader: FieldReader): { readonly citations?: readonly Citation[] } {
  const list = reader.peek("citations");
  if (!Array.isArray(list)) return {};
  const citations = list.map(decodeCitation).filter((citation) => citation !== undefined);
  if (citations.length < list.length) return {};
  if (list.length === 0) {
    reader.spellAsWritten("citations");
    return {};
  }
  reader.drop("citations");
  return { citations };
}

/** The spelling marks a source of this dialect, whose forms are the vendor's to judge. */
function decodeMedia(kind: "image" | "document", reader: FieldReader): MediaPart | undefined {
  const source = decodeSource(reader);
  if (source === undefined) return undefined;
  reader.spell("kind", kind);
  const fileName = kind === "document" ? reader.text("title") : undefined;
  return { kind, source, ...present({ fileName }), ...decodeCacheMark(reader), ...reader.extras() };
}

/** A signature of nobody is how thoughts without one are told to clients of this dialect. */
function decodeThinking(reader: FieldReader): ReasoningPart | undefined {
  const text = reader.string("thinking");
  if (text === undefined) return undefined;
  const written = reader.text("signature");
  const signature = written === undefined ? undefined : sealIn(written, dialect);
  if (signature === undefined) {
    if (reader.peek("signature") === "") reader.spellAsWritten("signature");
    if (written !== undefined) reader.spell("signature", written);
    reader.spell("thinking", "unsigned");
  }
  return {
    kind: "reasoning",
    text,
    ...(signature !== undefined && { signature }),
    ...reader.extras(),
  };
}

function decodeRedactedThinking(reader: FieldReader): ReasoningPart | undefined {
  const encrypted = reader.string("data");
  if (encrypted === undefined) return undefined;
  return { kind: "reasoning", text: "", encrypted: readSeal(encrypted, dialect), ...reader.extras() };
}

function decodeToolResult(reader: FieldReader): ToolResultPart | undefined {
  const callId = reader.string("tool_use_id");
  if (callId === undefined) return undefined;
  spellId(reader, callId);
  const written = reader.peek("content");
  const { parts, form } = decodeContent(reader, "content");
  if (form !== (parts.length === 0 ? "absent" : usualForm(parts))) reader.spell("content", form);
  const content = parts.map((part, index) => toResultContent(part, Array.isArray(written) ? written[index] : part));
  const isError = reader.boolean("is_error");
  return {
    kind: "tool_result",
    callId,
    content,
    ...present({ isError }),
    ...decodeCacheMark(reader),
    ...reader.extras(),
  };
}

/** What has no meaning within a result is kept as it was written. */
function toResultContent(part: Part, value: unknown): ToolResultPart["content"][number] {
  const isHeld = part.kind === "text" || part.kind === "image" || part.kind === "document" || part.kind === "audio";
  return isHeld ? part : { kind: "opaque", dialect, value };
}

/** The form in which the encoder writes a content, unless told another. Null: a blank text alone has to be told. */
export function usualForm(parts: readonly Part[]): DecodedContent["form"] | null {
  const [first] = parts;
  if (first?.kind !== "text" || parts.length > 1) return "list";
  if (first.text.trim() === "") return null;
  return isPlainText(first, dialect) && first.citations === undefined ? "string" : "list";
}
