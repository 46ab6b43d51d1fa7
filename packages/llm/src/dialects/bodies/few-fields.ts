// Large requests, of which the gateway reads a few fields only: what a conversation says is the vendor's business.

import type { Member } from "#wire/json-members.ts";
import { parseJson } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** From this size on, finding the few fields that are read is much cheaper than parsing all messages. */
const largeBytes = 16_384;

/** Of more fields than any dialect has, each by itself is dearer than all at once. */
const mostFields = 1_000;

export interface FewFieldsRules {
  /** Lists whose size would make parsing dear, each with the list that stands for it. */
  readonly standIns: Readonly<Record<string, readonly JsonObject[]>>;
  /** Signs of media, whose size says nothing about tokens: then all must be parsed. Rare first characters are found fast. */
  readonly mediaSigns: readonly string[];
}

/**
 * The fields of a large request, with stand-ins for what is not read. Null where all must be parsed: a small body, media,
 * or anything out of the ordinary.
 */
export function readFewFields(
  body: Buffer,
  members: readonly Member[] | null,
  { standIns, mediaSigns }: FewFieldsRules,
): JsonObject | null {
  if (
    body.length < largeBytes ||
    members === null ||
    members.length > mostFields ||
    mediaSigns.some((sign) => body.includes(sign))
  )
    return null;
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
