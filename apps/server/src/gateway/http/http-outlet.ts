import type { Coding } from "#edge/accept-encoding.ts";
import { varyWith } from "#edge/compressor.ts";
import type { Compressor } from "#edge/compressor.ts";
import type { RequestHead } from "#edge/request-head.ts";
import type { Outlet, OutletHeaders } from "#gateway/flow/answer/outlet.ts";
import type { Readiness } from "#gateway/readiness.ts";
import type { ClientResponse } from "./client-response.ts";
import type { Hold } from "./held-bytes.ts";

/** How long a client that reads slowly may take for the last bytes of an answer that broke off. */
const cutPatienceMs = 30_000;

/**
 * From then until the connection is broken: a browser throws away whatever its page has not read by that time, and with it the
 * words of the error.
 */
const readingMs = 250;

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
  readonly #request: RequestHead;
  readonly #response: ClientResponse;
  readonly #parts: HttpOutletParts;
  /** An answer has been given, and is being compressed. */
  #isAnswering = false;
  #isCut = false;
  #cutTimer: NodeJS.Timeout | undefined;
  #hasLeft = false;
  #onLeft: (() => void)[] = [];
  #onClientGone: (() => void) | null = null;

  constructor(request: RequestHead, response: ClientResponse, parts: HttpOutletParts) {
    this.#request = request;
    this.#response = response;
    this.#parts = parts;
    response.whenOver(() => this.#close());
  }

  #close(): void {
    clearTimeout(this.#cutTimer);
    if (!this.#response.hasLeft) {
      this.isClientGone = true;
      this.#onClientGone?.();
    }
    this.#leave();
  }

  /** Nothing of the answer is here any more. */
  #leave(): void {
    this.#hasLeft = true;
    this.#parts.held.release();
    const callbacks = this.#onLeft;
    this.#onLeft = [];
    for (const callback of callbacks) callback();
  }

  whenLeft(callback: () => void): void {
    if (this.#hasLeft) callback();
    else this.#onLeft.push(callback);
  }

  whenClientGone(callback: (() => void) | null): void {
    this.#onClientGone = callback;
    if (this.isClientGone) callback?.();
  }

  get hasBegun(): boolean {
    return this.#response.hasBegun || this.#isAnswering;
  }

  get isFull(): boolean {
    return this.#response.isFull;
  }

  get isHeadOnly(): boolean {
    return this.#request.method === "HEAD";
  }

  addHeaders(headers: OutletHeaders): void {
    if (this.#response.hasBegun && this.#response.tellsHeadLast !== true) return;
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
    const vary = varyWith(this.#response.header("vary"), "Accept-Encoding");
    const varying = { ...headers, vary, "x-request-id": requestId };
    const plain = { ...varying, "content-length": Buffer.byteLength(body) };
    if (choice === "identity" || compressor === null) return this.#send(status, plain, body);
    // How long the answer to GET would be, is not known without making it.
    if (this.isHeadOnly) return this.#send(status, varying, body);
    this.#isAnswering = true;
    void compressor.compress(typeof body === "string" ? Buffer.from(body) : body, choice).then((compressed) => {
      if (this.isClientGone || this.#response.isGone) return;
      const coded = { ...varying, "content-encoding": choice, "content-length": compressed?.length ?? 0 };
      if (compressed === null) this.#send(status, plain, body);
      else this.#send(status, coded, compressed);
    });
  }

  #send(status: number, headers: OutletHeaders, body: string | Buffer): void {
    this.#parts.held.become(body.length);
    this.#letGo();
    this.#response.send(status, headers, this.isHeadOnly ? null : body);
  }

  /** The next request of a client should not come to a server that stops. */
  #letGo(): void {
    if (this.#parts.readiness.isLeaving) this.#response.letGo();
  }

  /** Headers are all there is to say. */
  answerNothing(headers: OutletHeaders): void {
    this.#response.send(204, { ...headers, "x-request-id": this.#parts.requestId }, null);
  }

  answerJson(status: number, value: unknown, headers: OutletHeaders = {}): void {
    this.answer(status, { ...headers, "content-type": "application/json" }, JSON.stringify(value));
  }

  begin(status: number, headers: OutletHeaders): void {
    if (this.#response.hasBegun || this.isClientGone) return;
    this.#letGo();
    this.#response.begin(status, { ...headers, "x-request-id": this.#parts.requestId });
  }

  write(bytes: string | Buffer): boolean {
    return this.#response.write(bytes);
  }

  whenDrained(callback: () => void): void {
    this.#response.whenDrained(callback);
  }

  end(lastBytes: Buffer | null): void {
    this.#response.end(lastBytes);
  }

  /**
   * Its last bytes, and then the connection without the mark of a body's end. Of all ways to break off this is the one that
   * every client notices (docs/decisions/0016).
   */
  cut(lastBytes: Buffer | null): void {
    const response = this.#response;
    if (this.#isCut || response.isGone) return;
    this.#isCut = true;
    if (lastBytes === null || lastBytes.length === 0) {
      response.destroy();
      return;
    }
    // Destroyed at once, the connection would take with it what is not with the kernel yet. Who does not read is not waited for.
    this.#cutTimer = setTimeout(() => response.destroy(), cutPatienceMs);
    response.write(lastBytes, () => {
      if (response.isGone) return;
      clearTimeout(this.#cutTimer);
      this.#cutTimer = setTimeout(() => response.destroy(), readingMs);
      // Only the connection waits: the request counts no longer.
      this.#leave();
    });
  }
}
