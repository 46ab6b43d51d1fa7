// A request that stays in its dialect, made such that its target takes it: what would be refused is changed in the text,
// and nothing else. Only a text that may hold such a thing is parsed at all.

import { mendSurrogates } from "./surrogates.ts";
import { needsOf } from "./needs.ts";
import type { Needs } from "./vendor-needs.ts";
import { findMembers } from "#wire/json-members.ts";
import { spliceChanges } from "#wire/json-splice.ts";
import { isObject, parseJson } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import type { Operation } from "#operations.ts";
import type { ParsedRequest, RequestEdits } from "#dialects/parsed-request.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { GhostError } from "@ghostllm/contract";

export interface RequestFitting {
  /** May there be something to change? Cheap, and right where it says no. */
  readonly mayNeed: (request: ParsedRequest, needs: Needs) => boolean;
  /** The same object where there is nothing. */
  readonly fit: (fields: JsonObject, needs: Needs, notes: Notes) => JsonObject;
}

/** Of a dialect whose vendors take what they do not understand. */
export const noFitting: RequestFitting = { mayNeed: () => false, fit: (fields) => fields };

const fitted: ReadonlySet<Operation> = new Set(["chat.completions", "count_tokens"]);

export function fitText(
  request: ParsedRequest,
  { mayNeed, fit }: RequestFitting,
  { model, quirks }: RequestEdits,
  notes: Notes,
): ParsedRequest {
  if (!fitted.has(request.operation)) return request;
  const needs = needsOf(quirks, model);
  if (!mayNeed(request, needs)) return request;
  const fields = parseJson(request.body.toString("utf8"));
  if (!isObject(fields)) return request;
  const after = fit(fields, needs, notes);
  if (after === fields) return request;
  const body = splice(request.body, fields, after);
  return { ...request, body, members: findMembers(body) };
}

/** A body of JSON that every parser takes. */
export function withWholePairs(request: ParsedRequest, notes: Notes): ParsedRequest {
  if (request.form !== undefined) return request;
  const body = mendSurrogates(request.body);
  if (body === request.body) return request;
  notes.add("half of a surrogate pair");
  return { ...request, body };
}

/** The parser takes any depth, the writer does not. */
function splice(body: Buffer, before: JsonObject, after: JsonObject): Buffer {
  try {
    return spliceChanges(body, before, after);
  } catch (error) {
    throw new GhostError("invalid_request_error", "The JSON is nested too deeply.", { cause: error });
  }
}
