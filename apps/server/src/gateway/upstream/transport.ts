// How requests get out and answers come in, below the calls that the gateway sees. There are two ways: `lean/` over bare sockets, and
// undici's agents for what goes through a proxy. Both speak with handlers, in undici's terms.

import type { AnswerHeaders, UpstreamRequest } from "./upstream.ts";

/** How long a vendor is waited for: until there is a connection, until its answer begins, while it is silent within one. */
export interface UpstreamTimeouts {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly idleMs: number;
}

/** One request, and where it goes. */
export interface Dispatch extends Pick<UpstreamRequest, "method" | "headers" | "body" | "idleMs"> {
  readonly origin: string;
  /** With the query. */
  readonly path: string;
}

/** Of one answer, as long as it lasts. */
export interface AnswerController {
  readonly paused: boolean;
  pause(): void;
  resume(): void;
  /** Closes the connection; the handler is told of the error. */
  abort(error: Error): void;
}

export interface AnswerHandler {
  /** It can be aborted from now on. */
  onRequestStart(controller: AnswerController): void;
  /** A connection carries it from now on. */
  onConnected(): void;
  /** The whole request is with the network. */
  onRequestSent(): void;
  onResponseStart(controller: AnswerController, status: number, headers: AnswerHeaders): void;
  onResponseData(controller: AnswerController, chunk: Buffer): void;
  onResponseEnd(controller: AnswerController): void;
  onResponseError(controller: AnswerController, error: Error): void;
}

export interface Transport {
  dispatch(request: Dispatch, handler: AnswerHandler): void;
  /** Ends what is running, too. */
  destroy(): Promise<void>;
}
