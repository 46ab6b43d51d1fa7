import type { IncomingMessage, ServerResponse } from "node:http";
import type { Coding } from "#edge/accept-encoding.ts";
import { varyWith } from "#edge/compressor.ts";
import type { Compressor } from "#edge/compressor.ts";
import type { Outlet, OutletHeaders } from "#gateway/flow/answer/outlet.ts";
import type { Readiness } from "#gateway/readiness.ts";
import type { Hold } from "./held-bytes.ts";

/** How long a client that reads slowly may take for the last bytes of an answer that broke off. */
const cutPatienceMs = 30_000;

/** Up to this an answer is one text with its head: one write, for Node joins texts and nothing else. */
const mostJoinedBytes = 16 * 1024;

interface HttpOutletParts {
  /** Told to the client. */
  readonly requestId: string;
  /** Released when all has left. */
  readonly held: Hold;
  /** Null where no answer is compressed. */
  readonly compressor: Compressor | null;
  readonly readiness: Pick<Readiness, "isLeaving">;
}

/** The answer to one request of HTTP: nobody else writes to its response. */
export class HttpOutlet implements Outlet {
  isClientGone = false;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #parts: HttpOutletParts;
  /** An answer has been given, and is being compressed. */
  #isAnswering = false;
  #isCut = false;
  /** Its body goes out in chunks, which are made here. */
  #isFraming = false;
  #hasLeft = false;
  #onLeft: readonly (() => void)[] = [];
  #onClientGone: (() => void) | null = null;

