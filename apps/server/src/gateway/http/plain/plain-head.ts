// The head of a plain request: a GET or POST of HTTP/1.1 as ordinary clients write it. Called by plain-connection.ts.
// Invariant: what Node's parser would refuse, or read in another way, is not plain; whoever is in doubt says so.

import { trimmed } from "#edge/header-text.ts";
import type { IncomingHttpHeaders } from "node:http";

export interface PlainHead {
  readonly method: "GET" | "POST";
  readonly url: string;
  /** Names in lower case; each is there once. */
  readonly headers: IncomingHttpHeaders;
  readonly headBytes: number;
  readonly bodyBytes: number;
}

/** Longer ones are for whoever counts what a head takes. */
const mostHeadBytes = 8 * 1024;
const mostHeaders = 64;

const name = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const value = String.raw`[\t\x20-\x7e\x80-\xff]*`;
const path = String.raw`/[!$&'()*+,\-./0-9:;=?@A-Z_a-z~%]*`;
const headText = new RegExp(String.raw`^(?:GET|POST) ${path} HTTP/1\.1\r\n(?:${name}:${value}\r\n)+\r\n$`);
const countText = /^\d{1,15}$/;

/** They change where a body ends, whose connection it is, or what is to happen before it is read. */
const notPlain: ReadonlySet<string> = new Set([
  ...["transfer-encoding", "expect", "upgrade", "trailer", "te", "proxy-connection", "http2-settings"],
  // Node has a list of them, and no member of the other name.
  ...["set-cookie", "__proto__"],
]);

/** Null where it is not plain, or not all there: both are for Node's parser. */
export function readPlainHead(bytes: Buffer): PlainHead | null {
  const received = bytes.toString("latin1", 0, mostHeadBytes);
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const headBytes = end + 4;
  const text = received.length === headBytes ? received : received.slice(0, headBytes);
  if (!headText.test(text)) return null;
  const method = text.charCodeAt(0) === letterG ? "GET" : "POST";
  const urlStart = method.length + 1;
  const urlEnd = text.indexOf(" ", urlStart);
  const headers = readHeaders(text, urlEnd + " HTTP/1.1\r\n".length);
  const bodyBytes = headers === null ? null : lengthOf(headers, method);
  if (headers === null || bodyBytes === null || !isPlain(headers)) return null;
  return { method, url: text.slice(urlStart, urlEnd), headers, headBytes, bodyBytes };
}

const letterG = 71;

/** Null where one is there twice. */
function readHeaders(text: string, start: number): IncomingHttpHeaders | null {
  const headers: IncomingHttpHeaders = {};
  let count = 0;
  for (let at = start; at < text.length - 2;) {
    const colon = text.indexOf(":", at);
    const end = text.indexOf("\r\n", colon);
    const key = text.slice(at, colon).toLowerCase();
    count += 1;
    if (count > mostHeaders || notPlain.has(key) || Object.hasOwn(headers, key)) return null;
    headers[key] = trimmed(text, colon + 1, end);
    at = end + 2;
  }
  return headers;
}

function lengthOf({ "content-length": length }: IncomingHttpHeaders, method: PlainHead["method"]): number | null {
  if (length === undefined) return 0;
  if (!countText.test(length) || (method === "GET" && length !== "0")) return null;
  return Number(length);
}

function isPlain({ host, connection }: IncomingHttpHeaders): boolean {
  if (host === undefined || host === "") return false;
  return connection === undefined || connection === "keep-alive" || connection.toLowerCase() === "keep-alive";
}
