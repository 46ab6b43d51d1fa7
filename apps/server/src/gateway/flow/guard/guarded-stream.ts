// A stream that is told through guardrails. Its texts are held by a window, so that nothing of what is found has been told before it is known;
// where somebody else is asked, all of a part is held until he has answered, and the vendor is held back meanwhile.
// Invariant: when a guardrail blocks, nothing that is held is told, the vendor is aborted, and the stream ends as one that has failed.

import type { GhostError } from "@ghostllm/contract";
import { watchedEvents } from "@ghostllm/llm";
import type { Dialect, EditedEvents } from "@ghostllm/llm";
import type { GuardrailPart } from "#domain/guardrails/guardrail.ts";
import { TextLook } from "#domain/guardrails/look.ts";
import type { StreamAnswer } from "#gateway/flow/answer/answer.ts";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import type { AnswerHeaders, AnswerSink, UpstreamAnswer, UpstreamCall } from "#gateway/upstream/upstream.ts";
import { AskedParts } from "./asked-parts.ts";
import type { AskedPart, JudgeParts } from "./asked-parts.ts";
import { GuardedTap } from "./guarded-tap.ts";
import type { Guarding } from "./guarding.ts";

interface Guarded {
  readonly answer: StreamAnswer;
  readonly dialect: Dialect;
  readonly guarding: Guarding;
  readonly guardrails: readonly GuardrailPart[];
  /** Nothing of it is told. */
  readonly refusal: GhostError | null;
  readonly judge: JudgeParts;
  /** Null: no more of it is held than its texts ask for. */
  readonly whole: JudgeWhole | null;
}

/** All of it is held until it is whole, and then judged. */
export interface JudgeWhole {
  readonly mostBytes: number;
  /** As the client would be told it. */
  readonly judge: (told: Buffer) => Promise<GhostError | null>;
  /** Null: it is told all the same. */
  readonly isTooLarge: () => GhostError | null;
}

const nothing = Buffer.alloc(0);

