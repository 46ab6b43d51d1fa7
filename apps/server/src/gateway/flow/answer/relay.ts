// Passing an answer on as it comes, before the eyes of whoever has to do with it. Called by deliver.ts.
// Invariant: the last bytes of an answer are left to the caller, who writes the usage record before it sends them.

import type { GhostError } from "@ghostllm/contract";
import type { StreamTap } from "@ghostllm/llm";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import type { UpstreamAnswer } from "#gateway/upstream/upstream.ts";
import type { StreamAnswer } from "./answer.ts";
import type { Outlet } from "./outlet.ts";

/** Looks at an answer on its way, as far as it likes. */
export interface Observer {
  /** All that came, in the client's dialect, before it goes on. */
  add?(frames: Buffer): void;
  /** What speaks against going on behind so many bytes. A promise holds the vendor back until it is kept. */
  review?(lastBytes: number): Promise<GhostError | null> | null;
  /** What has left at once. */
  wrote?(bytes: Buffer): void;
}

type Watching = Required<Pick<Observer, "add">>;
type Reviewing = Required<Pick<Observer, "review">>;
type Counting = Required<Pick<Observer, "wrote">>;

/** How a relayed answer came to its end. Its last bytes have not been sent: the usage record goes first. */
export interface StreamEnd {
  readonly lastBytes: Buffer | null;
  /** Null: the vendor ended its answer properly. */
  readonly failure: UpstreamFailure | null;
  /** For this it was cut here. */
  readonly objection: GhostError | null;
}

/**
 * Passes an answer on to the client as it comes, no faster than the client reads, until the vendor's end mark, its end
 * or its failure. Resolves with what is left to send; never rejects.
 */
export function relay(answer: StreamAnswer, outlet: Sink, observers: readonly Observer[]): Promise<StreamEnd> {
  return new Promise((resolve) => new Relay(answer, { outlet, observers, resolve }).start());
}

/** Of an outlet, what takes an answer as it goes on. */
export type Sink = Pick<Outlet, "isClientGone" | "isFull" | "write" | "whenDrained">;

interface RelayEnds {
  readonly outlet: Sink;
  readonly observers: readonly Observer[];
  readonly resolve: (end: StreamEnd) => void;
}

/** The way of one answer from its vendor to its client. */
class Relay {
  readonly #answer: StreamAnswer;
  readonly #outlet: Sink;
  /** Sorted once: none is asked for each chunk whether it has something to say. */
  readonly #watching: readonly Watching[];
  readonly #reviewing: readonly Reviewing[];
  readonly #counting: readonly Counting[];
  readonly #writer: CoalescingWriter;
  readonly #resolve: (end: StreamEnd) => void;
  #isOver = false;
  /** So many observers have not made up their minds. */
  #holds = 0;

