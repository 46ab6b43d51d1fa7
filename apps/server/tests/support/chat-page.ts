// A client of the WebSocket of chats.

import { WebSocket } from "ws";
import { waitFor } from "./stage.ts";

export type Told = Readonly<Record<string, unknown>> & { readonly type: string; readonly id?: string };

export class ChatPage {
  readonly messages: Told[] = [];
  /** With which the connection was closed; null while it is open. */
  closing: number | null = null;
  /** HTTP status where there was no upgrade. */
  refusal: number | null = null;
  isOpen = false;
  readonly socket: WebSocket;

  constructor(url: string, headers: Readonly<Record<string, string>> = {}, path = "/v1/chat/stream") {
    this.socket = new WebSocket(url.replace(/^http/, "ws") + path, { headers });
    this.socket.on("open", () => (this.isOpen = true));
    this.socket.on("message", (data: Buffer) => this.messages.push(JSON.parse(data.toString()) as Told));
    this.socket.on("close", (code: number) => (this.closing = code));
    this.socket.on("unexpected-response", (_request: unknown, response: { readonly statusCode: number }) => {
      this.refusal = response.statusCode;
    });
    this.socket.on("error", () => undefined);
  }

  static async ready(url: string, key: string): Promise<ChatPage> {
    const page = new ChatPage(url, { authorization: `Bearer ${key}` });
    await waitFor(() => page.messages.length > 0);
    return page;
  }

  send(message: unknown): void {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** Of one chat. */
  of(id: string): readonly Told[] {
    return this.messages.filter((message) => message.id === id);
  }

  /** All that is told of a chat, until its end. */
  async chat(data: unknown, more: { readonly id?: string; readonly endpoint?: string } = {}): Promise<readonly Told[]> {
    const { id = `chat-${this.messages.length}`, ...rest } = more;
    this.send({ type: "chat", id, data, ...rest });
    return this.end(id);
  }

  async end(id: string): Promise<readonly Told[]> {
    await waitFor(() => this.of(id).some(({ type }) => type === "done" || type === "error"));
    return this.of(id);
  }

  /** The pieces of text, joined. */
  text(id: string): string {
    return this.of(id)
      .filter(({ type, index = 0 }) => type === "chunk" && index === 0)
      .map(({ content }) => String(content))
      .join("");
  }

  close(): void {
    this.socket.terminate();
  }
}
