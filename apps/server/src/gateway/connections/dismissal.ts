import type { Duplex } from "node:stream";
import { newId } from "@ghostllm/contract";
import type { GhostError } from "@ghostllm/contract";
import { encodeForAnybody } from "#gateway/http/answer-error.ts";

/** Writes an answer by hand, where there is no request to answer, and ends our side. The caller sees to the other. */
export function dismiss(socket: Duplex, status: string, error: GhostError): void {
  const body = encodeForAnybody(error);
  const head = [
    `HTTP/1.1 ${status}`,
    "content-type: application/json",
    `x-request-id: ${newId()}`,
    `content-length: ${Buffer.byteLength(body)}`,
    ...(error.retryAfterSeconds === undefined ? [] : [`retry-after: ${error.retryAfterSeconds}`]),
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
