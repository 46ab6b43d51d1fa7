// Which proxy leads to a vendor. NO_PROXY is read as curl, Go and undici read it: names with all below them, an optional
// port, addresses, ranges of them, and `*`.

import { BlockList, isIP, isIPv6 } from "node:net";
import type { Network, ProxyServer } from "#config/config.ts";

interface Exception {
  readonly port: string | null;
  matches(host: string): boolean;
}

const usualPorts: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/** Null: directly. */
export function findProxy(network: Network, url: URL): ProxyServer | null {
  const proxy = url.protocol === "https:" ? network.httpsProxy : network.httpProxy;
  if (proxy === null) return null;
  const host = hostOf(url);
  if (!network.proxiesLoopback && isLoopback(host)) return null;
  const port = url.port === "" ? usualPorts[url.protocol] : url.port;
  const exceptions = network.noProxy.map(readException);
  const isExcepted = exceptions.some((one) => (one.port === null || one.port === port) && one.matches(host));
  return isExcepted ? null : proxy;
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1").replace(/(.)\.$/, "$1");
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

function isLoopback(host: string): boolean {
  if (isIP(host) !== 0) return loopback.check(host, familyOf(host));
  return host === "localhost" || host.endsWith(".localhost");
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}

function readException(text: string): Exception {
  const { name, port } = splitPort(text.toLowerCase());
  return { port, matches: matcherOf(name) };
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
  const range = rangeOf(name);
  if (range !== null) return (host) => isIP(host) !== 0 && range.check(host, familyOf(host));
  const isBelowOnly = name.startsWith("*.");
  const domain = name.replace(/^\*?\./, "").replace(/(.)\.$/, "$1");
  return (host) => (host === domain && !isBelowOnly) || host.endsWith(`.${domain}`);
}

/** Null where the text is no address. */
function rangeOf(text: string): BlockList | null {
  const [address = "", bits] = text.split("/");
  if (isIP(address) === 0) return null;
  const family = familyOf(address);
  const most = family === "ipv4" ? 32 : 128;
  const range = new BlockList();
  range.addSubnet(address, Math.min(/^\d+$/.test(bits ?? "") ? Number(bits) : most, most), family);
  return range;
}
