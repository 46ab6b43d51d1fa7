import type { Socket } from "node:net";
import type { OutletHeaders } from "#gateway/flow/answer/outlet.ts";
import { chunkOf, lastChunk, mostJoinedBytes, sizeLine } from "#gateway/http/chunk-framing.ts";
import type { ClientResponse } from "#gateway/http/client-response.ts";
import { statusAndHeaders } from "./response-head.ts";

/** The connection that a response belongs to, until it is over. */
export interface Line {
  readonly socket: Socket;
  /** Such as `Date`, and how long the connection is kept. */
  endOfHead(keepsAlive: boolean): string;
  /** All of the response is with the kernel. */
  onLeft(keepsAlive: boolean): void;
}

type Framing = "chunks" | "as is" | "none";

/** The answer to a plain request: head and body in as few writes as can be. */
export class PlainResponse implements ClientResponse {
  hasBegun = false;
  hasLeft = false;
  #line: Line | null;
  readonly #socket: Socket;
  #keepsAlive = true;
  #added: Record<string, string | number> | null = null;
  /** Waits for what is written first. */
  #head = "";
  #framing: Framing = "none";
  #hasEnded = false;
  #onOver: (() => void) | null = null;

  constructor(line: Line) {
    this.#line = line;
    this.#socket = line.socket;
  }

  get isFull(): boolean {
    return this.#line !== null && this.#socket.writableNeedDrain;
  }

  get isGone(): boolean {
    return this.#line === null || this.#socket.destroyed;
  }

  header(name: string): unknown {
    return this.#added?.[name];
  }

  setHeader(name: string, value: string | number): void {
    this.#added ??= {};
    this.#added[name] = value;
  }

  letGo(): void {
    this.#keepsAlive = false;
  }

  send(status: number, headers: OutletHeaders, body: string | Buffer | null): void {
    const head = this.#open(status, headers, "");
    this.#hasEnded = true;
    if (body === null || body.length === 0 || hasNoBody(status)) this.#writeLast(head);
    else {
      const bytes = typeof body === "string" ? Buffer.byteLength(body) : body.length;
      if (bytes <= mostJoinedBytes) this.#writeLast(head + latin1Of(body, bytes));
      else this.#writeLarge(head, body);
    }
  }

  begin(status: number, headers: OutletHeaders): void {
    this.#framing = hasNoBody(status) ? "none" : headers["content-length"] === undefined ? "chunks" : "as is";
    this.#head = this.#open(status, headers, this.#framing === "chunks" ? "Transfer-Encoding: chunked\r\n" : "");
  }

  write(bytes: string | Buffer, whenLeft?: () => void): boolean {
    if (this.#line === null || this.#hasEnded) return true;
    const piece = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
    if (piece.length > mostJoinedBytes && this.#framing !== "none") return this.#writeParts(piece, whenLeft);
    return this.#socket.write(this.#takeHead() + this.#framed(piece), "latin1", whenLeft);
  }

  end(lastBytes: Buffer | null): void {
    if (this.#line === null || this.#hasEnded) return;
    if (lastBytes !== null && lastBytes.length > mostJoinedBytes) this.write(lastBytes);
    const last = lastBytes === null || lastBytes.length > mostJoinedBytes ? "" : this.#framed(lastBytes);
    this.#hasEnded = true;
    this.#writeLast(this.#takeHead() + last + (this.#framing === "chunks" ? lastChunk : ""));
  }

  destroy(): void {
    if (this.#line !== null) this.#socket.destroy();
  }

  whenDrained(callback: () => void): void {
    this.#socket.once("drain", callback);
  }

  whenOver(callback: () => void): void {
    this.#onOver = callback;
  }

  /** The connection is closed. */
  close(): void {
    this.#line = null;
    this.#onOver?.();
  }

  #open(status: number, headers: OutletHeaders, framing: string): string {
    if (headers["connection"] === "close") this.#keepsAlive = false;
    const text = statusAndHeaders(status, this.#added, withoutConnection(headers));
    this.hasBegun = true;
    return `${text}${framing}${this.#line?.endOfHead(this.#keepsAlive) ?? ""}`;
  }

  #takeHead(): string {
    const head = this.#head;
    this.#head = "";
    return head;
  }

  #framed(piece: Buffer): string {
    if (this.#framing === "none") return "";
    return this.#framing === "chunks" ? chunkOf(piece) : piece.toString("latin1");
  }

  #writeParts(piece: Buffer, whenLeft?: () => void): boolean {
    const isChunk = this.#framing === "chunks";
    const before = this.#takeHead() + (isChunk ? sizeLine(piece) : "");
    if (before !== "") this.#socket.write(before, "latin1");
    if (!isChunk) return this.#socket.write(piece, whenLeft);
    this.#socket.write(piece);
    return this.#socket.write("\r\n", "latin1", whenLeft);
  }

  #writeLarge(head: string, body: string | Buffer): void {
    this.#socket.cork();
    this.#socket.write(head, "latin1");
    this.#socket.write(body, (error) => this.#leave(error));
    this.#socket.uncork();
  }

  /** As a rule the kernel has all of it at once, and then nobody is to be called back. */
  #writeLast(text: string): void {
    if (this.#line === null) return;
    if (text !== "") this.#socket.write(text, "latin1");
    if (this.#socket.writableLength === 0 && this.#socket.errored === null) this.#leave(null);
    else this.#socket.write("", (error) => this.#leave(error));
  }

  #leave(error: Error | null | undefined): void {
    const line = this.#line;
    if (error || line === null) return;
    this.#line = null;
    this.hasLeft = true;
    this.#onOver?.();
    line.onLeft(this.#keepsAlive);
  }
}

/** By its status, whatever its headers say. */
function hasNoBody(status: number): boolean {
  return status === 204 || status === 304;
}

/** The line says it in its own words. */
function withoutConnection(headers: OutletHeaders): OutletHeaders {
  if (headers["connection"] === undefined) return headers;
  const { connection: _said, ...others } = headers;
  return others;
}

/** Its bytes, as a text of as many letters. What has as many letters as bytes is ASCII. */
function latin1Of(body: string | Buffer, bytes: number): string {
  if (typeof body !== "string") return body.toString("latin1");
  return body.length === bytes ? body : Buffer.from(body).toString("latin1");
}
