// What a request says of its session, in fields of ours: they are taken out of its text before anybody else reads it.

import { GhostError } from "@ghostllm/contract";
import { dropMembers, findMembers, memberNames } from "@ghostllm/llm";
import type { Operation, ParsedRequest } from "@ghostllm/llm";
import type { Exchange } from "#gateway/http/exchange.ts";

export const sessionHeader = "x-ghostllm-session-id";
const [idField, continueField] = ["session_id", "continue_session"] as const;

export interface SessionWish {
  /** Null: a new one. */
  readonly id: string | null;
  readonly continues: boolean;
  /** The request without these fields. */
  readonly body: Buffer;
}

type SaidOf = Pick<ParsedRequest, "body" | "members" | "form" | "operation">;

/** False, as for almost all: it says nothing of one. Clients that count have the header of their chats with everything that they send. */
export function namesSession(exchange: Pick<Exchange, "header">, request: SaidOf): boolean {
  const { body, members, form, operation } = request;
  if (exchange.header(sessionHeader) !== undefined && operation !== "count_tokens") return true;
  // Where a field is there twice, or its name has escapes, nobody has listed them.
  if (members === null) return form === undefined && (memberNames(body) ?? []).some(isOwn);
  return members.some(({ key }) => isOwn(key));
}

function isOwn(name: string): boolean {
  return name === idField || name === continueField;
}

/** What is no chat can be of no session. Throws as below. */
export function refuseSession(exchange: Pick<Exchange, "header">, request: SaidOf): void {
  if (namesSession(exchange, request)) throw notOfSessions(request.operation);
}

export function notOfSessions(operation: Operation): GhostError {
  const message = `'${idField}', '${continueField}' and the header '${sessionHeader}' are for chats: ${operation} has no sessions.`;
  return new GhostError("invalid_request_error", message, { param: idField });
}

/** Throws GhostError `invalid_request_error`. */
export function readSessionWish(exchange: Pick<Exchange, "header">, body: Buffer): SessionWish {
  const named = exchange.header(sessionHeader);
  const members = findMembers(body);
  if (members === null)
    throw fault("a request that names a session has each of its fields once, and their names without escapes", idField);
  const own = members.filter(({ key }) => isOwn(key));
  const valueOf = (key: string): unknown => {
    const member = own.find((one) => one.key === key);
    if (member === undefined) return undefined;
    try {
      return JSON.parse(body.toString("utf8", member.valueStart, member.valueEnd));
    } catch {
      throw fault("it is not valid JSON", key);
    }
  };
  const id = valueOf(idField) ?? named;
  const continues = valueOf(continueField) ?? false;
  if (typeof continues !== "boolean") throw fault("expected true or false", continueField);
  if (id === undefined) throw fault(`it needs '${idField}'`, continueField);
  if (typeof id !== "string" || !/^(?:new|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.test(id))
    throw fault(`expected "new", or the id of a session`, idField);
  const rest = own.length === 0 ? body : dropMembers(body, members, [idField, continueField]);
  return { id: id === "new" ? null : id, continues, body: rest };
}

function fault(why: string, param: string): GhostError {
  return new GhostError("invalid_request_error", `Invalid '${param}': ${why}.`, { param });
}
