// The answer to one chat of a WebSocket, as messages. What writes to it is the same outlet that answers requests of HTTP.
// Invariant: each chat ends with one message, `done` or `error`, unless its socket is gone.

import { ToldEvents } from "@ghostllm/llm";
import type { ChannelForm } from "@ghostllm/llm";
import type { OutletHeaders } from "#gateway/flow/answer/outlet.ts";
import type { ClientResponse } from "#gateway/http/client-response.ts";

/** The socket, as its chats see it. */
export interface Channel {
  /** The client takes no more for now. */
  readonly isFull: boolean;
  tell(message: object, whenLeft?: () => void): void;
  /** What is told within it leaves together. */
  together(tell: () => void): void;
  whenDrained(callback: () => void): void;
}

export interface ChannelResponseParts {
  readonly channel: Channel;
  /** Of the chat, as its client calls it; absent of what is no chat. */
  readonly id?: string;
  /** Null: events are told as they are. */
  readonly form: ChannelForm | null;
  readonly whenOver: () => void;
}

const brokenOff = { code: "provider_error", type: "api_error", message: "The answer broke off." };

/** What a client needs of the head of an answer. */
const toldHeader = /^x-(?:request-id|ghostllm-|ratelimit-)|^retry-after/;

export class ChannelResponse implements ClientResponse {
  readonly tellsHeadLast = true as const;
  hasBegun = false;
  hasLeft = false;
  isGone = false;
  readonly #parts: ChannelResponseParts;
  readonly #headers: Record<string, unknown> = {};
  #events: ToldEvents | null = null;
  /** Its last message is on its way. */
  #isTold = false;
  #finishReason: unknown = null;
  #onOver: () => void = () => undefined;

  constructor(parts: ChannelResponseParts) {
    this.#parts = parts;
  }

  get isFull(): boolean {
    return this.#parts.channel.isFull;
  }

  header(name: string): unknown {
    return this.#headers[name];
  }

  setHeader(name: string, value: string | number): void {
    this.#headers[name] = value;
  }

  /** The socket is let go when all its chats are over. */
  letGo(): void {}

  send(status: number, headers: OutletHeaders, body: string | Buffer | null): void {
    this.hasBegun = true;
    Object.assign(this.#headers, headers);
    const told = readJson(body);
    if (status >= 400) return this.#fail({ ...errorWithin(told), status });
    this.#tell({ type: "event", event: told });
    this.#done();
  }

  begin(_status: number, headers: OutletHeaders): void {
    this.hasBegun = true;
    Object.assign(this.#headers, headers);
    this.#events = new ToldEvents(String(headers["content-type"] ?? ""));
  }

  write(bytes: string | Buffer, whenLeft?: () => void): boolean {
    const events = this.#events?.push(Buffer.from(bytes)) ?? [];
    this.#tellEvents(events);
    if (whenLeft !== undefined) setImmediate(whenLeft);
    return !this.isFull;
  }

  end(lastBytes: Buffer | null): void {
    if (lastBytes !== null) this.write(lastBytes);
    this.#tellEvents(this.#events?.flush() ?? []);
    this.#done();
  }

  /** Of an answer that cannot go on. */
  destroy(): void {
    this.#fail(brokenOff);
  }

  /** Its client wants no more of it. */
  cancel(): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.#parts.channel.tell({ type: "done", id: this.#parts.id, finish_reason: "cancelled", ...this.#toldHead() });
    this.leave();
  }

  /** Nobody is there to be told. */
  leave(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.#onOver();
    this.#parts.whenOver();
  }

  whenDrained(callback: () => void): void {
    this.#parts.channel.whenDrained(callback);
  }

  whenOver(callback: () => void): void {
    this.#onOver = callback;
  }

  #tellEvents(events: readonly unknown[]): void {
    if (events.length === 0) return;
    const { form, channel } = this.#parts;
    channel.together(() => {
      for (const event of events) {
        if (form === null) this.#tell({ type: "event", event });
        else for (const message of form.tell(Object(event))) this.#tellMessage(message);
      }
    });
  }

  #tellMessage(message: ReturnType<ChannelForm["tell"]>[number]): void {
    if (message.type === "error") return this.#fail(Object(message["error"]));
    this.#finishReason = message["finish_reason"] ?? this.#finishReason;
    this.#tell(message);
  }

  #tell(message: object): void {
    if (!this.#isTold && !this.isGone) this.#parts.channel.tell({ ...message, id: this.#parts.id });
  }

  #done(): void {
    this.#tellLast({ type: "done", finish_reason: this.#finishReason });
  }

  #fail(error: object): void {
    this.#tellLast({ type: "error", error });
  }

  #tellLast(message: object): void {
    if (this.#isTold || this.isGone) return;
    this.#isTold = true;
    this.#parts.channel.tell({ ...message, id: this.#parts.id, ...this.#toldHead() }, () => this.#close());
  }

  #close(): void {
    if (this.isGone) return;
    this.hasLeft = true;
    this.leave();
  }

  #toldHead(): object {
    const headers = Object.fromEntries(Object.entries(this.#headers).filter(([name]) => toldHeader.test(name)));
    return { headers };
  }
}

function readJson(body: string | Buffer | null): unknown {
  const text = body?.toString() ?? "";
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** In every dialect it is the member `error`, or all there is. */
function errorWithin(body: unknown): object {
  const within: unknown = Object(body)["error"] ?? body;
  return typeof within === "object" && within !== null ? within : { message: String(within) };
}
