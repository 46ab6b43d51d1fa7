// The blocks of a message as the dialect writes them: a table of one small function per kind of part.

import { noteOpaque, ownFields, present, spellingOf } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { isString } from "#dialects/fields/field-reader.ts";
import { writeSeal } from "#dialects/seals/seals.ts";
import type { MediaPart, Opaque, Part, ReasoningPart, TextPart, ToolResultPart } from "#hub.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeCacheMark } from "#dialects/anthropic-messages/cache-mark.ts";
import { encodeCitation } from "#dialects/anthropic-messages/citations.ts";
import { encodeSource } from "#dialects/anthropic-messages/media.ts";
import { dialect } from "#dialects/anthropic-messages/name.ts";
import { encodeToolUse, writeId } from "#dialects/anthropic-messages/tool-calls.ts";

type Encoders = {
  readonly [Kind in Part["kind"]]: (part: Extract<Part, { readonly kind: Kind }>, notes: Notes) => unknown;
};

const encoders: Encoders = {
  text: encodeText,
  image: encodeMedia,
  document: encodeMedia,
  audio: encodeMedia,
  reasoning: encodeReasoning,
  refusal: ({ text, extras }, notes) => encodeText({ kind: "text", text, ...(extras && { extras }) }, notes),
  tool_call: encodeToolUse,
  tool_result: encodeToolResult,
  opaque: encodeOpaque,
};

/** Undefined for what has no place here, which is noted, and for texts without a letter, which the vendor refuses. */
export function encodePart<Kind extends Part["kind"]>(
  part: Extract<Part, { readonly kind: Kind }>,
  notes: Notes,
): unknown {
  return encoders[part.kind](part, notes);
}

export function encodeParts(parts: readonly Part[], notes: Notes): readonly unknown[] {
  return parts.map((part) => encodePart(part, notes)).filter((block) => block !== undefined);
}

/** A content of one plain text is a string. */
export function writeContent(blocks: readonly unknown[], form: unknown): unknown {
  const [first] = blocks;
  if (form === "list" || blocks.length > 1 || !isObject(first)) return form === "string" ? "" : blocks;
  const isPlain = first["type"] === "text" && isString(first["text"]) && Object.keys(first).length === 2;
  return isPlain ? first["text"] : blocks;
}

function encodeText(part: TextPart, notes: Notes): JsonObject | undefined {
  const { text, cache, extras } = part;
  const { text: form, citations: none } = spellingOf(extras, dialect);
  if (text.trim() === "" && form !== "blank") return undefined;
  return {
    ...ownFields(extras, dialect, notes),
    type: "text",
    text,
    ...present({ citations: encodeCitations(part, notes) ?? none }),
    ...encodeCacheMark(cache, notes),
  };
}

/** A source can be named again only with the vendor's own mark of it. */
function encodeCitations({ citations = [] }: TextPart, notes: Notes): readonly JsonObject[] | undefined {
  const own = citations.filter(({ extras }) => extras?.dialect === dialect);
  if (own.length < citations.length) notes.add("citations");
  return own.length === 0 ? undefined : own.map(encodeCitation);
}

function encodeMedia(part: MediaPart, notes: Notes): JsonObject | undefined {
  const source = encodeSource(part, notes);
  if (source === undefined) return undefined;
  if (part.detail !== undefined && part.detail !== "auto") notes.add("detail");
  const isTitled = part.kind === "document" && part.fileName !== undefined;
  return {
    ...ownFields(part.extras, dialect, notes),
    type: part.kind,
    source,
    ...(isTitled && { title: part.fileName }),
    ...encodeCacheMark(part.cache, notes),
  };
}

/** The vendor takes thoughts with its own seal only. */
function encodeReasoning({ text, signature, encrypted, extras }: ReasoningPart, notes: Notes): JsonObject | undefined {
  const { thinking, signature: written } = spellingOf(extras, dialect);
  const fields = ownFields(extras, dialect, notes);
  if (encrypted !== undefined) return { ...fields, type: "redacted_thinking", data: writeSeal(encrypted, dialect) };
  if (signature !== undefined || thinking === "unsigned") {
    const seal = signature === undefined ? written : writeSeal(signature, dialect);
    return { ...fields, type: "thinking", thinking: text, ...present({ signature: seal }) };
  }
  notes.add("reasoning");
  return undefined;
}

function encodeToolResult(part: ToolResultPart, notes: Notes): JsonObject {
  const { callId, content, isError, cache, extras } = part;
  const form = spellingOf(extras, dialect)["content"];
  const blocks = encodeParts(content, notes);
  const isAbsent = blocks.length === 0 && form === undefined;
  return {
    ...ownFields(extras, dialect, notes),
    type: "tool_result",
    tool_use_id: writeId(callId, part),
    ...(!isAbsent && form !== "absent" && { content: writeContent(blocks, form) }),
    ...present({ is_error: isError }),
    ...encodeCacheMark(cache, notes),
  };
}

function encodeOpaque({ value, dialect: owner }: Opaque, notes: Notes): unknown {
  if (owner === dialect) return value;
  noteOpaque(value, owner, notes);
  return undefined;
}

export function isToolResult(block: unknown): boolean {
  return memberOf(block, "type") === "tool_result";
}
