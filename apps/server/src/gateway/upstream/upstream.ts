// The one way from the gateway to a vendor: a request out, an answer in as a push stream with back-pressure.
// Small on purpose, so that a leaner client can be put behind it. Called by gateway/flow and, for lists, by control.

/**
 * Why no answer came, or why it broke off; `credential`: nothing was sent, since the operator's credential is of no use;
 * `forbidden`: nor was anything, since its address may not be asked.
 */
export type UpstreamFailureKind = "connect" | "timeout" | "broken" | "aborted" | "credential" | "forbidden";

interface FailureDetails {
  readonly cause?: unknown;
  readonly isForeign?: boolean;
}

export class UpstreamFailure extends Error {
  override readonly name = "UpstreamFailure";
  readonly kind: UpstreamFailureKind;
  /** What came is no answer of a model, such as a page of HTML. */
  readonly isForeign: boolean;

  constructor(kind: UpstreamFailureKind, message: string, { cause, isForeign = false }: FailureDetails = {}) {
    super(message, { cause });
    this.kind = kind;
    this.isForeign = isForeign;
  }
}

export interface UpstreamRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | null;
  /** The longest silence within its answer, ms, where that is less than usual. */
  readonly idleMs?: number;
}

export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

export interface AnswerSink {
  onData(chunk: Buffer): void;
  onEnd(): void;
  onFailure(failure: UpstreamFailure): void;
}

export interface UpstreamAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: AnswerHeaders;
  /** Starts delivery, or goes on with it to another sink. What came before is delivered first. */
  deliverTo(sink: AnswerSink): void;
  /** Nothing is delivered from now on, but a failure, until `resume` or the next `deliverTo`. */
  pause(): void;
  resume(): void;
  /** Closes the connection: the sink is told of the failure `aborted`, unless the answer has ended. */
  abort(): void;
}

export interface UpstreamCall {
  /** Rejects with UpstreamFailure. */
  readonly answer: Promise<UpstreamAnswer>;
  /** There is a connection that carries it, or did. */
  readonly isConnected: boolean;
  /** The whole request has been handed to the network, so that the vendor may have begun to work. */
  readonly isSent: boolean;
  /** Of the answer's head; 0 until it comes. */
  readonly answerStatus: number;
  /** Of the answer's body, as they came over the wire. */
  readonly answerBytes: number;
  /** Closes the connection, in any phase. No data is delivered afterwards, only the failure `aborted`. */
  abort(): void;
}

export interface UpstreamClient {
  send(request: UpstreamRequest): UpstreamCall;
  /** Closes idle connections and aborts what is running. */
  close(): Promise<void>;
}
