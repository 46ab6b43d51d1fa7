import type { Operation } from "#hub.ts";
import type { Member } from "#wire/json-members.ts";
import { parseJson } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** From this length on, finding the few fields that are read is much cheaper than parsing all messages. */
const largeLength = 16_384;

/** Fields whose content is the vendor's business, and whose size would make parsing dear. */
const unreadFields: ReadonlySet<string> = new Set(["messages", "tools"]);

/** A sign that part of the body is media in base64, whose size says nothing about tokens: then all must be parsed. */
const mediaSigns = [";base64,", '"input_audio"', '"file_data"'];

/**
 * The fields of a large chat request, with one message that stands for those that are not read. Null where all must be
 * parsed: a small body, other operations, media, or anything out of the ordinary.
 */
export function readFewFields(
  operation: Operation,
  text: string,
  members: readonly Member[] | null,
): JsonObject | null {
  if (operation !== "chat.completions" || text.length < largeLength || members === null) return null;
  if (mediaSigns.some((sign) => text.includes(sign))) return null;
  const fields: Record<string, unknown> = {};
  for (const { key, valueStart, valueEnd } of members) {
    const value = unreadFields.has(key)
      ? readUnread(text, valueStart, valueEnd)
      : parseJson(text.slice(valueStart, valueEnd));
    if (value === undefined) return null;
    fields[key] = value;
  }
  return fields;
}

const standIn = [{ role: "user" }];

/** Is it a list of objects, as far as its ends show? */
function readUnread(text: string, start: number, end: number): unknown {
  const isList = text[start] === "[" && text[end - 1] === "]";
  const inner = text.slice(start + 1, Math.min(end - 1, start + 200)).trimStart();
  return isList && inner.startsWith("{") ? standIn : undefined;
}
