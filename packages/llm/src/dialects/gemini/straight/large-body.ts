import { mostFields } from "#dialects/fields/few-fields.ts";
import type { Member } from "#wire/json-members.ts";
import { parseJson } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** From this size on, finding the few fields that are read is much cheaper than parsing all contents. */
const largeBytes = 16_384;

/** Fields whose content is the vendor's business, and whose size would make parsing dear. */
const standIns: Readonly<Record<string, readonly JsonObject[]>> = { contents: [{}], tools: [{}] };

/** Media have one of these: their size says nothing about tokens, so that all must be parsed. */
const mediaSigns = ['"mimeType"', '"mime_type"', '"fileData"', '"file_data"'];

/**
 * The fields of a large request, with one content that stands for those that are not read. Null where all must be
 * parsed: a small body, media, or anything out of the ordinary.
 */
export function readFewFields(body: Buffer, members: readonly Member[] | null): JsonObject | null {
  if (body.length < largeBytes || members === null || members.length > mostFields) return null;
  if (mediaSigns.some((sign) => body.includes(sign))) return null;
  const fields: [string, unknown][] = [];
  for (const { key, valueStart, valueEnd } of members) {
    const standIn = Object.hasOwn(standIns, key) ? standIns[key] : undefined;
    const value =
      standIn === undefined
        ? parseJson(body.toString("utf8", valueStart, valueEnd))
        : readUnread(body, valueStart, valueEnd, standIn);
    if (value === undefined) return null;
    fields.push([key, value]);
  }
  // Not by assignment, to which the key `__proto__` would be more than a key.
  return Object.fromEntries(fields);
}

/** Is it a list of objects, as far as its ends show? */
function readUnread(body: Buffer, start: number, end: number, standIn: readonly JsonObject[]): unknown {
  const beginning = body.toString("latin1", start, Math.min(end, start + 100));
  return /^\[\s*\{/.test(beginning) && body[end - 1] === 0x5d ? standIn : undefined;
}
