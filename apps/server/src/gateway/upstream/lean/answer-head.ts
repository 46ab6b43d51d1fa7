// The head of an answer: read by RFC 9112 as it is written, and no more generously.

import { trimmed } from "#edge/header-text.ts";
import type { AnswerHeaders } from "#gateway/upstream/upstream.ts";
import { AnswerFault } from "./answer-fault.ts";

export interface AnswerHead {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: AnswerHeaders;
  readonly keepsAlive: boolean;
  /** Ms that the vendor keeps an idle connection open, where it says so. */
  readonly keepAliveMs: number | null;
}

/** Where the body ends. */
export type Framing =
  | { readonly kind: "counted"; readonly bytes: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "until close" };

const value = String.raw`[\t\x20-\x7e\x80-\xff]*`;
const line = String.raw`[!#$%&'*+.^_\x60|~0-9A-Za-z-]+:${value}\r\n`;
const headText = new RegExp(String.raw`^HTTP/1\.[01] [1-9]\d\d(?: ${value})?\r\n(?:${line})*\r\n$`);
const lineText = new RegExp(`^${line}$`);
const mostHeaders = 256;

/** Up to and with its empty line. Throws AnswerFault. */
export function readHead(text: string): { readonly head: AnswerHead; readonly framing: Framing } {
  if (!headText.test(text)) throw new AnswerFault("its head is not HTTP/1.1");
  const headers = readHeaders(text, text.indexOf("\r\n") + 2);
  const connection = headers["connection"];
  const isOld = text.charCodeAt(7) === 48;
  const keepsAlive = !lists(connection, "close") && (!isOld || lists(connection, "keep-alive"));
  const status = Number(text.slice(9, 12));
  const keepAliveMs = readKeepAlive(headers["keep-alive"]);
  return { head: { status, headers, keepsAlive, keepAliveMs }, framing: framingOf(headers, isOld) };
}

/** Whether what follows the head is its body, though the status has none: then nobody knows where the next answer begins. */
export function claimsBody(framing: Framing): boolean {
  return framing.kind === "chunked" || (framing.kind === "counted" && framing.bytes > 0);
}

const framingName = /^(?:content-length|transfer-encoding):/i;

/** Throws AnswerFault. */
export function readTrailer(text: string): void {
  if (!lineText.test(text) || framingName.test(text)) throw new AnswerFault("its trailers cannot be read");
}

function readHeaders(text: string, start: number): AnswerHeaders {
  const headers: Record<string, string | string[]> = Object.create(null);
  let count = 0;
  for (let at = start; at < text.length - 2;) {
    const colon = text.indexOf(":", at);
    const end = text.indexOf("\r\n", colon);
    add(headers, text.slice(at, colon).toLowerCase(), trimmed(text, colon + 1, end));
    at = end + 2;
    count += 1;
    if (count > mostHeaders) throw new AnswerFault("it has too many headers");
  }
  return headers;
}

function add(headers: Record<string, string | string[]>, name: string, text: string): void {
  const before = headers[name];
  if (before === undefined) headers[name] = text;
  else if (typeof before === "string") headers[name] = [before, text];
  else before.push(text);
}

type Header = AnswerHeaders[string];

function framingOf(headers: AnswerHeaders, isOld: boolean): Framing {
  const coding = headers["transfer-encoding"];
  const length = headers["content-length"];
  if (coding === undefined) return length === undefined ? { kind: "until close" } : countedBy(length);
  if (isOld) throw new AnswerFault("HTTP/1.0 has no transfer codings");
  if (length !== undefined) throw new AnswerFault("it tells two lengths");
  if (typeof coding !== "string" || coding.toLowerCase() !== "chunked") {
    throw new AnswerFault("its transfer coding is not `chunked`");
  }
  return { kind: "chunked" };
}

const countText = /^\d{1,15}$/;

function countedBy(length: Header): Framing {
  if (typeof length !== "string" || !countText.test(length)) throw new AnswerFault("its length is no number");
  return { kind: "counted", bytes: Number(length) };
}

function lists(header: Header, word: string): boolean {
  if (header === undefined) return false;
  const text = typeof header === "string" ? header : header.join(",");
  return text.split(",").some((each) => each.trim().toLowerCase() === word);
}

const keepAliveTimeout = /(?:^|[,;\s])timeout\s*=\s*(\d{1,6})/i;

function readKeepAlive(header: Header): number | null {
  const seconds = typeof header === "string" ? keepAliveTimeout.exec(header)?.[1] : undefined;
  return seconds === undefined ? null : Number(seconds) * 1000;
}
