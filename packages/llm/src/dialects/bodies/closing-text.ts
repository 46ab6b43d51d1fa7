// The text with which a request ends: what its user says last, and where in the body that stands. For whoever compares it by what it means, and
// all else byte for byte.

import { isObject, parseJson } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { elementsOf, spanAt } from "./span.ts";

export interface ClosingForm {
  /** The member of a request that is the list of its messages, or the text alone. */
  readonly member: string;
  /** The member of a message that is its text, or the list of its parts. */
  readonly content: "content" | "parts";
  /** The role of who asks may be left out. */
  readonly asksUnnamed?: true;
  /** Of a part, where it is a text; the text is its `text`. */
  readonly textType?: string;
}

export interface ClosingText {
  readonly text: string;
  /** Of the body: the string with its quotation marks. */
  readonly start: number;
  readonly end: number;
}

/** Of a chat. Null where the last one to speak is not its user, or says more than one text. */
export function closingTextOf(request: ParsedRequest, form: ClosingForm): ClosingText | null {
  const { body, members } = request;
  if (members === null || request.form !== undefined) return null;
  // The other operation of Ollama's chats.
  const name = request.operation === "generate" ? "prompt" : form.member;
  const said = spanAt(body, [name]);
  if (said === null) return null;
  if (isString(said)) return toClosing(body, said);
  const last = elementsOf(said)?.at(-1);
  return last === undefined ? null : closingOf(body, last, form);
}

function closingOf(body: Buffer, message: Buffer, form: ClosingForm): ClosingText | null {
  const { role, type } = toObject(message) ?? {};
  if (role !== "user" && !(role === undefined && form.asksUnnamed === true)) return null;
  if (type !== undefined && type !== "message") return null;
  const content = spanAt(message, [form.content]);
  if (content === null) return null;
  if (isString(content)) return toClosing(body, content);
  const texts = (elementsOf(content) ?? []).filter((part) => isText(toObject(part), form));
  const [only] = texts;
  const text = texts.length === 1 && only !== undefined ? spanAt(only, ["text"]) : null;
  return text === null ? null : toClosing(body, text);
}

function isText(part: JsonObject | null, { textType }: ClosingForm): boolean {
  return part !== null && (textType === undefined ? typeof part["text"] === "string" : part["type"] === textType);
}

const isString = (json: Buffer): boolean => json[0] === 0x22;

function toObject(json: Buffer): JsonObject | null {
  const value = parseJson(json.toString("utf8"));
  return isObject(value) ? value : null;
}

function toClosing(body: Buffer, span: Buffer): ClosingText | null {
  const text = parseJson(span.toString("utf8"));
  if (typeof text !== "string") return null;
  const start = span.byteOffset - body.byteOffset;
  return { text, start, end: start + span.length };
}
