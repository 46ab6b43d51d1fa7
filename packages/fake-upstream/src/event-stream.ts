// Amazon's binary event streams, as a vendor writes them: for `raw` scripts, in base64.
// https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html#streaming-event-stream

import { crc32 } from "node:zlib";
import type { JsonObject } from "./script.ts";

const textType = 7;

/** One message: an event, or an exception, of the given name. */
export function encodeEventMessage(name: string, payload: JsonObject, kind: "event" | "exception" = "event"): Buffer {
  const headers = { [`:${kind}-type`]: name, ":content-type": "application/json", ":message-type": kind };
  return frameMessage(headers, Buffer.from(JSON.stringify(payload)));
}

/** As models behind `invoke-with-response-stream` send their own events. */
export function encodeEventChunk(event: JsonObject): Buffer {
  const bytes = Buffer.from(JSON.stringify(event)).toString("base64");
  return encodeEventMessage("chunk", { bytes, p: "abcdefghij" });
}

export function frameMessage(headers: Readonly<Record<string, string>>, payload: Uint8Array): Buffer {
  const written = Buffer.concat(Object.entries(headers).map(encodeHeader));
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(prelude.length + written.length + payload.length + 4, 0);
  prelude.writeUInt32BE(written.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const message = Buffer.concat([prelude, written, payload]);
  return Buffer.concat([message, checksumOf(message)]);
}

function checksumOf(bytes: Uint8Array): Buffer {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(bytes));
  return checksum;
}

function encodeHeader([name, value]: readonly [string, string]): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([
    Buffer.from([name.length]),
    Buffer.from(name),
    Buffer.from([textType]),
    length,
    Buffer.from(value),
  ]);
}
