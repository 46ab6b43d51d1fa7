import { readPlainHead } from "#gateway/http/plain/plain-head.ts";
import { readRequestWithLlhttp } from "./read-request-with-llhttp.ts";

/** How our own server takes a plain request that Node's parser takes otherwise; null where it does not, or is not plain. */
export function compareRequests(bytes: Buffer): string | null {
  const head = readPlainHead(bytes);
  if (head === null) return null;
  const node = readRequestWithLlhttp(bytes);
  if (node.isRefused || node.method === null) return "Node does not take it";
  const { method, url, headers, headBytes, bodyBytes } = head;
  if (node.method !== method || node.url !== url)
    return `it is ${method} ${url}, and for Node ${node.method} ${node.url}`;
  const difference = differenceOf(headers, node.headers);
  if (difference !== null) return difference;
  if (node.isUpgrade || !node.keepsAlive) return "Node would not keep its connection";
  const body = bytes.toString("latin1", headBytes, headBytes + bodyBytes);
  if (node.body !== body) return `its body is ${body.length} bytes, and for Node ${node.body.length}`;
  const isWhole = bytes.length >= headBytes + bodyBytes;
  return node.isWhole === isWhole ? null : `it is ${isWhole ? "whole" : "open"}, and for Node it is not`;
}

function differenceOf(ours: Readonly<Record<string, unknown>>, theirs: readonly string[]): string | null {
  if (Object.keys(ours).length * 2 !== theirs.length) return "Node counts other headers";
  for (let at = 0; at < theirs.length; at += 2) {
    const name = theirs[at]?.toLowerCase() ?? "";
    if (!Object.hasOwn(ours, name) || ours[name] !== theirs[at + 1]) return `the header ${name} is another for Node`;
  }
  return null;
}
