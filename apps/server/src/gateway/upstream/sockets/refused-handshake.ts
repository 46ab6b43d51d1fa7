import type { IncomingMessage } from "node:http";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import type { AnswerHeaders, AnswerSink, UpstreamAnswer } from "#gateway/upstream/upstream.ts";

/** What a vendor says in place of a session. */
export class RefusedHandshake implements UpstreamAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly #response: IncomingMessage;

  constructor(response: IncomingMessage) {
    this.#response = response;
    this.status = response.statusCode === undefined || response.statusCode < 300 ? 502 : response.statusCode;
    this.headers = response.headers;
    // What comes before somebody listens waits.
    response.on("error", () => undefined);
  }

  deliverTo(sink: AnswerSink): void {
    this.#response.on("data", (chunk: Buffer) => sink.onData(chunk));
    this.#response.on("end", () => sink.onEnd());
    this.#response.on("aborted", () => sink.onFailure(new UpstreamFailure("broken", "the answer broke off")));
  }

  pause(): void {
    this.#response.pause();
  }

  resume(): void {
    this.#response.resume();
  }

  abort(): void {
    this.#response.destroy();
  }
}
