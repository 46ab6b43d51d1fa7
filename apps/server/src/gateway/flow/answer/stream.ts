// Passing a vendor's stream on. Called by attempt.ts (its opening) and execute.ts (the rest).
// Invariant: the last bytes of an answer are left to the caller, who writes the usage record before it sends them.

import type { StreamTap } from "@ghostllm/llm";
import type { Exchange } from "#gateway/http/exchange.ts";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import type { UpstreamAnswer } from "#gateway/upstream/upstream.ts";
import type { StreamMeter } from "./meter.ts";
import type { StreamAnswer } from "./answer.ts";

/** A vendor that has begun may take so long to say something before its client is told that it has begun. */
const openingMs = 250;
/** What is held of an opening at most. */
const openingBytes = 64 * 1024;

/**
 * Waits for the first frames that tell something: until they are there, another target can still be tried without the client
 * noticing. A failure of the vendor's ends the wait as well.
 */
export function readFirstFrames(source: UpstreamAnswer, tap: StreamTap): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const held = new HeldFrames(() => {
      source.pause();
      resolve(held.take());
    });
    source.deliverTo({
      onData(chunk) {
        const frames = tap.push(chunk);
        if (frames !== null) held.add(frames);
        if (tap.hasTold || tap.failure !== null) held.release();
      },
      onEnd() {
        const rest = tap.flush();
        if (rest !== null) held.add(rest);
        if (tap.hasTold || tap.failure !== null) return held.release();
        held.drop();
        reject(new UpstreamFailure("broken", "the stream ended before it told anything"));
      },
      onFailure(failure) {
        held.drop();
        reject(failure);
      },
    });
  });
}

/** The frames of an opening, which are released once: on demand, when they are too many, or after a while. */
class HeldFrames {
  #frames: Buffer[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #onRelease: () => void;

  constructor(onRelease: () => void) {
    this.#onRelease = onRelease;
  }

