// One WebSocket with the chats that run on it. Called by chat-door.ts.
// Invariant: what its client sends, or does not read, takes no more memory than a few messages; when it is gone, so are its chats.

import type { Socket } from "node:net";
import { GhostError } from "@ghostllm/contract";
import type { WebSocket } from "ws";
import type { Listed } from "#domain/roster.ts";
import type { Hold } from "#gateway/http/held-bytes.ts";
import { ChannelResponse, type Channel } from "./channel-response.ts";
import { chatEndpoint } from "./chat-endpoints.ts";
import { readClientMessage, type ClientMessage } from "./client-message.ts";

/** RFC 6455, 7.4: up to 1015 they are the protocol's. */
export const closings = { leaving: 1001, overloaded: 1013, unexpected: 4400, refused: 4401 } as const;

/** At once on one socket. */
const mostChats = 32;
/** That cannot be read, in all. */
const mostFaults = 16;
/** From whom nobody knows yet. */
const mostUnknownBytes = 16 * 1024;
/** Of a short frame of a client: two bytes, and its mask. */
const frameHeadBytes = 6;
/** Who is told to go has so long to do so. */
const goodbyeMs = 1_000;

export interface Chat {
  readonly path: string;
  readonly body: Buffer;
  readonly response: ChannelResponse;
  /** Shown in a message; null: in the headers of the upgrade. */
  readonly token: string | null;
}

export interface ChatSocketParts {
  readonly socket: WebSocket;
  readonly carrier: Socket;
  readonly hold: Hold;
  /** Its headers had a key that is one. */
  readonly isKnown: boolean;
  /** Is the token one? Its refusal, in the words of every other one, goes to the response. */
  introduce(token: string, response: ChannelResponse): Promise<boolean>;
  begin(chat: Chat): void;
}

export class ChatSocket implements Channel, Listed {
  place = -1;
  readonly #parts: ChatSocketParts;
  readonly #chats = new Map<string, ChannelResponse>();
  #isKnown: boolean;
  #token: string | null = null;
  /** Since the last message that was whole. */
  #unreadBytes = 0;
  #faults = 0;
  #isAlive = true;
  #isLeaving = false;
  #whenDrained: (() => void)[] = [];

