// What proxies say of the client they pass on: `X-Forwarded-For`, and `Forwarded` (RFC 7239).

import { isIP } from "node:net";

/** One that passed a request on, as the one behind it tells. */
export interface Hop {
  /** Null where it is hidden, or cannot be read. */
  readonly address: string | null;
  /** `http` or `https`, where that is told. */
  readonly proto: string | null;
}

/** The one spelling of an address: an IPv4 one that travels as IPv6 is one of IPv4, and a zone says nothing to others. */
export function plainAddress(text: string): string | null {
  const [unzoned = ""] = text.split("%", 1);
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(unzoned)?.[1] ?? unzoned;
  return isIP(mapped) === 0 ? null : mapped.toLowerCase();
}

/** `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711` */
function readNode(text: string): string | null {
  const inBrackets = /^\[([^\]]*)\](?::[\w.-]*)?$/.exec(text)?.[1];
  if (inBrackets !== undefined) return plainAddress(inBrackets);
  return plainAddress(/^([\d.]+):[\w.-]*$/.exec(text)?.[1] ?? text);
}

/** The client's first, the nearest last. */
export function readForwardedFor(header: string, proto: string | undefined): readonly Hop[] {
  const hops = header.split(",").map((text): Hop => ({ address: readNode(text.trim()), proto: null }));
  const last = proto?.split(",").at(-1)?.trim().toLowerCase() ?? null;
  return hops.map((hop, index) => (index === hops.length - 1 ? { ...hop, proto: last } : hop));
}

const pair = /([!#$%&'*+.^`|~\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s",;]+))/y;
const separator = /[ \t]*([,;]?)[ \t]*/y;

/** The same; null for a header that is not as the RFC has it. */
export function readForwarded(header: string): readonly Hop[] | null {
  const elements: Record<string, string>[] = [{}];
  let at = 0;
  while (at < header.length) {
    separator.lastIndex = at;
    const [skipped = "", sign] = separator.exec(header) ?? [];
    if (sign === ",") elements.push({});
    at += skipped.length;
    pair.lastIndex = at;
    const [text = "", name = "", quoted, token = ""] = pair.exec(header) ?? [];
    const element = elements.at(-1);
    if (text !== "" && element !== undefined) element[name.toLowerCase()] = quoted?.replace(/\\(.)/g, "$1") ?? token;
    if (text === "" && skipped === "") return null;
    at += text.length;
  }
  return elements.map((told) => ({
    address: readNode(told["for"] ?? ""),
    proto: told["proto"]?.toLowerCase() ?? null,
  }));
}
