// The PROXY protocol, versions 1 and 2: what a load balancer says of its client before the first byte of the connection.
// https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt

import { isIP } from "node:net";
import type { Socket } from "node:net";
import { plainAddress } from "./forwarded.ts";

export interface ProxyHeader {
  /** Null where the connection is the balancer's own, or of a kind that has no such address. */
  readonly address: string | null;
  /** Bytes of the header itself. */
  readonly length: number;
}

const signature = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");
const firstLine = Buffer.from("PROXY ");
const longestLine = 107;
const prefixBytes = 16;
/** The addresses and some further fields; the protocol would allow 64 KiB. */
const longestRest = 2_048;
const patienceMs = 10_000;

/** What the bytes so far begin with: `more` while that is not all there, null for what is no header. */
export function parseProxyHeader(bytes: Buffer): ProxyHeader | "more" | null {
  if (beginsAs(bytes, signature)) return bytes.length < prefixBytes ? "more" : parseBinary(bytes);
  return beginsAs(bytes, firstLine) ? parseLine(bytes) : null;
}

function beginsAs(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length);
  return bytes.subarray(0, length).equals(start.subarray(0, length));
}

function parseLine(bytes: Buffer): ProxyHeader | "more" | null {
  const end = bytes.subarray(0, longestLine).indexOf("\r\n");
  if (end < 0) return bytes.length < longestLine ? "more" : null;
  const [, protocol = "", source = "", , ...ports] = bytes.toString("latin1", 0, end).split(" ");
  const length = end + 2;
  if (protocol === "UNKNOWN") return { address: null, length };
  const family = { TCP4: 4, TCP6: 6 }[protocol];
  const arePorts = ports.length === 2 && ports.every((port) => /^\d{1,5}$/.test(port));
  return family !== undefined && isIP(source) === family && arePorts ? { address: plainAddress(source), length } : null;
}

const addressBytes: Readonly<Record<number, number>> = { 0x11: 4, 0x21: 16 };

function parseBinary(bytes: Buffer): ProxyHeader | "more" | null {
  const [versionAndCommand = 0, family = 0] = bytes.subarray(12, 14);
  const rest = bytes.readUInt16BE(14);
  const length = prefixBytes + rest;
  if (versionAndCommand !== 0x20 && versionAndCommand !== 0x21) return null;
  if (rest > longestRest) return null;
  if (bytes.length < length) return "more";
  const size = addressBytes[family];
  if (versionAndCommand === 0x20 || size === undefined) return { address: null, length };
  if (rest < 2 * size + 4) return null;
  return { address: addressIn(bytes.subarray(prefixBytes, prefixBytes + size)), length };
}

function addressIn(bytes: Buffer): string | null {
  if (bytes.length === 4) return bytes.join(".");
  const groups = bytes.toString("hex").match(/.{4}/g) ?? [];
  const { hostname } = new URL(`http://[${groups.join(":")}]`);
  return plainAddress(hostname.slice(1, -1)) ?? null;
}

/**
 * Takes the header from the beginning of a connection, and hands on what it says. A connection that begins otherwise, or says
 * nothing for too long, is closed.
 */
export function takeProxyHeader(socket: Socket, onHeader: (header: ProxyHeader) => void): void {
  let held: Buffer = Buffer.alloc(0);
  const close = (): void => void socket.destroy();
  const look = (): void => {
    for (let part: unknown = socket.read(); Buffer.isBuffer(part); part = socket.read()) {
      held = Buffer.concat([held, part]);
    }
    const header = held.length === 0 ? "more" : parseProxyHeader(held);
    if (header === "more") return;
    socket.removeListener("readable", look);
    socket.removeListener("error", close);
    socket.setTimeout(0, close);
    socket.removeListener("timeout", close);
    if (header === null) return close();
    const rest = held.subarray(header.length);
    if (rest.length > 0) socket.unshift(rest);
    onHeader(header);
  };
  socket.setTimeout(patienceMs, close);
  socket.on("error", close);
  socket.on("readable", look);
}
