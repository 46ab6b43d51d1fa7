import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/** One request as it came over the wire. */
export class ReceivedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Names as they were spelled, alternating with values. */
  readonly rawHeaders: readonly string[];
  /** Epoch ms at which the headers were there. */
  readonly at: number;
  /** The client closed the connection before the answer, or its own request, was complete. */
  aborted = false;
  /** Epoch ms of that. */
  abortedAt: number | null = null;
  /** The answer went out whole. */
  answered = false;
  readonly #parts: Buffer[] = [];

  constructor(request: IncomingMessage) {
    this.method = request.method ?? "";
    this.path = request.url ?? "";
    this.headers = request.headers;
    this.rawHeaders = request.rawHeaders;
    this.at = Date.now();
  }

  addBytes(part: Buffer): void {
    this.#parts.push(part);
  }

  get body(): Buffer {
    const [first] = this.#parts;
    if (first !== undefined && this.#parts.length > 1) this.#parts.splice(0, Infinity, Buffer.concat(this.#parts));
    return this.#parts[0] ?? Buffer.alloc(0);
  }

  get text(): string {
    return this.body.toString("utf8");
  }

  /** Throws what JSON.parse throws. */
  json(): unknown {
    return JSON.parse(this.text);
  }

  toJSON(): Record<string, unknown> {
    const { method, path, headers, rawHeaders, at, aborted, answered, text } = this;
    return { method, path, headers, rawHeaders, at, aborted, answered, text };
  }
}
