import type { AnswerHeaders, AnswerSink, UpstreamAnswer } from "./upstream.ts";

/** An answer with its first bytes, which are delivered again. Rejects with UpstreamFailure where none came. */
export function peek(source: UpstreamAnswer): Promise<{ readonly first: Buffer; readonly answer: UpstreamAnswer }> {
  return new Promise((resolve, reject) => {
    const found = (first: Buffer): void => resolve({ first, answer: new PeekedAnswer(source, first) });
    source.deliverTo({
      onData(chunk) {
        source.pause();
        found(chunk);
      },
      onEnd: () => found(Buffer.alloc(0)),
      onFailure: reject,
    });
  });
}

class PeekedAnswer implements UpstreamAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly #source: UpstreamAnswer;
  #first: Buffer | null;
  /** Who paused while the first bytes were delivered. */
  #waiting: AnswerSink | null = null;
  #isPaused = false;

  constructor(source: UpstreamAnswer, first: Buffer) {
    this.status = source.status;
    this.headers = source.headers;
    this.#source = source;
    this.#first = first.length === 0 ? null : first;
  }

  deliverTo(sink: AnswerSink): void {
    this.#isPaused = false;
    this.#waiting = null;
    const first = this.#first;
    this.#first = null;
    if (first !== null) sink.onData(first);
    if (this.#isPaused) this.#waiting = sink;
    else this.#source.deliverTo(sink);
  }

  pause(): void {
    this.#isPaused = true;
    this.#source.pause();
  }

  resume(): void {
    const sink = this.#waiting;
    if (sink !== null) return this.deliverTo(sink);
    this.#isPaused = false;
    this.#source.resume();
  }

  abort(): void {
    this.#source.abort();
  }
}
