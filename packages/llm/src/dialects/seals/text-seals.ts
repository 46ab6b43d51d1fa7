// A body that stays in its dialect, without what its vendor would refuse in it since other vendors sealed it.

import { exactInRequests, parseExactly } from "#wire/exact-json.ts";
import { findMembers } from "#wire/json-members.ts";
import { isObject } from "#wire/json.ts";
import type { PassingDialect } from "#dialects/dialect.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { writeJson } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { foreignSeal, mayHoldForeignSeals } from "./seals.ts";

/**
 * A conversation in which another vendor had a part holds its seals as well, which this one would refuse with the whole
 * request: only such a body is written anew.
 */
export function withoutForeignSeals(
  request: ParsedRequest,
  { dropForeignSeals: drop }: PassingDialect,
  notes: Notes,
): ParsedRequest {
  if (drop === undefined || !mayHoldForeignSeals(request.body)) return request;
  const fields = parseExactly(request.body.toString("utf8"), exactInRequests);
  const [kept] = isObject(fields) ? drop(fields) : [];
  if (!isObject(kept) || isDeeplyEqual(kept, fields)) return request;
  notes.add(foreignSeal);
  const body = Buffer.from(writeJson(kept, "invalid_request_error"));
  return { ...request, body, members: findMembers(body) };
}

function isDeeplyEqual(one: unknown, other: unknown): boolean {
  return writeJson([one], "invalid_request_error") === writeJson([other], "invalid_request_error");
}
