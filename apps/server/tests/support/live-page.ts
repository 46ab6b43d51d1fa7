// A page, or a program, that looks on.

import { liveMessage, livePath } from "@ghostllm/contract/routes";
import type { LiveMessage } from "@ghostllm/contract/routes";
import { WebSocket } from "ws";
import { waitFor } from "./stage.ts";

type Signals = Extract<LiveMessage, { type: "signals" }>;

export class LivePage {
  readonly messages: LiveMessage[] = [];
  /** With which the connection was closed; null while it is open. */
  closing: number | null = null;
  /** HTTP status where there was no upgrade. */
  refusal: number | null = null;
  isOpen = false;
  readonly #socket: WebSocket;

  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.#socket = new WebSocket(url.replace(/^http/, "ws") + livePath, { headers });
    this.#socket.on("open", () => (this.isOpen = true));
    this.#socket.on("message", (data: Buffer) => this.messages.push(liveMessage.parse(JSON.parse(data.toString()))));
    this.#socket.on("close", (code: number) => (this.closing = code));
    this.#socket.on("unexpected-response", (_request: unknown, response: { readonly statusCode: number }) => {
      this.refusal = response.statusCode;
    });
    this.#socket.on("error", () => {});
  }

  /** One that is told signals. */
  static async ready(url: string, token: string): Promise<LivePage> {
    const page = new LivePage(url);
    await waitFor(() => page.isOpen);
    page.send({ type: "auth", token });
    await waitFor(() => page.messages.length > 0);
    return page;
  }

  get signals(): readonly Signals[] {
    return this.messages.filter((message) => message.type === "signals");
  }

  get changed(): readonly string[] {
    return this.signals.flatMap(({ changed }) => changed.map(({ what }) => what));
  }

  get requestIds(): readonly string[] {
    return this.signals.flatMap(({ requests }) => requests.map(({ id }) => id));
  }

  send(order: object | string): void {
    this.#socket.send(typeof order === "string" ? order : JSON.stringify(order));
  }

  close(): void {
    this.#socket.terminate();
  }
}
