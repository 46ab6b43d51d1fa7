import type { IncomingMessage, ServerResponse } from "node:http";
import { newId } from "@ghostllm/contract";
import type { Clock } from "#domain/clock.ts";
import type { Coding } from "#edge/accept-encoding.ts";
import type { ClientAddresses } from "#edge/client-addresses.ts";
import { varyWith } from "#edge/compressor.ts";
import type { Compressor } from "#edge/compressor.ts";
import { traceResponse } from "#edge/trace-context.ts";
import type { Readiness } from "#gateway/readiness.ts";
import { networkOf } from "#gateway/connections/client-address.ts";
import { Hold } from "./held-bytes.ts";
import type { HeldBytes } from "./held-bytes.ts";

/** How long a client that reads slowly may take for the last bytes of an answer that broke off. */
const cutPatienceMs = 30_000;

type AnswerHeaders = Readonly<Record<string, string | number>>;

/** The path that a request names, also where it names a whole URL (RFC 9112, 3.2.2); without the query. */
export function pathOf({ url = "/" }: IncomingMessage): string {
  const start = url.startsWith("/") ? 0 : url.indexOf("/", url.indexOf("://") + 3);
  const query = url.indexOf("?");
  if (start < 0) return "/";
  return query < 0 ? url.slice(start) : url.slice(start, query);
}

/** What an exchange is told by. */
export interface ExchangeDeps {
  readonly clock: Clock;
  readonly addresses: ClientAddresses;
  readonly readiness: Pick<Readiness, "isLeaving">;
  /** Null where no answer is compressed. */
  readonly compressor: Compressor | null;
  readonly heldBytes: HeldBytes;
}

/** One request of a client and our answer to it: who waits, since when, and whether they are still there. */
export class Exchange {
  /** The request id: in `x-request-id`, in the logs, and the id of the usage record. */
  readonly id: string;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The client closed the connection before its answer was complete. */
  isClientGone = false;
  /** What it holds of the memory of all, until its last byte has left. */
  readonly held: Hold;
  #isCut = false;
  #hasLeft = false;
  #onLeft: readonly (() => void)[] = [];
  /** An answer has been given, and is being compressed. */
  #isAnswering = false;
  readonly #startedMonotonic: number;
  readonly #deps: ExchangeDeps;
  #onClientGone: (() => void) | null = null;

