// A conversation that is kept: what of a request is new, what of an answer belongs to it, and a request with what was said before. Called by
// whoever keeps conversations. Texts of messages are never written anew within their dialect, so that what a vendor sealed stays as it was.

import { GhostError } from "@ghostllm/contract";
import type { Dialect } from "#dialects/dialect.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { passageBetween } from "./passage-between.ts";
import { findElements, findMembers, type Member } from "#wire/json-members.ts";
import { isObject, parseJson } from "#wire/json.ts";

/** The messages of a request, each as its text. Throws GhostError `invalid_request_error` where they are none. */
export function messagesIn({ client: { conversation } }: Dialect, body: Buffer): readonly string[] {
  const { member, fromText } = conversation;
  const place = placeOf(body, member);
  const elements = place === null ? null : findElements(body, place.valueStart);
  if (elements !== null) return elements.map(({ start, end }) => body.toString("utf8", start, end));
  const value = place === null ? undefined : parseJson(body.toString("utf8", place.valueStart, place.valueEnd));
  if (typeof value === "string" && fromText !== undefined) return [JSON.stringify(fromText(value))];
  const message = `Invalid '${member}': a request of a session has a list of messages there, once.`;
  throw new GhostError("invalid_request_error", message, { param: member });
}

/** Those behind the last one of the model. */
export function behindLastSaid({ client: { conversation } }: Dialect, messages: readonly string[]): readonly string[] {
  const isSaid = (text: string): boolean => {
    const message = parseJson(text);
    return isObject(message) && conversation.isSaid(message);
  };
  return messages.slice(messages.findLastIndex(isSaid) + 1);
}

/** The request, which has messages, with others in place of them. */
export function withMessages({ client: { conversation } }: Dialect, body: Buffer, messages: readonly string[]): Buffer {
  const place = placeOf(body, conversation.member);
  if (place === null) throw new TypeError("a request of a session has messages");
  const list = Buffer.from(`[${messages.join(",")}]`);
  return Buffer.concat([body.subarray(0, place.valueStart), list, body.subarray(place.valueEnd)]);
}

function placeOf(body: Buffer, key: string): Member | null {
  return findMembers(body)?.find((member) => member.key === key) ?? null;
}

/** An answer as its client was told it. */
export interface ToldAnswer {
  readonly body: Buffer;
  readonly contentType: string;
  /** It came to its end, and all of it is in `body`. */
  readonly isWhole: boolean;
}

/** What the model said, as messages of the next request. Of what was cut off its text alone: a thought or a call may lack its end. */
export function saidIn(dialect: Dialect, told: ToldAnswer, request: ParsedRequest): readonly string[] {
  const { conversation } = dialect.client;
  const whole = told.isWhole ? wholeOf(dialect, told, request) : null;
  const said = whole === null ? [] : conversation.said(whole);
  if (said.length > 0) return said;
  const isStream = isStreamed(dialect, told);
  const text = dialect.upstream.readText(eventsOf(dialect, told).toString("utf8"), isStream);
  return text === "" ? [] : [JSON.stringify(conversation.fromSaidText(text))];
}

/** As one document; null where the stream has none. */
function wholeOf(dialect: Dialect, told: ToldAnswer, request: ParsedRequest): Buffer | null {
  if (!isStreamed(dialect, told)) return told.body;
  const passage = passageBetween(dialect, dialect, request.operation);
  const asked = { ...request, stream: false };
  const reading = passage.readStreamed(eventsOf(dialect, told), asked, dialect.upstream.streamContentType);
  return reading.isBroken || reading.failure !== undefined ? null : reading.body;
}

export function isStreamed({ client, upstream }: Dialect, { body, contentType }: ToldAnswer): boolean {
  if (contentType.toLowerCase().startsWith(upstream.streamContentType)) return true;
  return client.conversation.asEvents !== undefined && body[0] === openBracket;
}

const openBracket = 0x5b;

export function eventsOf({ client, upstream }: Dialect, { body, contentType }: ToldAnswer): Buffer {
  const { asEvents } = client.conversation;
  const isOther = asEvents !== undefined && !contentType.toLowerCase().startsWith(upstream.streamContentType);
  return isOther && body[0] === openBracket ? asEvents(body) : body;
}
