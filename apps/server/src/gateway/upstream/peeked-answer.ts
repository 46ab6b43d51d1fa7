import type { AnswerHeaders, AnswerSink, UpstreamAnswer, UpstreamFailure } from "./upstream.ts";

/** An answer whose first bytes, until they are `enough`, are known and are delivered again. */
export function peek(answer: UpstreamAnswer, enough: (first: Buffer) => boolean): Promise<PeekedAnswer> {
  return new Promise((resolve) => {
    let first: Buffer = Buffer.alloc(0);
    answer.deliverTo({
      onData(chunk) {
        first = first.length === 0 ? chunk : Buffer.concat([first, chunk]);
        if (!enough(first)) return;
        answer.pause();
        resolve(new PeekedAnswer(answer, first, null));
      },
      onEnd: () => resolve(new PeekedAnswer(answer, first, "end")),
      onFailure: (failure) => resolve(new PeekedAnswer(answer, first, failure)),
    });
  });
}

/** Delivers what was read already before the rest. */
class PeekedAnswer implements UpstreamAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly first: Buffer;
  readonly #answer: UpstreamAnswer;
  /** How it ended, where it is over. */
  readonly #ending: UpstreamFailure | "end" | null;
  #waiting: Buffer | null;
  #sink: AnswerSink | null = null;
  #isPaused = false;
  /** The rest goes to the sink without us. */
  #isLinked = false;

  constructor(answer: UpstreamAnswer, first: Buffer, ending: UpstreamFailure | "end" | null) {
    this.status = answer.status;
    this.headers = answer.headers;
    this.first = first;
    this.#answer = answer;
    this.#ending = ending;
    this.#waiting = first.length === 0 ? null : first;
  }

  deliverTo(sink: AnswerSink): void {
    this.#sink = sink;
    this.#isLinked = false;
    this.#deliver(sink);
  }

  pause(): void {
    this.#isPaused = true;
    if (this.#isLinked) this.#answer.pause();
  }

  resume(): void {
    if (this.#isLinked) this.#answer.resume();
    else if (this.#sink !== null) this.#deliver(this.#sink);
  }

  abort(): void {
    this.#answer.abort();
  }

  /** What is delivered may have the sink pause, or leave the rest to another one. */
  #deliver(sink: AnswerSink): void {
    this.#isPaused = false;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting !== null) sink.onData(waiting);
    if (this.#isPaused || this.#isLinked || this.#sink !== sink) return;
    this.#isLinked = true;
    if (this.#ending === null) this.#answer.deliverTo(sink);
    else if (this.#ending === "end") sink.onEnd();
    else sink.onFailure(this.#ending);
  }
}