  constructor(request: IncomingMessage, response: ServerResponse, deps: ExchangeDeps) {
    this.request = request;
    this.response = response;
    this.#deps = deps;
    this.startedAt = deps.clock.now();
    this.#startedMonotonic = deps.clock.monotonic();
    this.id = newId(this.startedAt);
    if (request.headers["traceparent"] !== undefined) this.#answerTrace();
    this.held = new Hold(deps.heldBytes, () => networkOf(this.ipAddress ?? ""));
    response.on("close", () => this.#close());
    // Without a listener a write to a closed socket would end the process.
    response.on("error", () => {});
  }

  #close(): void {
    this.#hasLeft = true;
    this.held.release();
    if (!this.response.writableFinished) {
      this.isClientGone = true;
      this.#onClientGone?.();
    }
    for (const callback of this.#onLeft) callback();
  }

  /** Calls back once when all of the answer is with the kernel or its connection is closed; at once if that is so already. */
  whenLeft(callback: () => void): void {
    if (this.#hasLeft) callback();
    else this.#onLeft = [...this.#onLeft, callback];
  }

  #answerTrace(): void {
    const told = traceResponse(this.request.headers, this.id);
    if (told !== null) this.response.setHeader("traceresponse", told);
  }

  /** Calls back once when the client leaves, at once if it has left already. Only the last callback counts. */
  whenClientGone(callback: (() => void) | null): void {
    this.#onClientGone = callback;
    if (this.isClientGone) callback?.();
  }

  /** Ms since the request arrived. */
  elapsedMs(): number {
    return this.#deps.clock.monotonic() - this.#startedMonotonic;
  }

  /** Without the query. */
  get path(): string {
    return pathOf(this.request);
  }

  /** Behind the question mark; empty where there is none. */
  get query(): string {
    const { url = "" } = this.request;
    const start = url.indexOf("?");
    return start < 0 ? "" : url.slice(start + 1);
  }

  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  /** Of the client, also behind proxies. */
  get ipAddress(): string | null {
    return this.#deps.addresses.of(this.request);
  }

  get userAgent(): string | null {
    return this.header("user-agent")?.slice(0, 200) ?? null;
  }

  get areHeadersSent(): boolean {
    return this.response.headersSent || this.#isAnswering;
  }

  /** Headers for whatever will be answered. */
  addHeaders(headers: AnswerHeaders): void {
    if (this.response.headersSent) return;
    for (const [name, value] of Object.entries(headers)) this.response.setHeader(name, value);
  }

  /** Answers in one write. Does nothing when an answer has begun or nobody waits. */
  answer(status: number, headers: AnswerHeaders, body: string | Buffer): void {
    if (this.areHeadersSent || this.isClientGone) return;
    const bytes = typeof body === "string" ? Buffer.byteLength(body) : body.length;
    const { compressor } = this.#deps;
    const choice = compressor === null ? "as is" : compressor.choose(this.request, headers["content-type"], bytes);
    if (choice === "as is") this.#send(status, { ...headers, "content-length": bytes, "x-request-id": this.id }, body);
    else this.#answerVarying(status, headers, body, choice);
  }

  /** What is sent depends on what the client takes. */
  #answerVarying(status: number, headers: AnswerHeaders, body: string | Buffer, choice: Coding | "identity"): void {
    const vary = varyWith(this.response.getHeader("vary"), "Accept-Encoding");
    const varying = { ...headers, vary, "x-request-id": this.id };
    const plain = { ...varying, "content-length": Buffer.byteLength(body) };
    const { compressor } = this.#deps;
    if (choice === "identity" || compressor === null) return this.#send(status, plain, body);
    // How long the answer to GET would be, is not known without making it.
    if (this.request.method === "HEAD") return this.#send(status, varying, body);
    this.#isAnswering = true;
    void compressor.compress(typeof body === "string" ? Buffer.from(body) : body, choice).then((compressed) => {
      if (this.isClientGone || this.response.destroyed) return;
      const coded = { ...varying, "content-encoding": choice, "content-length": compressed?.length ?? 0 };
      if (compressed === null) this.#send(status, plain, body);
      else this.#send(status, coded, compressed);
    });
  }

  #send(status: number, headers: AnswerHeaders, body: string | Buffer): void {
    this.held.become(body.length);
    this.#letGo();
    this.response.writeHead(status, headers);
    this.response.end(this.request.method === "HEAD" ? undefined : body);
  }

  /** The next request of a client should not come to a server that stops. */
  #letGo(): void {
    if (this.#deps.readiness.isLeaving) this.response.shouldKeepAlive = false;
  }

  /** Headers are all there is to say. */
  answerNothing(headers: AnswerHeaders): void {
    this.response.writeHead(204, { ...headers, "x-request-id": this.id }).end();
  }

  answerJson(status: number, value: unknown, headers: AnswerHeaders = {}): void {
    this.answer(status, { ...headers, "content-type": "application/json" }, JSON.stringify(value));
  }

  /**
   * Ends an answer that cannot go on: its last bytes, and then the connection without the mark of a body's end. Of all ways
   * to break off this is the one that every client notices (docs/decisions/0016).
   */
  cut(lastBytes: Buffer | null): void {
    const { response } = this;
    if (this.#isCut || response.destroyed) return;
    this.#isCut = true;
    if (lastBytes === null || lastBytes.length === 0) {
      response.destroy();
      return;
    }
    // Destroyed at once, the connection would take with it what is not with the kernel yet. Who does not read is not waited for.
    const timer = setTimeout(() => response.destroy(), cutPatienceMs);
    response.write(lastBytes, () => {
      clearTimeout(timer);
      response.destroy();
    });
  }

  /** Begins an answer whose length is not known. Its headers leave with the first write. */
  begin(status: number, headers: AnswerHeaders): void {
    if (this.response.headersSent || this.isClientGone) return;
    this.#letGo();
    this.response.writeHead(status, { ...headers, "x-request-id": this.id });
  }
}
