import { newId } from "@ghostllm/contract";
import type { Clock } from "#domain/clock.ts";
import type { ClientAddresses } from "#edge/client-addresses.ts";
import type { Compressor } from "#edge/compressor.ts";
import type { RequestHead } from "#edge/request-head.ts";
import { readTraceContext, traceResponse } from "#edge/trace-context.ts";
import { networkOf } from "#gateway/connections/client-address.ts";
import type { Readiness } from "#gateway/readiness.ts";
import type { RequestTrace } from "#telemetry/traces/request-trace.ts";
import type { Tracer } from "#telemetry/traces/tracer.ts";
import { Hold } from "./held-bytes.ts";
import type { HeldBytes } from "./held-bytes.ts";
import { HttpOutlet } from "./http-outlet.ts";
import type { ClientResponse } from "./client-response.ts";
import type { RequestBody } from "./request-body.ts";

/** The path that a request names, also where it names a whole URL (RFC 9112, 3.2.2); without the query. */
export function pathOf({ url = "/" }: Pick<RequestHead, "url">): string {
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
  /** Null where no traces are told of. */
  readonly tracer: Tracer | null;
}

/** Both ends of it, whichever server has read it. */
export interface ExchangeParts {
  readonly request: RequestHead;
  readonly body: RequestBody;
  readonly response: ClientResponse;
}

/** One request of a client: who asks, since when, what it holds, and where its answer goes. */
export class Exchange {
  /** The request id: in `x-request-id`, in the logs, and the id of the usage record. */
  readonly id: string;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly request: RequestHead;
  readonly body: RequestBody;
  readonly outlet: HttpOutlet;
  /** What it holds of the memory of all, until its last byte has left. */
  readonly held: Hold;
  /** SHA-256 of a key that opens nothing, or nothing any more; null where none was shown. */
  refusedKeyHash: string | null = null;
  /** By the monotonic clock. */
  readonly arrivedAt: number;
  /** Null, as where no traces are told of: nothing is told of this one. */
  readonly trace: RequestTrace | null;
  readonly #deps: ExchangeDeps;

  constructor({ request, body, response }: ExchangeParts, deps: ExchangeDeps) {
    this.request = request;
    this.body = body;
    this.#deps = deps;
    this.startedAt = deps.clock.now();
    this.arrivedAt = deps.clock.monotonic();
    this.id = newId(this.startedAt);
    this.held = this.newHold();
    const { compressor, readiness } = deps;
    this.outlet = new HttpOutlet(request, response, { requestId: this.id, held: this.held, compressor, readiness });
    this.trace = deps.tracer === null ? null : this.#beginTrace(deps.tracer);
    if (request.headers["traceparent"] !== undefined) this.#answerTrace();
  }

  /** For what it holds beside its answer. */
  newHold(): Hold {
    return new Hold(this.#deps.heldBytes, () => networkOf(this.ipAddress ?? ""));
  }

  #beginTrace(tracer: Tracer): RequestTrace | null {
    const { id, startedAt, arrivedAt, request } = this;
    const begun = { id, startedAt, arrivedAt, method: request.method ?? "GET" };
    return tracer.begin(begun, request.headers["traceparent"] === undefined ? null : readTraceContext(request.headers));
  }

  #answerTrace(): void {
    const told = this.trace?.traceparent ?? traceResponse(this.request.headers, this.id);
    if (told !== null) this.outlet.addHeaders({ traceresponse: told });
  }

  /** Ms since the request arrived. */
  elapsedMs(): number {
    return this.#deps.clock.monotonic() - this.arrivedAt;
  }

  /** The client came by TLS, as far as proxies say so. */
  get isSecure(): boolean {
    return this.#deps.addresses.isSecure(this.request);
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
}