  constructor(request: IncomingMessage, response: ServerResponse, parts: HttpOutletParts) {
    this.#request = request;
    this.#response = response;
    this.#parts = parts;
    response.on("close", () => this.#close());
    // Without a listener a write to a closed socket would end the process.
    response.on("error", () => {});
  }

  #close(): void {
    this.#hasLeft = true;
    this.#parts.held.release();
    if (!this.#response.writableFinished) {
      this.isClientGone = true;
      this.#onClientGone?.();
    }
    for (const callback of this.#onLeft) callback();
  }

  whenLeft(callback: () => void): void {
    if (this.#hasLeft) callback();
    else this.#onLeft = [...this.#onLeft, callback];
  }

  whenClientGone(callback: (() => void) | null): void {
    this.#onClientGone = callback;
    if (this.isClientGone) callback?.();
  }

  get hasBegun(): boolean {
    return this.#response.headersSent || this.#isAnswering;
  }

  get isFull(): boolean {
    return this.#response.writableNeedDrain;
  }

  get isHeadOnly(): boolean {
    return this.#request.method === "HEAD";
  }

  addHeaders(headers: OutletHeaders): void {
    if (this.#response.headersSent) return;
    for (const [name, value] of Object.entries(headers)) this.#response.setHeader(name, value);
  }

  answer(status: number, headers: OutletHeaders, body: string | Buffer): void {
    if (this.hasBegun || this.isClientGone) return;
    const bytes = typeof body === "string" ? Buffer.byteLength(body) : body.length;
    const { compressor, requestId } = this.#parts;
    const choice = compressor === null ? "as is" : compressor.choose(this.#request, headers["content-type"], bytes);
    if (choice === "as is")
      this.#send(status, { ...headers, "content-length": bytes, "x-request-id": requestId }, body);
    else this.#answerVarying(status, headers, body, choice);
  }

  /** What is sent depends on what the client takes. */
  #answerVarying(status: number, headers: OutletHeaders, body: string | Buffer, choice: Coding | "identity"): void {
    const { compressor, requestId } = this.#parts;
    const vary = varyWith(this.#response.getHeader("vary"), "Accept-Encoding");
    const varying = { ...headers, vary, "x-request-id": requestId };
    const plain = { ...varying, "content-length": Buffer.byteLength(body) };
    if (choice === "identity" || compressor === null) return this.#send(status, plain, body);
    // How long the answer to GET would be, is not known without making it.
    if (this.isHeadOnly) return this.#send(status, varying, body);
    this.#isAnswering = true;
    void compressor.compress(typeof body === "string" ? Buffer.from(body) : body, choice).then((compressed) => {
      if (this.isClientGone || this.#response.destroyed) return;
      const coded = { ...varying, "content-encoding": choice, "content-length": compressed?.length ?? 0 };
      if (compressed === null) this.#send(status, plain, body);
      else this.#send(status, coded, compressed);
    });
  }

  #send(status: number, headers: OutletHeaders, body: string | Buffer): void {
    this.#parts.held.become(body.length);
    this.#letGo();
    this.#response.writeHead(status, headers);
    if (this.isHeadOnly) this.#response.end();
    else if (typeof body === "string" || body.length > mostJoinedBytes) this.#response.end(body);
    else this.#response.end(body.toString("latin1"), "latin1");
  }

  /** The next request of a client should not come to a server that stops. */
  #letGo(): void {
    if (this.#parts.readiness.isLeaving) this.#response.shouldKeepAlive = false;
  }

  /** Headers are all there is to say. */
  answerNothing(headers: OutletHeaders): void {
    this.#response.writeHead(204, { ...headers, "x-request-id": this.#parts.requestId }).end();
  }

  answerJson(status: number, value: unknown, headers: OutletHeaders = {}): void {
    this.answer(status, { ...headers, "content-type": "application/json" }, JSON.stringify(value));
  }

  begin(status: number, headers: OutletHeaders): void {
    if (this.#response.headersSent || this.isClientGone) return;
    this.#letGo();
    this.#response.writeHead(status, { ...headers, "x-request-id": this.#parts.requestId });
    if (!this.#response.chunkedEncoding) return;
    // Node would write each piece of a stream in four parts, and gather them again: ours are one text, framed here.
    this.#isFraming = true;
    this.#response.chunkedEncoding = false;
  }

  write(bytes: string | Buffer): boolean {
    return this.#write(bytes);
  }

  #write(bytes: string | Buffer, whenLeft?: () => void): boolean {
    const response = this.#response;
    if (!this.#isFraming || bytes.length === 0) return response.write(bytes, whenLeft);
    const piece = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
    if (piece.length <= mostJoinedBytes) return response.write(chunkOf(piece), "latin1", whenLeft);
    response.write(sizeLine(piece), "latin1");
    response.write(piece);
    return response.write("\r\n", "latin1", whenLeft);
  }

  whenDrained(callback: () => void): void {
    this.#response.once("drain", callback);
  }

  end(lastBytes: Buffer | null): void {
    if (!this.#isFraming) this.#response.end(lastBytes ?? undefined);
    else if (lastBytes === null || lastBytes.length > mostJoinedBytes) this.#endFraming(lastBytes);
    else this.#response.end(chunkOf(lastBytes) + lastChunk, "latin1");
  }

  #endFraming(lastBytes: Buffer | null): void {
    if (lastBytes !== null) this.#write(lastBytes);
    this.#response.end(lastChunk, "latin1");
  }

  /**
   * Its last bytes, and then the connection without the mark of a body's end. Of all ways to break off this is the one that
   * every client notices (docs/decisions/0016).
   */
  cut(lastBytes: Buffer | null): void {
    const response = this.#response;
    if (this.#isCut || response.destroyed) return;
    this.#isCut = true;
    if (lastBytes === null || lastBytes.length === 0) {
      response.destroy();
      return;
    }
    // Destroyed at once, the connection would take with it what is not with the kernel yet. Who does not read is not waited for.
    const timer = setTimeout(() => response.destroy(), cutPatienceMs);
    this.#write(lastBytes, () => {
      clearTimeout(timer);
      response.destroy();
    });
  }
}

const lastChunk = "0\r\n\r\n";

/** A chunk of a body (RFC 9112, 7.1), as a text of as many letters as it has bytes. */
function chunkOf(bytes: Buffer): string {
  return bytes.length === 0 ? "" : `${sizeLine(bytes)}${bytes.toString("latin1")}\r\n`;
}

function sizeLine({ length }: Buffer): string {
  return `${length.toString(16)}\r\n`;
}