  add(frames: Buffer): void {
    this.#frames.push(frames);
    this.#bytes += frames.length;
    this.#timer ??= setTimeout(() => this.release(), openingMs);
    if (this.#bytes > openingBytes) this.release();
  }

  release(): void {
    clearTimeout(this.#timer);
    this.#onRelease();
  }

  take(): Buffer | null {
    const frames = this.#frames.splice(0);
    return frames.length === 0 ? null : Buffer.concat(frames);
  }

  drop(): void {
    clearTimeout(this.#timer);
    this.#frames = [];
  }
}

/** How a relayed answer came to its end. Its last bytes have not been sent: the usage record goes first. */
export interface StreamEnd {
  readonly lastBytes: Buffer | null;
  /** Null: the vendor ended its answer properly. */
  readonly failure: UpstreamFailure | null;
  /** It was cut here, since the budget is used up. */
  readonly isOverBudget?: true;
}

/** Part of what the vendor sent, kept to estimate its tokens should no usage be told. */
export class Evidence {
  readonly #maxBytes: number;
  readonly #kept: Buffer[] = [];
  keptBytes = 0;
  totalBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(chunk: Buffer): void {
    this.totalBytes += chunk.length;
    if (this.keptBytes >= this.#maxBytes) return;
    const kept = chunk.subarray(0, this.#maxBytes - this.keptBytes);
    this.#kept.push(kept);
    this.keptBytes += kept.length;
  }

  text(): string {
    return Buffer.concat(this.#kept).toString("utf8");
  }

  /** By how much the whole was larger than what was kept. */
  get scale(): number {
    return this.keptBytes === 0 ? 1 : this.totalBytes / this.keptBytes;
  }
}

export interface Relay {
  readonly exchange: Exchange;
  readonly evidence: Evidence;
  /** Null where nobody's budget can be exceeded. */
  readonly meter: StreamMeter | null;
  /** Told of what is written at once. */
  readonly onWrite: (bytes: Buffer) => void;
}

/**
 * Passes an answer on to the client as it comes, no faster than the client reads, until the vendor's end mark, its end
 * or its failure. Resolves with what is left to send; never rejects.
 */
export function relayStream(answer: StreamAnswer, relay: Relay): Promise<StreamEnd> {
  return new Promise((resolve) => new Relaying(answer, relay, resolve).start());
}

/** The way of one answer from its vendor to its client. */
class Relaying {
  readonly #answer: StreamAnswer;
  readonly #evidence: Evidence;
  readonly #meter: StreamMeter | null;
  readonly #exchange: Exchange;
  readonly #writer: CoalescingWriter;
  readonly #resolve: (end: StreamEnd) => void;
  #isOver = false;
  /** What has come is being counted. */
  #isHeld = false;

  constructor(answer: StreamAnswer, { exchange, evidence, meter, onWrite }: Relay, resolve: (end: StreamEnd) => void) {
    this.#answer = answer;
    this.#evidence = evidence;
    this.#meter = meter;
    this.#writer = new CoalescingWriter(exchange, {
      onWrite,
      onFull: () => answer.source.pause(),
      onDrain: () => this.#resume(),
    });
    this.#exchange = exchange;
    this.#resolve = resolve;
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
    if (frames !== null) this.#evidence.add(frames);
    if (tap.ended || tap.failure !== null) {
      discardRest(source);
      return this.#finish(frames, null);
    }
    if (frames !== null) this.#writer.write(frames);
    if (this.#meter !== null && this.#evidence.totalBytes >= this.#meter.nextBytes)
      this.#look(this.#meter, frames?.length ?? 0);
  }

  #end(): void {
    const { tap } = this.#answer;
    const rest = tap.flush();
    if (rest !== null) this.#evidence.add(rest);
    this.#finish(rest, tap.isWhole || tap.failure !== null ? null : endedEarly);
  }

  /** The vendor is held back while its answer is counted. */
  #look(meter: StreamMeter, lastBytes: number): void {
    const { source, tap } = this.#answer;
    const verdict = meter.look(this.#evidence, tap.usage, lastBytes);
    if (verdict === true) return;
    source.pause();
    this.#isHeld = true;
    void verdict.catch(() => true).then((mayGoOn) => this.#goOn(mayGoOn));
  }

  #goOn(mayGoOn: boolean): void {
    this.#isHeld = false;
    if (!mayGoOn) this.#cut();
    else if (!this.#exchange.response.writableNeedDrain) this.#resume();
  }

  #resume(): void {
    if (!this.#isHeld && !this.#isOver) this.#answer.source.resume();
  }

  #cut(): void {
    if (this.#isOver) return;
    this.#finish(null, null, { isOverBudget: true });
    this.#answer.source.abort();
  }

  #finish(lastBytes: Buffer | null, failure: UpstreamFailure | null, more: Pick<StreamEnd, "isOverBudget"> = {}): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const unsent = this.#writer.takePending();
    const left = lastBytes === null ? unsent : [...unsent, lastBytes];
    this.#resolve({ lastBytes: left.length === 0 ? null : Buffer.concat(left), failure, ...more });
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
 * Writes what arrives in one go as one piece: a burst of many small events then costs one system call. Holds the vendor
 * back while the client is slow, so that memory stays bounded.
 */
class CoalescingWriter {
  #pending: Buffer[] = [];
  readonly #exchange: Exchange;
  readonly #listener: WriteListener;

  constructor(exchange: Exchange, listener: WriteListener) {
    this.#exchange = exchange;
    this.#listener = listener;
  }

  write(bytes: Buffer): void {
    this.#pending.push(bytes);
    if (this.#pending.length === 1) queueMicrotask(() => this.#flush());
  }

  takePending(): readonly Buffer[] {
    const pending = this.#pending;
    this.#pending = [];
    return pending;
  }

  #flush(): void {
    const [first, ...more] = this.takePending();
    if (first === undefined || this.#exchange.isClientGone) return;
    const bytes = more.length === 0 ? first : Buffer.concat([first, ...more]);
    this.#listener.onWrite(bytes);
    if (this.#exchange.response.write(bytes)) return;
    this.#listener.onFull();
    this.#exchange.response.once("drain", this.#listener.onDrain);
  }
}
