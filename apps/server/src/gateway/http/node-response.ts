import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Writable } from "node:stream";
import type { OutletHeaders } from "#gateway/flow/answer/outlet.ts";
import { chunkOf, lastChunk, mostJoinedBytes, sizeLine } from "./chunk-framing.ts";
import type { ClientResponse } from "./client-response.ts";

/** The answer to a request that Node's HTTP server has read. */
export class NodeResponse implements ClientResponse {
  readonly #response: ServerResponse;
  /** Its body goes out in chunks, which are made here. */
  #isFraming = false;
  /** Where they go once the head is on its way: the response would gather what is written in a turn, which is gathered already. */
  #stream: Socket | null = null;

  constructor(response: ServerResponse) {
    this.#response = response;
    // Without a listener a write to a closed socket would end the process.
    response.on("error", () => {});
  }

  get hasBegun(): boolean {
    return this.#response.headersSent;
  }

  get hasLeft(): boolean {
    return this.#response.writableFinished;
  }

  get isFull(): boolean {
    return (this.#stream ?? this.#response).writableNeedDrain;
  }

  get isGone(): boolean {
    return this.#response.destroyed;
  }

  header(name: string): unknown {
    return this.#response.getHeader(name);
  }

  setHeader(name: string, value: string | number): void {
    this.#response.setHeader(name, value);
  }

  letGo(): void {
    this.#response.shouldKeepAlive = false;
  }

  send(status: number, headers: OutletHeaders, body: string | Buffer | null): void {
    this.#response.writeHead(status, headers);
    if (body === null) this.#response.end();
    else if (typeof body === "string" || body.length > mostJoinedBytes) this.#response.end(body);
    else this.#response.end(body.toString("latin1"), "latin1");
  }

  begin(status: number, headers: OutletHeaders): void {
    this.#response.writeHead(status, headers);
    if (!this.#response.chunkedEncoding) return;
    // Node would write each piece of a stream in four parts, and gather them again: ours are one text, framed here.
    this.#isFraming = true;
    this.#response.chunkedEncoding = false;
  }

  write(bytes: string | Buffer, whenLeft?: () => void): boolean {
    if (!this.#isFraming || bytes.length === 0) return this.#response.write(bytes, whenLeft);
    const piece = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
    const target: Writable = this.#stream ?? this.#response;
    // The head leaves with the first of it.
    this.#stream = this.#response.socket;
    if (piece.length <= mostJoinedBytes) return target.write(chunkOf(piece), "latin1", whenLeft);
    target.write(sizeLine(piece), "latin1");
    target.write(piece);
    return target.write("\r\n", "latin1", whenLeft);
  }

  end(lastBytes: Buffer | null): void {
    if (!this.#isFraming) this.#response.end(lastBytes ?? undefined);
    else if (lastBytes === null || lastBytes.length > mostJoinedBytes) this.#endFraming(lastBytes);
    else this.#response.end(chunkOf(lastBytes) + lastChunk, "latin1");
  }

  #endFraming(lastBytes: Buffer | null): void {
    if (lastBytes !== null) this.write(lastBytes);
    this.#response.end(lastChunk, "latin1");
  }

  destroy(): void {
    this.#response.destroy();
  }

  whenDrained(callback: () => void): void {
    (this.#stream ?? this.#response).once("drain", callback);
  }

  whenOver(callback: () => void): void {
    this.#response.on("close", callback);
  }
}
