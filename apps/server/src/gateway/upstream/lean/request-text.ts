import type { Dispatch } from "#gateway/upstream/transport.ts";

/** The client's own to say. */
const ownHeaders: ReadonlySet<string> = new Set([
  ...["host", "connection", "keep-alive", "content-length", "transfer-encoding"],
  ...["expect", "upgrade", "te", "trailer", "proxy-connection"],
]);
const nameText = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const valueText = /^[\t\x20-\x7e\x80-\xff]*$/;
const pathText = /^[\x21-\x7e]+$/;

/** The head of a request, in latin1. Throws where it holds what would not stay in its place. */
export function headOf({ method, path, headers }: Dispatch, host: string, bodyBytes: number): string {
  if (!pathText.test(path)) throw new TypeError("the path holds what a path cannot");
  let text = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`;
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || ownHeaders.has(name)) continue;
    if (!nameText.test(name) || !valueText.test(value))
      throw new TypeError(`the header ${name} holds what a header cannot`);
    text += `${name}: ${value}\r\n`;
  }
  return bodyBytes > 0 || method !== "GET" ? `${text}content-length: ${bodyBytes}\r\n\r\n` : `${text}\r\n`;
}