export class GuardedStream implements UpstreamAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly #guarded: Guarded;
  readonly #look: TextLook;
  readonly #events: EditedEvents;
  readonly #parts = new AskedParts();
  #sink: AnswerSink | null = null;
  #hasBegun = false;
  #isStopped = false;
  /** By whoever is told. */
  #isPaused = false;
  /** Whom is asked now; null: nobody. */
  #asking: { call: Pick<UpstreamCall, "abort"> | null } | null = null;
  /** What waits for who is asked. */
  #waiting: Buffer[] = [];
  /** How the vendor has ended, which is told behind what waits. */
  #end: UpstreamFailure | "end" | null = null;
  #isLast = false;
  #unsaid: Buffer[] = [];
  /** Null where nobody judges it as a whole, or it has become too large for that. */
  #whole: JudgeWhole | null;
  #heldBytes = 0;
  /** All that its vendor has told has been told. */
  isDrained = false;
  /** Nobody waits for the rest of it. */
  isCut = false;
  blocked: GhostError | null;

  constructor(guarded: Guarded) {
    const { answer, dialect, guardrails, refusal, judge } = guarded;
    this.status = answer.source.status;
    this.headers = answer.source.headers;
    this.#guarded = guarded;
    this.#whole = guarded.whole;
    this.#look = new TextLook(guardrails);
    if (judge !== null) this.#look.onText = (text, of) => this.#parts.add(text, of);
    const { texts } = dialect.client;
    this.#events = watchedEvents(texts, this.#look, answer.tap.isEventStream ? texts.stream.form : "list");
    this.blocked = refusal;
  }

  answer(): StreamAnswer {
    const { answer, dialect } = this.#guarded;
    const tap = new GuardedTap(answer.tap, this, dialect.client);
    return { ...answer, first: null, tap, source: this, unsaid: () => this.#takeUnsaid(), isRead: () => this.#isRead };
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
      onEnd: () => this.#finish("end", () => tap.flush()),
      onFailure: (failure) => this.#finish(failure, () => null),
    });
    if (this.#asking !== null) source.pause();
  }

  pause(): void {
    this.#isPaused = true;
    this.#guarded.answer.source.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#asking === null) this.#guarded.answer.source.resume();
  }

  abort(): void {
    this.#asking?.call?.abort();
    this.#guarded.answer.source.abort();
  }

  /** Told or not: what it used is known. */
  get #isRead(): boolean {
    const { ended, isWhole, failure } = this.#guarded.answer.tap;
    return failure === null && (ended || (this.#end === "end" && isWhole));
  }

  get #isOver(): boolean {
    return this.blocked !== null || this.isDrained;
  }

  /** Of a vendor that broke off what was held is told: nobody looks for more of it. */
  #finish(end: UpstreamFailure | "end", rest: () => Buffer | null): void {
    if (this.blocked !== null) return;
    this.#end = end;
    if (end !== "end" && end.kind === "aborted") this.#giveUp();
    else if (!this.isDrained) this.#pass(rest(), true);
    if (this.#asking === null) this.#tellEnd();
  }

  /** Nobody is there to be told. */
  #giveUp(): void {
    [this.isDrained, this.isCut] = [true, true];
    this.#unsaid.push(...this.#waiting.splice(0));
    this.#asking?.call?.abort();
  }

  #tellEnd(): void {
    if (this.blocked !== null || this.#end === null) return;
    if (this.#end === "end") this.#sink?.onEnd();
    else this.#sink?.onFailure(this.#end);
  }

  #pass(frames: Buffer | null, isEnd = false): void {
    if (this.#isOver) return;
    const { judge, answer } = this.#guarded;
    if (frames !== null) this.#events.add(frames);
    this.#isLast ||= isEnd || answer.tap.ended || answer.tap.failure !== null;
    const told = this.#look.isStopped ? null : this.#events.take(this.#isLast);
    if (told !== null) this.#hold(told);
    if (this.#judge() !== null) this.#stop(null);
    else if (judge === null && this.#whole === null) this.#tell();
    else if (this.#asking === null) this.#askFor();
  }

  #hold(told: Buffer): void {
    this.#waiting.push(told);
    if (this.#whole === null) return;
    this.#heldBytes += told.length;
    if (this.#heldBytes <= this.#whole.mostBytes) return;
    this.blocked ??= this.#whole.isTooLarge();
    this.#whole = null;
  }

  #askFor(): void {
    const { judge } = this.#guarded;
    if (!this.#isLast && (this.#whole !== null || !this.#parts.isFull)) return;
    const texts = judge === null ? [] : this.#parts.take();
    if (texts.length === 0 && this.#whole === null) return this.#tell();
    const asking: { call: Pick<UpstreamCall, "abort"> | null } = { call: null };
    this.#asking = asking;
    this.#guarded.answer.source.pause();
    const isPart = !this.#isLast;
    const onCall = (call: Pick<UpstreamCall, "abort">): void => void (asking.call = call);
    void this.#refusalOf({ texts, isPart, onCall }).then(
      (refusal) => this.#goOn(refusal, isPart),
      () => this.#leave(),
    );
  }

  async #refusalOf(part: AskedPart): Promise<GhostError | null> {
    const { judge } = this.#guarded;
    const refusal = judge === null || part.texts.length === 0 ? null : await judge(part);
    return refusal ?? (this.#whole === null ? null : await this.#whole.judge(Buffer.concat(this.#waiting)));
  }

  /** What has not been judged is not told, whyever nobody waits for it. */
  #leave(): void {
    this.#asking = null;
    if (!this.isDrained) this.#giveUp();
    this.#end ??= new UpstreamFailure("aborted", "aborted by the gateway");
    this.#tellEnd();
  }

  #goOn(refusal: GhostError | null, wasPart: boolean): void {
    this.#asking = null;
    if (this.isDrained) return this.#tellEnd();
    this.blocked ??= refusal;
    if (this.blocked !== null) return this.#stop(null);
    // What has come meanwhile is asked about first.
    if (wasPart && this.#isLast) return this.#pass(null, true);
    this.#tell();
    this.#tellEnd();
    if (!this.#isPaused && !this.#isOver) this.#guarded.answer.source.resume();
  }

  #tell(): void {
    const told = this.#waiting.splice(0);
    this.isDrained = this.#isLast;
    if (told.length > 0 || this.#isLast) this.#sink?.onData(told.length === 0 ? nothing : Buffer.concat(told));
  }

  /** What has been found so far. */
  #judge(): GhostError | null {
    const { guarding, guardrails } = this.#guarded;
    if (this.#look.hits.length > 0) this.blocked ??= guarding.note("output", guardrails, this.#look.hits);
    if (this.#events.hasUnreadable) this.blocked ??= guarding.failAll("output", guardrails);
    return this.blocked;
  }

  #stop(frames: Buffer | null): void {
    this.#isStopped = true;
    const { tap, source } = this.#guarded.answer;
    const held = [frames, ...this.#waiting.splice(0), this.#events.take(true), tap.flush(true)];
    this.#unsaid.push(...held.filter((part) => part !== null));
    this.#asking?.call?.abort();
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
