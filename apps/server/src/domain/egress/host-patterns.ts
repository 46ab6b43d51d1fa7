// Hosts as operators list them, and as curl, Go and undici read `NO_PROXY`: names with all below them, an optional port,
// addresses, ranges of them, and `*`.

import { BlockList } from "node:net";
import { familyOf, isAddress } from "./address-kinds.ts";

export interface HostPattern {
  readonly port: string | null;
  /** It is an address or a range of them. */
  readonly isOfAddresses: boolean;
  matches(host: string): boolean;
}

const usualPorts: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

export function portOf({ port, protocol }: URL): string {
  return port === "" ? (usualPorts[protocol] ?? "") : port;
}

/** Without brackets, and without the dot that ends a full name. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1").replace(/(.)\.$/, "$1");
}

export function readHostPattern(text: string): HostPattern {
  const { name, port } = splitPort(text.toLowerCase());
  const range = rangeOf(name);
  if (range === null) return { port, isOfAddresses: false, matches: matcherOf(name) };
  return { port, isOfAddresses: true, matches: (host) => isAddress(host) && range.check(host, familyOf(host)) };
}

/** An address of the newer kind has colons of its own: brackets stand around it where a port follows. */
function splitPort(text: string): { readonly name: string; readonly port: string | null } {
  const [, bracketed, behind] = /^\[(.+)\](?::(\d+))?$/.exec(text) ?? [];
  if (bracketed !== undefined) return { name: bracketed, port: behind ?? null };
  const [, name, port] = /^([^:]*):(\d+)$/.exec(text) ?? [];
  return { name: name ?? text, port: port ?? null };
}

function matcherOf(name: string): (host: string) => boolean {
  if (name === "*") return () => true;
  const isBelowOnly = name.startsWith("*.");
  const domain = name.replace(/^\*?\./, "").replace(/(.)\.$/, "$1");
  return (host) => (host === domain && !isBelowOnly) || host.endsWith(`.${domain}`);
}

/** Null where the text is no address. */
function rangeOf(text: string): BlockList | null {
  const [address = "", bits] = text.split("/");
  if (!isAddress(address)) return null;
  const family = familyOf(address);
  const most = family === "ipv4" ? 32 : 128;
  const range = new BlockList();
  range.addSubnet(address, Math.min(/^\d+$/.test(bits ?? "") ? Number(bits) : most, most), family);
  return range;
}