  constructor(parts: ChatSocketParts) {
    this.#parts = parts;
    this.#isKnown = parts.isKnown;
    const { socket, carrier } = parts;
    carrier.prependListener("data", (bytes: Buffer) => this.#count(bytes.length));
    carrier.on("drain", () => this.#drain());
    socket.on("message", (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary));
    socket.on("ping", (data: Buffer) => this.#answerPing(data));
    socket.on("pong", (data: Buffer) => this.#hearPong(data));
    // What the protocol does not allow: its end comes by `close`, too.
    socket.on("error", () => undefined);
    socket.on("close", () => this.#close());
    if (this.#isKnown) this.tell({ type: "ready" });
  }

  get isKnown(): boolean {
    return this.#isKnown;
  }

  get isFull(): boolean {
    return this.#parts.carrier.writableNeedDrain;
  }

  tell(message: object, whenLeft?: () => void): void {
    this.#parts.socket.send(JSON.stringify(message), () => whenLeft?.());
  }

  together(tell: () => void): void {
    const { carrier } = this.#parts;
    carrier.cork();
    tell();
    carrier.uncork();
  }

  whenDrained(callback: () => void): void {
    if (this.isFull) this.#whenDrained.push(callback);
    else setImmediate(callback);
  }

  /** Ends with its last chat. */
  leave(): void {
    this.#isLeaving = true;
    if (this.#chats.size === 0) this.end(closings.leaving, "GhostLLM is stopping.");
  }

  end(code: number, reason: string): void {
    const { socket, carrier } = this.#parts;
    socket.close(code, reason.slice(0, 120));
    // Nothing more of what it sends is read, but the end.
    setTimeout(() => carrier.destroy(), goodbyeMs).unref();
  }

  /** Ends a connection of which nobody is at the other end any more. Who does not read is seen to by others. */
  checkAlive(): void {
    if (this.isFull) return;
    if (!this.#isAlive) return this.#parts.socket.terminate();
    this.#isAlive = false;
    this.#parts.socket.ping();
  }

  #count(bytes: number): void {
    this.#unreadBytes += bytes;
    if (!this.#isKnown && this.#unreadBytes > mostUnknownBytes) return this.#parts.socket.terminate();
    const refusal = this.#parts.hold.become(this.#unreadBytes);
    if (refusal !== null) this.#refuseAll(closings.overloaded, refusal);
  }

  /** Who reads nothing is read no further. */
  #receive(data: Buffer, isBinary: boolean): void {
    this.#unreadBytes = 0;
    this.#parts.hold.become(0);
    if (this.#parts.socket.readyState !== this.#parts.socket.OPEN) return;
    try {
      if (isBinary) throw new GhostError("invalid_request_error", "Messages are texts.");
      this.#follow(readClientMessage(data));
    } catch (error) {
      this.#tellFault(error);
    }
    if (this.isFull) this.#parts.socket.pause();
  }

  #follow(message: ClientMessage): void {
    if (message.type === "auth") return void this.#introduce(message.token);
    if (!this.#isKnown)
      throw new GhostError("invalid_api_key", 'Say who you are first: {"type":"auth","token":"gk-..."}.');
    if (message.type === "cancel") return this.#chats.get(message.id)?.cancel();
    this.#begin(message);
  }

  async #introduce(token: string): Promise<void> {
    const isUnknown = !this.#isKnown;
    const response = new ChannelResponse({ channel: this, form: null, whenOver: () => undefined });
    if (!(await this.#parts.introduce(token, response))) {
      if (isUnknown) this.end(closings.refused, "This key opens nothing.");
      return;
    }
    this.#token = token;
    this.#isKnown = true;
    this.tell({ type: "ready" });
  }

  #begin({ id, endpoint, data }: ClientMessage & { readonly type: "chat" }): void {
    const refuse = (error: GhostError): void => this.tell({ type: "error", id, error: told(error) });
    if (this.#chats.has(id))
      return refuse(new GhostError("invalid_request_error", `The chat '${id}' is still running.`, { param: "id" }));
    if (this.#chats.size >= mostChats) {
      const message = `${mostChats} chats run on this connection, which is as many as may.`;
      return refuse(new GhostError("rate_limit_exceeded", message, { retryAfterSeconds: 1 }));
    }
    if (this.#isLeaving)
      return refuse(new GhostError("service_unavailable", "GhostLLM is stopping.", { retryAfterSeconds: 2 }));
    const { path, form } = chatEndpoint(endpoint);
    const response = new ChannelResponse({ channel: this, id, form, whenOver: () => this.#forget(id) });
    this.#chats.set(id, response);
    this.#parts.begin({ path, body: form === null ? data : form.ask(data), response, token: this.#token });
  }

  #forget(id: string): void {
    this.#chats.delete(id);
    if (this.#isLeaving && this.#chats.size === 0) this.leave();
  }

  #tellFault(error: unknown): void {
    if (!(error instanceof GhostError)) throw error;
    this.#faults += 1;
    if (this.#faults > mostFaults || !this.#isKnown)
      this.#refuseAll(this.#isKnown ? closings.unexpected : closings.refused, error);
    else this.tell({ type: "error", error: told(error) });
  }

  #refuseAll(code: number, error: GhostError): void {
    this.tell({ type: "error", error: told(error) });
    this.end(code, error.message);
  }

  #hearPong(data: Buffer): void {
    this.#isAlive = true;
    this.#forgetFrame(data);
  }

  /** It has come whole, and is no part of a message. */
  #forgetFrame(data: Buffer): void {
    this.#unreadBytes = Math.max(0, this.#unreadBytes - data.length - frameHeadBytes);
    this.#parts.hold.become(this.#unreadBytes);
  }

  /** To a client that reads nothing, answers would pile up. */
  #answerPing(data: Buffer): void {
    this.#forgetFrame(data);
    if (!this.isFull) this.#parts.socket.pong(data);
  }

  #drain(): void {
    const { socket } = this.#parts;
    if (socket.isPaused) socket.resume();
    const callbacks = this.#whenDrained;
    this.#whenDrained = [];
    for (const callback of callbacks) callback();
  }

  #close(): void {
    this.#parts.hold.release();
    for (const chat of this.#chats.values()) chat.leave();
  }
}

function told({ code, status, message, param, retryAfterSeconds }: GhostError): object {
  return {
    code,
    status,
    message,
    param: param ?? null,
    ...(retryAfterSeconds !== undefined && { retry_after: retryAfterSeconds }),
  };
}
