// A stream that is told through guardrails. Its texts are held by a window, so that nothing of what is found has been told before it is known.
// Invariant: when a guardrail blocks, nothing that is held is told, the vendor is aborted, and the stream ends as one that has failed.

import type { GhostError } from "@ghostllm/contract";
import { OuterTap, watchedEvents } from "@ghostllm/llm";
import type { ClientDialect, Dialect, EditedEvents, StreamFailure, StreamTap } from "@ghostllm/llm";
import type { GuardrailPart } from "#domain/guardrails/guardrail.ts";
import { TextLook } from "#domain/guardrails/look.ts";
import type { StreamAnswer } from "#gateway/flow/answer/answer.ts";
import type { AnswerHeaders, AnswerSink, UpstreamAnswer } from "#gateway/upstream/upstream.ts";
import type { Guarding } from "./guarding.ts";

interface Guarded {
  readonly answer: StreamAnswer;
  readonly dialect: Dialect;
  readonly guarding: Guarding;
  readonly guardrails: readonly GuardrailPart[];
  /** Nothing of it is told. */
  readonly refusal: GhostError | null;
}

const nothing = Buffer.alloc(0);

export class GuardedStream implements UpstreamAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly #guarded: Guarded;
  readonly #look: TextLook;
  readonly #events: EditedEvents;
  #sink: AnswerSink | null = null;
  #hasBegun = false;
  #isStopped = false;
  #unsaid: Buffer[] = [];
  /** All that its vendor has told has been told. */
  isDrained = false;
  blocked: GhostError | null;

  constructor(guarded: Guarded) {
    const { answer, dialect, guardrails, refusal } = guarded;
    this.status = answer.source.status;
    this.headers = answer.source.headers;
    this.#guarded = guarded;
    this.#look = new TextLook(guardrails);
    const { texts } = dialect.client;
    this.#events = watchedEvents(texts, this.#look, answer.tap.isEventStream ? texts.stream.form : "list");
    this.blocked = refusal;
  }

  answer(): StreamAnswer {
    const { answer, dialect } = this.#guarded;
    const tap = new GuardedTap(answer.tap, this, dialect.client);
    return { ...answer, first: null, tap, source: this, unsaid: () => this.#takeUnsaid() };
  }

  deliverTo(sink: AnswerSink): void {
    this.#sink = sink;
    const { source, first, tap } = this.#guarded.answer;
    if (this.#isStopped) return sink.onEnd();
    if (this.blocked !== null) return this.#stop(first);
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      this.#pass(first);
      if (this.#isOver || this.#sink !== sink) return;
    }
    source.deliverTo({
      onData: (chunk) => this.#pass(tap.push(chunk)),
      onEnd: () => {
        if (this.blocked === null) this.#pass(tap.flush(), true);
        if (this.blocked === null) this.#sink?.onEnd();
      },
      onFailure: (failure) => {
        if (this.blocked !== null) return;
        // What was held is told: nobody looks for more of it.
        this.#pass(null, true);
        if (this.blocked === null) this.#sink?.onFailure(failure);
      },
    });
  }

  pause(): void {
    this.#guarded.answer.source.pause();
  }

  resume(): void {
    this.#guarded.answer.source.resume();
  }

  abort(): void {
    this.#guarded.answer.source.abort();
  }

  get #isOver(): boolean {
    return this.blocked !== null || this.isDrained;
  }

  #pass(frames: Buffer | null, isEnd = false): void {
    if (this.#isOver) return;
    const { tap } = this.#guarded.answer;
    if (frames !== null) this.#events.add(frames);
    const isLast = isEnd || tap.ended || tap.failure !== null;
    const told = this.#look.isStopped ? null : this.#events.take(isLast);
    const stopped = this.#judge();
    if (stopped !== null) return this.#stop(told);
    this.isDrained = isLast;
    if (told !== null || isLast) this.#sink?.onData(told ?? nothing);
  }

  /** What has been found so far. */
  #judge(): GhostError | null {
    const { guarding, guardrails } = this.#guarded;
    if (this.#look.hits.length > 0) this.blocked ??= guarding.note("output", guardrails, this.#look.hits);
    if (this.#events.hasUnreadable) this.blocked ??= guarding.failAll("output");
    return this.blocked;
  }

  #stop(frames: Buffer | null): void {
    this.#isStopped = true;
    if (frames !== null) this.#unsaid.push(frames);
    const { tap, source } = this.#guarded.answer;
    const held = [this.#events.take(true), tap.flush(true)].filter((part) => part !== null);
    this.#unsaid.push(...held);
    source.abort();
    const sink = this.#sink;
    this.#sink = null;
    sink?.onData(nothing);
  }

  /** By which its tokens are estimated. */
  #takeUnsaid(): Buffer | null {
    const unsaid = this.#unsaid;
    this.#unsaid = [];
    return unsaid.length === 0 ? null : Buffer.concat(unsaid);
  }
}

function failureOf({ code, message }: GhostError): StreamFailure {
  return { code, message, error: { message, words: [] } };
}

/** What was told by the stream's own tap, in front of the guardrails, is known of it when it has passed them. */
class GuardedTap extends OuterTap {
  readonly #stream: GuardedStream;
  readonly #client: ClientDialect;

  constructor(tap: StreamTap, stream: GuardedStream, client: ClientDialect) {
    super(tap);
    this.#stream = stream;
    this.#client = client;
  }

  /** What the stream's own tap would tell of the answer at its end is what is not to be told. */
  override fail(error: GhostError): Buffer | null {
    if (this.#stream.blocked === null || !this.isEventStream) return super.fail(error);
    return Buffer.from(this.#client.encodeStreamError(error));
  }

  override push(chunk: Buffer): Buffer | null {
    return chunk.length === 0 ? null : chunk;
  }

  override flush(): Buffer | null {
    return null;
  }

  override get ended(): boolean {
    return this.#stream.isDrained && super.ended;
  }

  override get failure(): StreamFailure | null {
    const { blocked } = this.#stream;
    if (blocked !== null) return failureOf(blocked);
    return this.#stream.isDrained ? super.failure : null;
  }
}
