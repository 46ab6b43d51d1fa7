// A stream that another target goes on with when its vendor breaks off. To all behind it (guardrails, meters, the client) it is one stream.
// Invariant: nothing that was told is told again, and what goes on is told when the vendor that does has begun.

import type { ErrorCode, GhostError } from "@ghostllm/contract";
import { AnswerGoingOn, OuterTap } from "@ghostllm/llm";
import type { StreamFailure, StreamTap, Usage } from "@ghostllm/llm";
import type { StreamVendorAnswer } from "#gateway/flow/answer/answer.ts";
import type { AnswerHeaders, AnswerSink, UpstreamAnswer, UpstreamFailure } from "#gateway/upstream/upstream.ts";
import type { GoesOn, GoneOn } from "./goes-on.ts";

const nothing = Buffer.alloc(0);

/** Failures of the vendor's own. What it refuses, or what the client's limits are, another one would not do better. */
const vendorsOwn: ReadonlySet<ErrorCode> = new Set([
  "provider_error",
  "provider_overloaded",
  "timeout_error",
  "rate_limit_exceeded",
]);

export class ContinuedStream implements UpstreamAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly #first: StreamVendorAnswer;
  readonly #continuation: GoesOn;
  #part: StreamVendorAnswer;
  /** Null as long as it is the first part. */
  #goingOn: AnswerGoingOn | null = null;
  #sink: AnswerSink | null = null;
  #isPaused = false;
  #isAborted = false;
  /** Somebody is asked to go on with it. */
  #isAsking = false;
  /** The vendor has told its last. */
  hasEnded = false;
  /** Nothing more comes from it, not even the end of its body. */
  #isOver = false;

  constructor(first: StreamVendorAnswer, continuation: GoesOn) {
    this.status = first.source.status;
    this.headers = first.source.headers;
    this.#first = first;
    this.#part = first;
    this.#continuation = continuation;
  }

  answer(): StreamVendorAnswer {
    const tap = new ContinuedTap(this.#first.tap, this);
    const usageOfPart = (isComplete: boolean) => this.#continuation.usage(this.tap, isComplete);
    return { ...this.#first, first: null, tap, source: this, usageOfPart };
  }

  /** Of the part that goes on. */
  get tap(): StreamTap {
    return this.#part.tap;
  }

  /** It has failed, unless somebody may still go on with it. */
  get failure(): StreamFailure | null {
    return this.#isAsking ? null : this.tap.failure;
  }

  deliverTo(sink: AnswerSink): void {
    if (this.hasEnded) return this.#isOver ? sink.onEnd() : this.#part.source.deliverTo(sink);
    this.#sink = sink;
    this.#listen();
  }

  pause(): void {
    this.#isPaused = true;
    if (!this.#isAsking) this.#part.source.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (!this.#isAsking) this.#part.source.resume();
  }

  abort(): void {
    this.#isAborted = true;
    if (this.#isAsking) this.#continuation.abandon();
    else this.#part.source.abort();
  }

  fail(error: GhostError): Buffer | null {
    return this.#goingOn === null ? this.tap.fail(error) : this.#goingOn.fail(error);
  }

  #listen(): void {
    const { first, source, tap } = this.#part;
    this.#pass(first);
    if (this.#isAsking || this.hasEnded) return;
    source.deliverTo({
      onData: (chunk) => this.#pass(tap.push(chunk)),
      onEnd: () => this.#finish(tap.flush(), null),
      onFailure: (failure) => this.#finish(null, failure),
    });
    if (this.#isPaused) source.pause();
  }

  #pass(frames: Buffer | null): void {
    if (this.#isAsking || this.hasEnded) return;
    const { tap } = this.#part;
    if (tap.failure !== null) return this.#broken(frames, null);
    this.hasEnded = tap.ended;
    this.#tell(frames);
  }

  #finish(rest: Buffer | null, failure: UpstreamFailure | null): void {
    this.#isOver = true;
    if (this.#isAsking || this.hasEnded) return;
    const { tap } = this.#part;
    if (!tap.isWhole || tap.failure !== null) return this.#broken(rest, failure);
    this.hasEnded = true;
    this.#tell(failure === null ? rest : tap.flush(true));
    this.#sink?.onEnd();
  }

  /** With the end, where that is written here. */
  #tell(frames: Buffer | null): void {
    const part = frames ?? nothing;
    const goingOn = this.#goingOn;
    const told = goingOn === null ? part : joined(goingOn.push(part), this.hasEnded ? goingOn.end() : null);
    if (told.length > 0 || part.length > 0) this.#continuation.tell(told, part);
    if (told.length > 0 || this.hasEnded) this.#sink?.onData(told);
  }

  #broken(frames: Buffer | null, failure: UpstreamFailure | null): void {
    this.#isAsking = true;
    this.#tell(frames);
    const { tap, source } = this.#part;
    const code = tap.failure?.code;
    const isOurs = this.#isAborted || failure?.kind === "aborted" || (code !== undefined && !vendorsOwn.has(code));
    if (isOurs) return this.#leave(failure);
    if (failure === null) source.abort();
    this.#isOver = true;
    const reason = code ?? failure?.kind ?? "broken";
    void this.#continuation.goOn(tap, { status: null, reason, restMs: 0 }).then(
      (gone) => (gone === null ? this.#leave(failure) : this.#turnTo(gone)),
      () => this.#leave(failure),
    );
  }

  #turnTo({ answer, begun, prefill, mark }: GoneOn): void {
    this.#part = answer;
    this.#goingOn = new AnswerGoingOn(this.#continuation.dialect, begun, prefill);
    this.#isAsking = false;
    if (this.#isAborted) return answer.source.abort();
    this.#isOver = false;
    if (mark !== null) {
      this.#continuation.tell(mark, nothing);
      this.#sink?.onData(mark);
    }
    this.#listen();
  }

  /** It ends as it would have without anybody who goes on. */
  #leave(failure: UpstreamFailure | null): void {
    this.#isAsking = false;
    this.hasEnded = true;
    if (failure !== null) this.#sink?.onFailure(failure);
    else if (this.tap.failure !== null) this.#sink?.onData(nothing);
    else this.#sink?.onEnd();
  }
}

function joined(one: Buffer | null, other: Buffer | null): Buffer {
  return Buffer.concat([one ?? nothing, other ?? nothing]);
}

/** What is known of it is known of the part that goes on. */
class ContinuedTap extends OuterTap {
  readonly #stream: ContinuedStream;

  constructor(first: StreamTap, stream: ContinuedStream) {
    super(first);
    this.#stream = stream;
  }

  override push(chunk: Buffer): Buffer | null {
    return chunk.length === 0 ? null : chunk;
  }

  override flush(): Buffer | null {
    return null;
  }

  override fail(error: GhostError): Buffer | null {
    return this.#stream.fail(error);
  }

  override get usage(): Usage | null {
    return this.#stream.tap.usage;
  }

  override get ended(): boolean {
    return this.#stream.hasEnded && this.#stream.tap.ended;
  }

  override get failure(): StreamFailure | null {
    return this.#stream.failure;
  }

  override get isWhole(): boolean {
    return this.#stream.tap.isWhole;
  }

  override get hasTold(): boolean {
    return this.#stream.tap.hasTold;
  }

  override get stored() {
    return this.#stream.tap.stored ?? null;
  }

  override get turn() {
    return this.#stream.tap.turn ?? null;
  }
}
