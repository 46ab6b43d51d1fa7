// What is gathered of one request for its spans: moments, and references to what the flow has anyway. Made by tracer.ts, filled along the
// flow. Invariant: filling costs a few assignments; spans are made of it later, behind the request.

import type { UsageRecord } from "#domain/usage-record.ts";
import type { Principal } from "#domain/principal.ts";
import type { Target } from "#domain/snapshot.ts";
import { partOf, spanOf } from "./trace-context.ts";
import type { TraceContext } from "./trace-context.ts";

/** One try at a target, as far as spans tell of it. Times are of the monotonic clock. */
export interface TracedTry {
  readonly target: Target;
  readonly number: number;
  readonly startedAt: number;
  /** Its vendor has answered, or failed; 0: not yet. */
  readonly answeredAt: number;
  readonly isProbe: boolean;
  readonly isBeside: boolean;
  readonly ledTo: string | null;
  /** Why it was not, or not yet, the client's answer; null where it was. */
  readonly left: { readonly status: number | null; readonly reason: string | null; readonly restMs: number } | null;
  readonly leftAt: number;
}

/** A part of the request that took time of its own. */
export interface Phase {
  readonly name: PhaseName;
  readonly from: number;
  readonly to: number;
  readonly hasFailed: boolean;
}

export type PhaseName = "guardrails.input" | "guardrails.output" | "consent" | "recall";

interface TracedText {
  readonly contentType: string;
  /** UTF-8; null for what is no text. */
  readonly text: Uint8Array | null;
}

/** What is stored of it, as it is handed over. */
export interface TracedTexts {
  readonly request: TracedText | null;
  readonly answer: TracedText | null;
  /** The words of an answer in the client's dialect. */
  readonly readAnswer: (text: string, isStream: boolean) => string;
}

interface Origin {
  readonly id: string;
  /** Epoch ms. */
  readonly startedAt: number;
  /** By the monotonic clock. */
  readonly arrivedAt: number;
  readonly method: string;
}

interface Told {
  readonly isSampled: boolean;
  /** Of each text that is told; null: none are. */
  readonly textCharacters: number | null;
  readonly done: (trace: RequestTrace) => void;
}

export class RequestTrace {
  readonly id: string;
  readonly spanId: string;
  readonly context: TraceContext;
  /** It is told of whatever comes of it. */
  readonly isSampled: boolean;
  readonly startedAt: number;
  readonly arrivedAt: number;
  readonly method: string;
  /** The pattern of its path; null where it was none that is traced. */
  route: string | null = null;
  /** Without the query, in which a key may stand. */
  path = "";
  isSecure = false;
  /** What was asked, as soon as it is known. */
  operation: string | null = null;
  principal: Principal | null = null;
  /** By the monotonic clock; 0: it did not come to that. */
  identifiedAt = 0;
  readAt = 0;
  admittedAt = 0;
  waitedMs = 0;
  recordedAt = 0;
  endedAt = 0;
  readonly tries: TracedTry[] = [];
  /** Names of providers without room. */
  passedOver: readonly string[] = [];
  phases: Phase[] | null = null;
  record: UsageRecord | null = null;
  /** What the client was told in place of an answer. */
  errorCode: string | null = null;
  errorStatus = 0;
  texts: TracedTexts | null = null;
  readonly #told: Told;

  constructor({ id, startedAt, arrivedAt, method }: Origin, context: TraceContext, told: Told) {
    this.id = id;
    this.spanId = spanOf(id);
    this.context = context;
    this.isSampled = told.isSampled;
    this.startedAt = startedAt;
    this.arrivedAt = arrivedAt;
    this.method = method;
    this.#told = told;
  }

  /** For whoever is told that it is a part of this trace: the client, as the parent of what it asks next. */
  get traceparent(): string {
    return `00-${this.context.traceId}-${this.spanId}-${this.isSampled ? "01" : "00"}`;
  }

  /** For the vendor that is asked with the attempt of this number. */
  parentOf(attempt: number): string {
    return `00-${this.context.traceId}-${attemptSpanOf(this.spanId, attempt)}-${this.isSampled ? "01" : "00"}`;
  }

  /** A copy of it, asked of a second target: a part of the same trace, under this request. */
  copy(origin: Omit<Origin, "method">): RequestTrace {
    const context = { ...this.context, parentId: this.spanId };
    const copied = new RequestTrace({ ...origin, method: this.method }, context, this.#told);
    copied.operation = this.operation;
    return copied;
  }

  serve(route: string, path: string, isSecure: boolean): void {
    this.route = route;
    this.path = path;
    this.isSecure = isSecure;
  }

  identified(principal: Principal, elapsedMs: number): void {
    this.principal = principal;
    this.identifiedAt = this.arrivedAt + elapsedMs;
  }

  read(operation: string, now: number): void {
    this.operation = operation;
    this.readAt = now;
  }

  admitted(now: number, waitedMs: number): void {
    this.admittedAt = now;
    this.waitedMs = waitedMs;
  }

  took(name: PhaseName, from: number, to: number, hasFailed = false): void {
    this.phases ??= [];
    this.phases.push({ name, from, to, hasFailed });
  }

  /** Characters of each of its texts. */
  get textCharacters(): number {
    return this.#told.textCharacters ?? 0;
  }

  /** What the policy of its key has stored. */
  tell(texts: TracedTexts): void {
    if (this.#told.textCharacters !== null) this.texts = texts;
  }

  recorded(record: UsageRecord, now: number): void {
    this.record = record;
    this.recordedAt = now;
  }

  refused(code: string, status: number): void {
    this.errorCode = code;
    this.errorStatus = status;
  }

  /** Nothing more comes of it. */
  end(elapsedMs: number): void {
    if (this.endedAt !== 0) return;
    this.endedAt = this.arrivedAt + elapsedMs;
    this.#told.done(this);
  }

  /** A client that leaves is no failure. */
  get hasFailed(): boolean {
    if (this.errorCode !== null) return true;
    const status = this.record?.status ?? "ok";
    return status !== "ok" && status !== "client_abort";
  }

  epochOf(moment: number): number {
    return this.startedAt + (moment - this.arrivedAt);
  }
}

/** Phases have the numbers below it. */
const firstAttemptNumber = 0x10;

/** Those beyond the last number share one: nobody is asked so often. */
export function attemptSpanOf(spanId: string, attempt: number): string {
  return partOf(spanId, Math.min(0x7f, firstAttemptNumber + attempt));
}
