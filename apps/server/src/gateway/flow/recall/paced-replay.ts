import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import type { AnswerHeaders, AnswerSink, UpstreamAnswer } from "#gateway/upstream/upstream.ts";
import type { Piece } from "./pace.ts";

/** What was written down, told again piece by piece, with the pauses that it had. */
export class PacedReplay implements UpstreamAnswer {
  readonly status = 200;
  readonly headers: AnswerHeaders;
  readonly #body: Buffer;
  readonly #pieces: readonly Piece[];
  #next = 0;
  #sink: AnswerSink | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isPaused = false;

  constructor(body: Buffer, headers: AnswerHeaders, pieces: readonly Piece[]) {
    this.#body = body;
    this.headers = headers;
    this.#pieces = pieces;
  }

  deliverTo(sink: AnswerSink): void {
    this.#sink = sink;
    this.resume();
  }

  pause(): void {
    this.#isPaused = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#sink === null || this.#timer !== undefined) return;
    const piece = this.#pieces[this.#next];
    if (piece === undefined) return this.#end();
    this.#timer = setTimeout(() => this.#tell(piece), piece.pauseMs);
  }

  abort(): void {
    clearTimeout(this.#timer);
    const sink = this.#sink;
    this.#sink = null;
    sink?.onFailure(new UpstreamFailure("aborted", "aborted by the gateway"));
  }

  #tell({ from, to }: Piece): void {
    this.#timer = undefined;
    this.#next += 1;
    this.#sink?.onData(this.#body.subarray(from, to));
    if (!this.#isPaused) this.resume();
  }

  #end(): void {
    const sink = this.#sink;
    this.#sink = null;
    sink?.onEnd();
  }
}
