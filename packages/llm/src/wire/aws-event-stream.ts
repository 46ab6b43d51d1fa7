// Reads `application/vnd.amazon.eventstream`: binary messages of headers and a payload, each with two checksums.
// https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html#streaming-event-stream
// The bytes may come in pieces of any size. What is no message is a fault, after which nothing more is read.

import { crc32 } from "./crc32.ts";

export const eventStreamType = "application/vnd.amazon.eventstream";

export interface EventMessage {
  /** Those whose values are texts, such as `:event-type`. */
  readonly headers: ReadonlyMap<string, string>;
  readonly payload: Buffer;
}

/** Two lengths and their checksum. */
const preludeBytes = 12;
const checksumBytes = 4;
/** The format's own limits: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html */
const maxHeaderBytes = 128 * 1024;
const maxMessageBytes = 16 * 1024 * 1024 + maxHeaderBytes + preludeBytes + checksumBytes;

export class EventStreamDecoder {
  /** What is wrong with the stream; null as long as nothing is. */
  fault: string | null = null;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** So many bytes must be there before anything can be read. */
  #neededBytes = preludeBytes;

  /** The messages that this chunk completes. */
  push(chunk: Buffer): readonly EventMessage[] {
    if (this.fault !== null) return [];
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    return this.#heldBytes < this.#neededBytes ? [] : this.#readHeld();
  }

  /** The stream has ended: what is left of a message is a fault. */
  flush(): void {
    if (this.#heldBytes > 0) this.#fail("ends within a message");
  }

  #readHeld(): readonly EventMessage[] {
    let bytes = Buffer.concat(this.#held, this.#heldBytes);
    const messages: EventMessage[] = [];
    for (;;) {
      const length = readLength(bytes);
      if (typeof length === "string") return this.#fail(length, messages);
      this.#neededBytes = length ?? preludeBytes;
      if (bytes.length < this.#neededBytes) break;
      const message = readMessage(bytes.subarray(0, this.#neededBytes));
      if (typeof message === "string") return this.#fail(message, messages);
      messages.push(message);
      bytes = bytes.subarray(this.#neededBytes);
    }
    this.#held = bytes.length === 0 ? [] : [bytes];
    this.#heldBytes = bytes.length;
    return messages;
  }

  #fail(fault: string, messages: readonly EventMessage[] = []): readonly EventMessage[] {
    this.fault = fault;
    this.#held = [];
    this.#heldBytes = 0;
    return messages;
  }
}

/** Of the message at the beginning, null where its prelude is not there yet, or what is wrong with it. */
function readLength(bytes: Buffer): number | string | null {
  if (bytes.length < preludeBytes) return null;
  if (bytes.readUInt32BE(8) !== crc32(bytes.subarray(0, 8))) return "has a prelude with a wrong checksum";
  const length = bytes.readUInt32BE(0);
  const headerBytes = bytes.readUInt32BE(4);
  if (length > maxMessageBytes || headerBytes > maxHeaderBytes) return "has a message that is too large";
  return preludeBytes + headerBytes + checksumBytes > length ? "has a message shorter than its headers" : length;
}

function readMessage(bytes: Buffer): EventMessage | string {
  const end = bytes.length - checksumBytes;
  if (bytes.readUInt32BE(end) !== crc32(bytes.subarray(0, end))) return "has a message with a wrong checksum";
  const payloadAt = preludeBytes + bytes.readUInt32BE(4);
  const headers = readHeaders(bytes.subarray(preludeBytes, payloadAt));
  return headers === null ? "has headers that cannot be read" : { headers, payload: bytes.subarray(payloadAt, end) };
}

/** Bytes of the values of each type; null: the value begins with its own length. */
const valueBytes: readonly (number | null)[] = [0, 0, 1, 2, 4, 8, null, null, 8, 16];
const textType = 7;

/** Null where they do not end where they should. */
function readHeaders(bytes: Buffer): ReadonlyMap<string, string> | null {
  const headers = new Map<string, string>();
  for (let at = 0; at < bytes.length;) {
    const nameEnd = at + 1 + (bytes[at] ?? 0);
    const type = bytes[nameEnd] ?? valueBytes.length;
    const size = sizeOfValue(bytes, nameEnd + 1, type);
    if (size === null || size.end > bytes.length) return null;
    const name = bytes.toString("utf8", at + 1, nameEnd);
    if (type === textType) headers.set(name, bytes.toString("utf8", size.start, size.end));
    at = size.end;
  }
  return headers;
}

function sizeOfValue(bytes: Buffer, at: number, type: number): { readonly start: number; readonly end: number } | null {
  const fixed = valueBytes[type];
  if (fixed === undefined) return null;
  if (fixed !== null) return { start: at, end: at + fixed };
  return at + 2 > bytes.length ? null : { start: at + 2, end: at + 2 + bytes.readUInt16BE(at) };
}
