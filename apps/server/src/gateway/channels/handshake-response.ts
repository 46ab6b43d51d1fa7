import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { OutletHeaders } from "#gateway/flow/answer/outlet.ts";
import type { ClientResponse } from "#gateway/http/client-response.ts";

/** So long a client may take to read why it is refused. */
const lingerMs = 500;

/** To who wants an upgrade: a refusal as an answer of HTTP, or nothing, where the connection is taken over. */
export class HandshakeResponse implements ClientResponse {
  hasBegun = false;
  hasLeft = false;
  readonly isFull = false;
  readonly #carrier: Duplex;
  readonly #headers: Record<string, string | number> = {};
  #onOver: () => void = () => undefined;

  constructor(carrier: Duplex) {
    this.#carrier = carrier;
  }

  get isGone(): boolean {
    return this.#carrier.destroyed;
  }

  header(name: string): unknown {
    return this.#headers[name];
  }

  setHeader(name: string, value: string | number): void {
    this.#headers[name] = value;
  }

  letGo(): void {}

  send(status: number, headers: OutletHeaders, body: string | Buffer | null): void {
    const told = Object.entries({ ...this.#headers, ...headers, connection: "close" });
    const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`, ...told.map((pair) => pair.join(": "))];
    this.#carrier.end(`${lines.join("\r\n")}\r\n\r\n${body?.toString() ?? ""}`);
    setTimeout(() => this.#carrier.destroy(), lingerMs).unref();
    this.leave();
  }

  /** Nothing more is told here. */
  leave(): void {
    this.hasBegun = true;
    this.hasLeft = true;
    this.#onOver();
  }

  begin(): void {
    this.hasBegun = true;
  }

  write(): boolean {
    return true;
  }

  end(): void {
    this.leave();
  }

  destroy(): void {
    this.#carrier.destroy();
    this.#onOver();
  }

  whenDrained(callback: () => void): void {
    callback();
  }

  whenOver(callback: () => void): void {
    this.#onOver = callback;
  }
}
