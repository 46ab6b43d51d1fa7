import { UpstreamFailure } from "./upstream.ts";
import type { AnswerHeaders, AnswerSink, UpstreamAnswer } from "./upstream.ts";

/** What may be read of a stream before others have their turn: of the smallest events they are a few thousand. */
export const turnBytes = 16 * 1024;
/** What may wait for its turn here before the vendor is held back: to stop reading and begin again costs more than what fits. */
const mostWaitingBytes = 64 * 1024;

/** A stream that comes fast, in small pieces between which the event loop goes on. One that comes slowly comes as it is. */
export class PacedAnswer implements UpstreamAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly #source: UpstreamAnswer;
  #sink: AnswerSink | null = null;
  /** Came, and has not been delivered. */
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #ending: UpstreamFailure | "end" | null = null;
  #isStarted = false;
  #isPaused = false;
  #isSourcePaused = false;
  /** Others have their turn. */
  #isResting = false;
  #turnBytes = 0;

  constructor(source: UpstreamAnswer) {
    this.status = source.status;
    this.headers = source.headers;
    this.#source = source;
  }

  deliverTo(sink: AnswerSink): void {
    this.#sink = sink;
    if (this.#isStarted) return this.resume();
    this.#isStarted = true;
    this.#source.deliverTo({
      onData: (chunk) => this.#take(chunk),
      onEnd: () => this.#end("end"),
      onFailure: (failure) => this.#end(failure),
    });
  }

  pause(): void {
    this.#isPaused = true;
    this.#holdBack();
  }

  resume(): void {
    this.#isPaused = false;
    if (!this.#isResting) this.#deliver();
  }

  /** All may have come, and wait here for a client that does not read: its source has nothing to abort then, and tells nobody. */
  abort(): void {
    this.#source.abort();
    this.#end(new UpstreamFailure("aborted", "aborted by the gateway"));
  }

  #take(chunk: Buffer): void {
    const isDirect = this.#waiting.length === 0 && !this.#isPaused && !this.#isResting;
    if (isDirect && chunk.length <= turnBytes) return this.#hand(chunk);
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes > mostWaitingBytes) this.#holdBack();
    if (!this.#isPaused && !this.#isResting) this.#deliver();
  }

  /** A failure is told at once: what waits has lost its worth. */
  #end(ending: UpstreamFailure | "end"): void {
    this.#ending = ending;
    if (ending === "end") {
      if (!this.#isPaused && !this.#isResting) this.#deliver();
      return;
    }
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#deliverEnding();
  }

  #deliver(): void {
    while (!this.#isPaused && !this.#isResting) {
      const [first] = this.#waiting;
      if (first === undefined) return this.#ending === null ? this.#letGo() : this.#deliverEnding();
      if (first.length > turnBytes) this.#waiting[0] = first.subarray(turnBytes);
      else this.#waiting.shift();
      const piece = first.subarray(0, turnBytes);
      this.#waitingBytes -= piece.length;
      this.#hand(piece);
    }
  }

  #hand(piece: Buffer): void {
    this.#turnBytes += piece.length;
    this.#sink?.onData(piece);
    if (this.#turnBytes < turnBytes) return;
    this.#isResting = true;
    this.#turnBytes = 0;
    setImmediate(() => this.#goOn());
  }

  #holdBack(): void {
    if (this.#isSourcePaused) return;
    this.#isSourcePaused = true;
    this.#source.pause();
  }

  #letGo(): void {
    if (!this.#isSourcePaused) return;
    this.#isSourcePaused = false;
    this.#source.resume();
  }

  #goOn(): void {
    this.#isResting = false;
    if (!this.#isPaused) this.#deliver();
  }

  #deliverEnding(): void {
    const sink = this.#sink;
    const ending = this.#ending;
    this.#sink = null;
    if (ending === "end") sink?.onEnd();
    else if (ending !== null) sink?.onFailure(ending);
  }
}
