// What comes in a message as a request of HTTP: the head is that of the upgrade, with what the message says itself.

import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { RequestHead } from "#edge/request-head.ts";
import type { BodyTaker, RequestBody } from "#gateway/http/request-body.ts";
import { bytesPerTurn } from "#gateway/http/request-body.ts";

/** Between this hop and its client alone, or of a browser's session with other pages of this host; or of streams of HTTP. */
const ofTheUpgrade =
  /^(?:last-event-id|x-ghostllm-resumable|connection|upgrade|sec-websocket-.*|cookie|origin|content-.*|transfer-encoding|expect|te|trailer|accept-encoding|keep-alive)$/;
const credentials = /^(?:authorization|x-api-key|x-goog-api-key|api-key)$/;

/** Those of the upgrade that hold for all chats; `token`: what a message has shown in their place. */
export function headersFor(request: IncomingMessage, token: string | null): IncomingHttpHeaders {
  const kept = Object.entries(request.headers).filter(
    ([name]) => !ofTheUpgrade.test(name) && (token === null || !credentials.test(name)),
  );
  return { ...Object.fromEntries(kept), ...(token !== null && { authorization: `Bearer ${token}` }) };
}

export function headOf(
  { socket }: IncomingMessage,
  headers: IncomingHttpHeaders,
  asked: { readonly path: string; readonly bytes: number },
): RequestHead {
  const own = { "content-type": "application/json", "content-length": String(asked.bytes) };
  return { method: "POST", url: asked.path, headers: { ...headers, ...own }, socket };
}

/** It is here already. What is large is handed over in pieces, as if it came, so that others have their turn. */
export class MessageContent implements RequestBody {
  #bytes: Buffer | null;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  takeWhole(): Buffer | null {
    const bytes = this.#bytes;
    if (bytes === null || bytes.length > bytesPerTurn) return null;
    this.#bytes = null;
    return bytes;
  }

  deliverTo(taker: BodyTaker): void {
    const bytes = this.#bytes;
    this.#bytes = null;
    if (bytes !== null) setImmediate(() => this.#deliver(taker, bytes));
  }

  waitForTurn(): void {}

  dropRest(): void {
    this.#bytes = null;
  }

  #deliver(taker: BodyTaker, bytes: Buffer): void {
    if (bytes.length === 0) return taker.onEnd();
    taker.onData(bytes.subarray(0, bytesPerTurn));
    setImmediate(() => this.#deliver(taker, bytes.subarray(bytesPerTurn)));
  }
}
