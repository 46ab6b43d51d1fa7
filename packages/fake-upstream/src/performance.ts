// What a script comes to for one request: the answer as bytes, and how they are to be written.

import { gzipSync } from "node:zlib";
import type { Bytes, Delivery, HeaderMap, JsonObject, StopPoint } from "./script.ts";

export const json = { "content-type": "application/json" };
export const eventStream = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" };

export interface Stop {
  readonly after: StopPoint;
  readonly how: "stall" | "reset" | "close";
}

export interface Performance {
  readonly status: number;
  readonly headers: HeaderMap;
  /** One write each. May be lazy, so that an answer need not fit into memory. */
  readonly pieces: Iterable<Uint8Array>;
  /** Sent as content-length; absent for chunked encoding. */
  readonly length?: number;
  readonly delayMs: number;
  /** 0 writes one piece per turn of the event loop. */
  readonly paceMs: number;
  readonly stop?: Stop;
  readonly dropAfter?: true;
  /** Written to the socket in place of any HTTP answer. */
  readonly insteadOfHttp?: Uint8Array;
}

function cutIntoPieces(bytes: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}

/** One piece per server-sent event, blank line included; what follows the last blank line is a piece too. */
export function cutIntoEvents(text: string): Uint8Array[] {
  const events = text.split(/(?<=\r?\n\r?\n)/);
  return events.filter((event) => event !== "").map((event) => Buffer.from(event));
}

export function bytesOf(script: Bytes): Buffer {
  return script.base64 === undefined ? Buffer.from(script.text ?? "") : Buffer.from(script.base64, "base64");
}

export function toBytes(value: JsonObject): Buffer {
  return Buffer.from(JSON.stringify(value));
}

export function fixed(status: number, headers: HeaderMap, bytes: Uint8Array, delivery: Delivery): Performance {
  return { ...chunked(status, headers, [bytes], delivery), length: bytes.length };
}

export function chunked(
  status: number,
  headers: HeaderMap,
  pieces: readonly Uint8Array[],
  delivery: Delivery,
): Performance {
  const { writeBytes } = delivery;
  return {
    status,
    headers: { ...headers, ...lowerCaseNames(delivery.headers) },
    pieces: writeBytes === undefined ? pieces : cutIntoPieces(Buffer.concat(pieces), writeBytes),
    delayMs: delivery.delayMs ?? 0,
    paceMs: delivery.paceMs ?? 0,
  };
}

function lowerCaseNames(headers: HeaderMap = {}): HeaderMap {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

export function compress(performance: Performance): Performance {
  const bytes = gzipSync(Buffer.concat(Array.from(performance.pieces)));
  const headers = { ...performance.headers, "content-encoding": "gzip" };
  return {
    ...performance,
    headers,
    pieces: [bytes],
    ...(performance.length === undefined ? {} : { length: bytes.length }),
  };
}
