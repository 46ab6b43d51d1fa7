// `routing` of a request, taken out of it in the text: no vendor sees it. Called where requests are read, on the event loop and off it.

import { GhostError } from "@ghostllm/contract";
import { boundaryOf, crossesAs, eachField, findMembers, leaveOutMember, memberNames } from "@ghostllm/llm";
import type { Operation, ParsedRequest } from "@ghostllm/llm";
import { readRouting, routingField, routingHeader } from "./routing.ts";
import type { Routing } from "./routing.ts";

export interface WithoutRouting {
  readonly routing: Routing;
  /** What is left. */
  readonly body: Buffer;
}

type SaidOf = Pick<ParsedRequest, "body" | "members" | "form" | "operation">;

/** Null, as for almost all: there is none. Throws GhostError `invalid_request_error`. */
export function takeRouting(request: SaidOf): WithoutRouting | null {
  const { body, members, form, operation } = request;
  if (form !== undefined) return refuseInForm(body, form.contentType, operation);
  if (members === null) return takeFromUnclear(request);
  const member = members.find(({ key }) => key === routingField);
  if (member === undefined) return null;
  checkReadsRouting(operation, routingField);
  const text = body.toString("utf8", member.valueStart, member.valueEnd);
  return { routing: readRouting(parse(text, routingField), routingField), body: leaveOutMember(body, members, member) };
}

/** A place in the text that is in doubt is not edited. */
function takeFromUnclear(request: SaidOf): WithoutRouting | null {
  const { body } = request;
  if (!body.includes(routingField) && !body.includes("\\u")) return null;
  const members = findMembers(body);
  if (members !== null) return takeRouting({ ...request, members });
  if (memberNames(body)?.includes(routingField) !== true) return null;
  const message = `A request with '${routingField}' must have each of its fields once, and their names without escapes.`;
  throw new GhostError("invalid_request_error", message, { param: routingField });
}

function refuseInForm(body: Buffer, contentType: string, operation: Operation): null {
  if (!body.includes(`"${routingField}"`)) return null;
  const boundary = boundaryOf(contentType);
  const fields = boundary === null ? null : eachField(body, boundary);
  if (fields?.some(({ name }) => name === routingField) === true) throw notRead(operation, routingField);
  return null;
}

/** By who cannot change the body. Throws GhostError `invalid_request_error`; `given`: whether the body has said it. */
export function routingOfHeader(header: string, operation: Operation, given: Routing | null): Routing {
  checkReadsRouting(operation, routingHeader);
  if (given !== null) {
    const message = `Say '${routingField}' in the body or in the header '${routingHeader}', not in both.`;
    throw new GhostError("invalid_request_error", message, { param: routingHeader });
  }
  return readRouting(parse(header, routingHeader), routingHeader);
}

/** Chats and embeddings, in whichever dialect; and counts of tokens, which are of chats. */
function checkReadsRouting(operation: Operation, param: string): void {
  if (crossesAs(operation) === null && operation !== "count_tokens") throw notRead(operation, param);
}

function notRead(operation: Operation, param: string): GhostError {
  const message = `'${param}' is for chats and embeddings: ${operation} does not read it.`;
  return new GhostError("invalid_request_error", message, { param });
}

function parse(text: string, param: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new GhostError("invalid_request_error", `Invalid '${param}': expected an object of JSON.`, { param });
  }
}
