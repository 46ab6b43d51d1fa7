import type { Hold } from "#gateway/http/held-bytes.ts";
import type { Mark, PaceMarks } from "./pace.ts";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import type { AnswerHeaders, AnswerSink, UpstreamAnswer } from "#gateway/upstream/upstream.ts";

const leastRoom = 4 * 1024;

interface Terms {
  readonly mostBytes: number;
  /** What its request holds of the memory of all. */
  readonly held: Pick<Hold, "grow">;
  /** Its client takes it so slowly that nobody else should wait for its end. */
  readonly onSlow: () => void;
  /** Null: it is told again at once. */
  readonly pace: PaceMarks | null;
}

/** So long a client may take nothing while others wait for the same. */
const slowMs = 1_000;

/** A vendor's answer on its way, of which all that has come is written down, up to a size. */
export class RecordedAnswer implements UpstreamAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly #source: UpstreamAnswer;
  readonly #terms: Terms;
  #slowTimer: NodeJS.Timeout | undefined;
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;
  #isTooLarge = false;

  constructor(source: UpstreamAnswer, terms: Terms) {
    this.status = source.status;
    this.headers = source.headers;
    this.#source = source;
    this.#terms = terms;
  }

  /** In memory of its own; null where more has come than there is room for. */
  take(): Buffer | null {
    if (this.#isTooLarge) return null;
    const whole = Buffer.allocUnsafeSlow(this.#length);
    this.#bytes.copy(whole, 0, 0, this.#length);
    this.#bytes = Buffer.alloc(0);
    return whole;
  }

  /** Null: nobody has written it down. */
  get pace(): readonly Mark[] | null {
    return this.#terms.pace?.told ?? null;
  }

  deliverTo(sink: AnswerSink): void {
    this.#goOn();
    this.#terms.pace?.begin();
    this.#source.deliverTo({
      onData: (chunk) => {
        // Before the sink: it may give the memory away.
        this.#add(chunk);
        sink.onData(chunk);
      },
      onEnd: () => {
        this.#goOn();
        sink.onEnd();
      },
      onFailure: (failure) => {
        this.#goOn();
        sink.onFailure(failure);
      },
    });
  }

  pause(): void {
    this.#slowTimer ??= setTimeout(this.#terms.onSlow, slowMs);
    this.#source.pause();
  }

  resume(): void {
    this.#goOn();
    this.#source.resume();
  }

  abort(): void {
    this.#goOn();
    this.#source.abort();
  }

  #goOn(): void {
    clearTimeout(this.#slowTimer);
    this.#slowTimer = undefined;
  }

  #add(chunk: Buffer): void {
    if (this.#isTooLarge) return;
    const needed = this.#length + chunk.length;
    if (needed > this.#bytes.length && !this.#grow(needed)) {
      this.#isTooLarge = true;
      this.#bytes = Buffer.alloc(0);
      return;
    }
    chunk.copy(this.#bytes, this.#length);
    this.#length = needed;
    this.#terms.pace?.add(needed);
  }

  #grow(needed: number): boolean {
    const { mostBytes, held } = this.#terms;
    const size = Math.min(mostBytes, Math.max(leastRoom, 2 * needed));
    if (size < needed || held.grow(size - this.#bytes.length) !== null) return false;
    const larger = Buffer.allocUnsafeSlow(size);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
    return true;
  }
}

/** What was written down, told again as if its vendor did: at once. */
export class ReplayedAnswer implements UpstreamAnswer {
  readonly status = 200;
  readonly headers: AnswerHeaders;
  #waiting: Buffer | null;
  #sink: AnswerSink | null = null;
  #isPaused = false;

  constructor(body: Buffer, headers: AnswerHeaders) {
    this.headers = headers;
    this.#waiting = body.length === 0 ? null : body;
  }

  deliverTo(sink: AnswerSink): void {
    this.#sink = sink;
    this.resume();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    const sink = this.#sink;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting !== null) sink?.onData(waiting);
    // What is delivered may have the sink pause, or leave the rest to another one.
    if (this.#isPaused || this.#sink !== sink) return;
    this.#sink = null;
    sink?.onEnd();
  }

  abort(): void {
    const sink = this.#sink;
    this.#sink = null;
    this.#waiting = null;
    sink?.onFailure(new UpstreamFailure("aborted", "aborted by the gateway"));
  }
}
