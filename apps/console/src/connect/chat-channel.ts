// Chats over one WebSocket (/v1/chat/stream), made when the first of them is asked, and again when it was lost. Where none can be made, by a proxy
// that knows no upgrade or a server that is older, whoever asks is told so before anything was sent, and takes the way of HTTP.

import { fieldOf, textOf } from "./fields.ts";

interface Address {
  readonly url: string;
  readonly key: string;
}

interface ChannelChat {
  readonly request: object;
  readonly signal: AbortSignal;
  /** Each message about it, until its end. */
  readonly tell: (message: unknown) => void;
}

/** A server that is there answers sooner. */
const patienceMs = 5_000;
/** A message may have 1 MiB, with what stands around the request. */
const mostBytes = 1_000_000;

interface Waiting {
  readonly tell: (message: unknown) => void;
  readonly end: () => void;
}

export class ChatChannel {
  readonly #address: Address;
  readonly #chats = new Map<string, Waiting>();
  #socket: Promise<WebSocket | null> | null = null;
  #last = 0;

  constructor(address: Address) {
    this.#address = address;
  }

  /** Resolves when no more comes; false where nothing was sent. */
  async ask({ request, signal, tell }: ChannelChat): Promise<boolean> {
    const id = String((this.#last += 1));
    const message = JSON.stringify({ type: "chat", id, data: request });
    if (new TextEncoder().encode(message).length > mostBytes) return false;
    const socket = await this.#open();
    if (socket === null) return false;
    if (signal.aborted) return true;
    return new Promise((resolve) => {
      const cancel = (): void => socket.send(JSON.stringify({ type: "cancel", id }));
      const end = (): void => {
        signal.removeEventListener("abort", cancel);
        this.#chats.delete(id);
        resolve(true);
      };
      this.#chats.set(id, { tell, end });
      signal.addEventListener("abort", cancel);
      socket.send(message);
    });
  }

  close(): void {
    void this.#socket?.then((socket) => socket?.close());
    this.#socket = null;
  }

  #open(): Promise<WebSocket | null> {
    this.#socket ??= this.#connect();
    return this.#socket;
  }

  #connect(): Promise<WebSocket | null> {
    const { url, key } = this.#address;
    return new Promise((resolve) => {
      const socket = new WebSocket(`${new URL(url, location.href).origin.replace(/^http/, "ws")}/v1/chat/stream`);
      const timer = setTimeout(() => socket.close(), patienceMs);
      socket.addEventListener("open", () => socket.send(JSON.stringify({ type: "auth", token: key })));
      socket.addEventListener("message", ({ data }) => {
        const message: unknown = JSON.parse(String(data));
        if (textOf(message, "type") !== "ready") return this.#hear(message);
        clearTimeout(timer);
        resolve(socket);
      });
      socket.addEventListener("close", () => {
        clearTimeout(timer);
        this.#socket = null;
        resolve(null);
        for (const chat of this.#chats.values()) chat.end();
      });
    });
  }

  #hear(message: unknown): void {
    const chat = this.#chats.get(textOf(message, "id"));
    chat?.tell(message);
    const type = textOf(message, "type");
    if (type === "done" || type === "error") chat?.end();
  }
}

/** Of a chat that has ended, as HTTP has them before it begins. */
export function headersOf(message: unknown): Headers | null {
  const told = fieldOf(message, "headers");
  if (typeof told !== "object" || told === null) return null;
  return new Headers(Object.entries(told).map(([name, value]): [string, string] => [name, String(value)]));
}

/** What a message says, as a chunk of a stream of HTTP says it. */
export function chunkOf(message: unknown): unknown {
  const type = textOf(message, "type");
  if (type === "chunk") {
    const index = fieldOf(message, "index");
    return typeof index === "number" && index > 0 ? {} : { choices: [{ delta: fieldOf(message, "delta") }] };
  }
  if (type === "usage") return { usage: message };
  return type === "error" ? { error: fieldOf(message, "error") } : {};
}
