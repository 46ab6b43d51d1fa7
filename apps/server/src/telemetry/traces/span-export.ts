// Slices of spans on their way to a collector, by OTLP over HTTP. Called by tracer.ts.
// Invariant: however the collector behaves, nobody waits for it, and no more than so many bytes wait for it here; what is lost is counted.
// https://opentelemetry.io/docs/specs/otlp/#otlphttp

import { gzip } from "node:zlib";
import { promisify } from "node:util";
import type { Log } from "#telemetry/log.ts";
import { readAnswer } from "./export-answer.ts";
import type { SpanAnswer } from "./export-answer.ts";
import type { SpanCodec } from "./codec.ts";

/** POST to the collector. Rejects where no answer came in time, or nobody may ask there. */
export type PostSpans = (request: {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}) => Promise<SpanAnswer>;

/** Why traces were lost: there was no room for more of them, the collector did not want them, or it could not be reached for too long. */
export type LossReason = "room" | "refused" | "unreachable";

export interface TraceCounts {
  sent(traces: number): void;
  lost(reason: LossReason, traces: number): void;
  /** Spans that a collector took no part of, though it took the others. */
  rejected(spans: number): void;
}

/** Of several requests. */
export interface Slice {
  readonly bytes: Buffer;
  readonly traces: number;
}

export interface SpanExportOptions {
  readonly codec: SpanCodec;
  readonly post: PostSpans;
  readonly compresses: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly counts: TraceCounts;
  readonly log: Pick<Log, "warn">;
  readonly random: () => number;
  /** Ms before what failed is sent again, the first time. */
  readonly firstPauseMs?: number;
}

const mostWaitingBytes = 16 * 2 ** 20;
/** Collectors take 4 MiB as a rule. */
const mostRequestBytes = 2 * 2 ** 20;
/** From so many on, none is waited for. */
const fullRequestBytes = 2 ** 19;
const gatherMs = 200;
const [usualPauseMs, longestPauseMs] = [1_000, 30_000];
/** As long as this what cannot be sent is kept. */
const longestTryMs = 5 * 60_000;
const closingMs = 2_000;
const warnEveryMs = 60_000;
/** By OTLP these alone are worth another try. */
const retryable: ReadonlySet<number> = new Set([429, 502, 503, 504]);

const compress = promisify(gzip);

export class SpanExport {
  readonly #options: SpanExportOptions;
  #waiting: Slice[] = [];
  #waitingBytes = 0;
  /** What is being sent; null: nothing is. */
  #sending: Promise<void> | null = null;
  #isClosing = false;
  #wake: (() => void) | null = null;
  #warnedAt = -Infinity;

  constructor(options: SpanExportOptions) {
    this.#options = options;
  }

  add(slice: Slice): void {
    if (this.#waitingBytes + slice.bytes.length > mostWaitingBytes)
      return this.#options.counts.lost("room", slice.traces);
    this.#waiting.push(slice);
    this.#waitingBytes += slice.bytes.length;
    this.#sending ??= this.#sendAll();
  }

  /** What can be sent is sent, for a moment. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#wake?.();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, closingMs);
    await Promise.race([this.#sending, promise]);
    clearTimeout(timer);
    const left = this.#take(Infinity);
    if (left.traces > 0) this.#options.counts.lost("unreachable", left.traces);
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      // What else comes meanwhile goes with it.
      if (!this.#isClosing && this.#waitingBytes < fullRequestBytes) await this.#pause(gatherMs);
      await this.#send(this.#take(mostRequestBytes));
    }
    this.#sending = null;
  }

  #take(mostBytes: number): { readonly slices: readonly Buffer[]; readonly traces: number } {
    let [count, bytes, traces] = [0, 0, 0];
    for (const slice of this.#waiting) {
      if (count > 0 && bytes + slice.bytes.length > mostBytes) break;
      count += 1;
      bytes += slice.bytes.length;
      traces += slice.traces;
    }
    const slices = this.#waiting.splice(0, count).map((slice) => slice.bytes);
    this.#waitingBytes -= bytes;
    return { slices, traces };
  }

  /** Resolves when it is sent, or lost. */
  async #send({ slices, traces }: { readonly slices: readonly Buffer[]; readonly traces: number }): Promise<void> {
    const { codec, counts, firstPauseMs = usualPauseMs } = this.#options;
    const body = await this.#packed(codec.request(slices));
    const until = performance.now() + longestTryMs;
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
      const tried = await this.#try(body, traces);
      if (tried.isOver) return;
      const waitMs = tried.retryAfterMs ?? pauseMs * (1 + this.#options.random());
      if (this.#isClosing || performance.now() + waitMs > until) return counts.lost("unreachable", traces);
      await this.#pause(waitMs);
    }
  }

  async #try(
    body: Buffer,
    traces: number,
  ): Promise<{ readonly isOver: boolean; readonly retryAfterMs: number | null }> {
    const { post, counts } = this.#options;
    let answer: SpanAnswer;
    try {
      answer = await post({ headers: this.#headers, body });
    } catch (error) {
      this.#warn({ reason: error instanceof Error ? error.message : String(error) }, "traces cannot be sent");
      return { isOver: false, retryAfterMs: null };
    }
    const read = readAnswer(answer, Date.now());
    if (retryable.has(answer.status)) {
      this.#warn({ status: answer.status }, "the collector takes no traces at the moment");
      return { isOver: false, retryAfterMs: read.retryAfterMs };
    }
    if (answer.status >= 200 && answer.status < 300) {
      counts.sent(traces);
      if (read.rejectedSpans > 0) counts.rejected(read.rejectedSpans);
      if (read.rejectedSpans > 0 || read.message !== "")
        this.#warn({ rejected: read.rejectedSpans, message: read.message }, "the collector did not take all spans");
    } else {
      counts.lost("refused", traces);
      this.#warn({ status: answer.status, message: read.message }, "the collector refuses traces");
    }
    return { isOver: true, retryAfterMs: null };
  }

  get #headers(): Readonly<Record<string, string>> {
    const { codec, compresses, headers } = this.#options;
    return { ...headers, "content-type": codec.contentType, ...(compresses && { "content-encoding": "gzip" }) };
  }

  async #packed(body: Buffer): Promise<Buffer> {
    return this.#options.compresses ? await compress(body, { level: 1 }) : body;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      timer.unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** A collector that is away is told of once a minute, and not with each request. */
  #warn(facts: object, words: string): void {
    const now = performance.now();
    if (now - this.#warnedAt < warnEveryMs) return;
    this.#warnedAt = now;
    this.#options.log.warn(facts, words);
  }
}
