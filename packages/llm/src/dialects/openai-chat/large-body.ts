import type { Operation } from "#operations.ts";
import type { Member } from "#wire/json-members.ts";
import { parseJson } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** From this size on, finding the few fields that are read is much cheaper than parsing all messages. */
const largeBytes = 16_384;

/** Fields whose content is the vendor's business, and whose size would make parsing dear. */
const unreadFields: ReadonlySet<string> = new Set(["messages", "tools"]);

/**
 * Signs that part of the body is media (data URLs, `input_audio`, `image_url`), whose size says nothing about tokens:
 * then all must be parsed. They begin with rare characters, which is what makes the search fast.
 */
const mediaSigns = [";base64,", "_audio", '_url"'];

/**
 * The fields of a large chat request, with one message that stands for those that are not read. Null where all must be
 * parsed: a small body, other operations, media, or anything out of the ordinary.
 */
export function readFewFields(
  operation: Operation,
  body: Buffer,
  members: readonly Member[] | null,
): JsonObject | null {
  if (operation !== "chat.completions" || body.length < largeBytes || members === null) return null;
  if (mediaSigns.some((sign) => body.includes(sign))) return null;
  const fields: [string, unknown][] = [];
  for (const { key, valueStart, valueEnd } of members) {
    const value = unreadFields.has(key)
      ? readUnread(body, valueStart, valueEnd)
      : parseJson(body.toString("utf8", valueStart, valueEnd));
    if (value === undefined) return null;
    fields.push([key, value]);
  }
  // Not by assignment, to which the key `__proto__` would be more than a key.
  return Object.fromEntries(fields);
}

const standIn = [{ role: "user" }];

/** Is it a list of objects, as far as its ends show? */
function readUnread(body: Buffer, start: number, end: number): unknown {
  const beginning = body.toString("latin1", start, Math.min(end, start + 100));
  return /^\[\s*\{/.test(beginning) && body[end - 1] === 0x5d ? standIn : undefined;
}