  constructor(answer: StreamAnswer, { outlet, observers, resolve }: RelayEnds) {
    this.#answer = answer;
    this.#outlet = outlet;
    this.#watching = observers.filter((one): one is Watching => one.add !== undefined);
    this.#reviewing = observers.filter((one): one is Reviewing => one.review !== undefined);
    this.#counting = observers.filter((one): one is Counting => one.wrote !== undefined);
    this.#resolve = resolve;
    this.#writer = new CoalescingWriter(outlet, {
      onWrite: (bytes) => this.#tellWritten(bytes),
      onFull: () => answer.source.pause(),
      onDrain: () => this.#resume(),
    });
  }

  start(): void {
    const { source, tap, first } = this.#answer;
    this.#pass(first);
    if (this.#isOver) return;
    source.deliverTo({
      onData: (chunk) => this.#pass(tap.push(chunk)),
      onEnd: () => this.#end(),
      // Where it is whole, all that was missing is the end of the body.
      onFailure: (failure) => (tap.isWhole ? this.#finish(restOf(tap), null) : this.#finish(null, failure)),
    });
  }

  #pass(frames: Buffer | null): void {
    if (this.#isOver) return;
    const { source, tap } = this.#answer;
    if (frames !== null) this.#show(frames);
    if (tap.ended || tap.failure !== null) {
      discardRest(source);
      return this.#finish(frames, null);
    }
    if (frames === null) return;
    this.#writer.write(frames);
    this.#review(frames.length);
  }

  #end(): void {
    const { tap } = this.#answer;
    const rest = tap.flush();
    if (rest !== null) this.#show(rest);
    this.#finish(rest, tap.isWhole || tap.failure !== null ? null : endedEarly);
  }

  #show(frames: Buffer): void {
    for (const observer of this.#watching) observer.add(frames);
  }

  #tellWritten(bytes: Buffer): void {
    for (const observer of this.#counting) observer.wrote(bytes);
  }

  #review(bytes: number): void {
    for (const observer of this.#reviewing) {
      const objection = observer.review(bytes);
      if (objection !== null) this.#holdFor(objection);
    }
  }

  /** The vendor is held back meanwhile. Who fails to make up its mind objects to nothing. */
  #holdFor(objection: Promise<GhostError | null>): void {
    this.#answer.source.pause();
    this.#holds += 1;
    void objection.catch(() => null).then((error) => this.#goOn(error));
  }

  #goOn(objection: GhostError | null): void {
    this.#holds -= 1;
    if (objection !== null) this.#cut(objection);
    else if (!this.#outlet.isFull) this.#resume();
  }

  #resume(): void {
    if (this.#holds === 0 && !this.#isOver) this.#answer.source.resume();
  }

  #cut(objection: GhostError): void {
    if (this.#isOver) return;
    this.#finish(null, null, objection);
    this.#answer.source.abort();
  }

  #finish(lastBytes: Buffer | null, failure: UpstreamFailure | null, objection: GhostError | null = null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const unsent = this.#writer.takePending();
    const left = lastBytes === null ? unsent : [...unsent, lastBytes];
    this.#resolve({ lastBytes: left.length === 0 ? null : Buffer.concat(left), failure, objection });
  }
}

/** What a tap that has thrown still holds is lost. */
function restOf(tap: StreamTap): Buffer | null {
  try {
    return tap.flush(true);
  } catch {
    return null;
  }
}

const endedEarly = new UpstreamFailure("broken", "the stream ended before its answer did");

/** How long a vendor may take to end its body behind the end mark. */
const restPatienceMs = 2_000;

/** Behind the end mark nothing but the end of the body comes: reading it keeps the connection fit for the next request. */
function discardRest(source: UpstreamAnswer): void {
  const timer = setTimeout(() => source.abort(), restPatienceMs);
  const stop = (): void => clearTimeout(timer);
  source.deliverTo({ onData() {}, onEnd: stop, onFailure: stop });
}

interface WriteListener {
  readonly onWrite: (bytes: Buffer) => void;
  /** The client is slow: the vendor is to be held back. */
  readonly onFull: () => void;
  readonly onDrain: () => void;
}

/**
 * Writes what arrives in one turn of the event loop as one piece, when the turn has ended: a burst of many small events then costs one
 * system call, and what many streams have to say leaves together. Holds the vendor back while the client is slow, so that memory
 * stays bounded.
 */
class CoalescingWriter {
  #pending: Buffer[] = [];
  readonly #outlet: Sink;
  readonly #listener: WriteListener;

  constructor(outlet: Sink, listener: WriteListener) {
    this.#outlet = outlet;
    this.#listener = listener;
  }

  write(bytes: Buffer): void {
    this.#pending.push(bytes);
    if (this.#pending.length === 1) flushAtEndOfTurn(this);
  }

  takePending(): readonly Buffer[] {
    const pending = this.#pending;
    this.#pending = [];
    return pending;
  }

  flush(): void {
    const [first, ...more] = this.takePending();
    if (first === undefined || this.#outlet.isClientGone) return;
    const bytes = more.length === 0 ? first : Buffer.concat([first, ...more]);
    this.#listener.onWrite(bytes);
    if (this.#outlet.write(bytes)) return;
    this.#listener.onFull();
    this.#outlet.whenDrained(this.#listener.onDrain);
  }
}

let due: CoalescingWriter[] = [];

/** One call of the event loop for all streams that have something to say. */
function flushAtEndOfTurn(writer: CoalescingWriter): void {
  if (due.push(writer) === 1) setImmediate(flushAll);
}

function flushAll(): void {
  const writers = due;
  due = [];
  for (const writer of writers) writer.flush();
}
