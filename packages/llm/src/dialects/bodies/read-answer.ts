// A whole answer as it passes: what it says of its usage, and whether it is one at all. Parsed once, and not as a whole
// where it is large.

import type { Usage } from "#hub.ts";
import { findMembers } from "#wire/json-members.ts";
import type { Member } from "#wire/json-members.ts";
import { parseJson } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import type { VendorError } from "#dialects/errors/vendor-error.ts";

export interface AnswerReading {
  readonly usage: Usage | null;
  /** The body is no JSON of the dialect. */
  readonly broken: boolean;
  /** The body says, whatever its status, that the vendor failed, or it lacks what makes an answer. */
  readonly failure?: VendorError | undefined;
}

/** Up to here an answer is parsed as a whole, which also proves that it is sound. */
const parseUpToBytes = 64 * 1024;

/**
 * The document, or of a large one, such as embeddings or images, its outline, unless one of the signs is in it. Undefined for
 * what is no JSON.
 */
export function readDocument(body: Buffer, signs: readonly string[] = []): unknown {
  const isLarge = body.length > parseUpToBytes && !signs.some((sign) => body.includes(sign));
  const members = isLarge ? findMembers(body) : null;
  return members === null ? parseJson(body.toString("utf8")) : outlineOf(body, members);
}

/** The members that are small; of a large one no more than its kind. */
function outlineOf(body: Buffer, members: readonly Member[]): JsonObject {
  return Object.fromEntries(members.map((member) => [member.key, valueOf(body, member)]));
}

const openBracket = 0x5b;
const openBrace = 0x7b;

function valueOf(body: Buffer, { valueStart, valueEnd }: Member): unknown {
  if (valueEnd - valueStart <= parseUpToBytes) return parseJson(body.toString("utf8", valueStart, valueEnd));
  if (body[valueStart] === openBracket) return [null];
  return body[valueStart] === openBrace ? {} : "...";
}
