// Traces of requests: decides which are told of, and makes spans of them behind the requests, some at a time. One for each thread that answers
// requests; null where no collector is configured. Called by gateway/http/exchange.ts and, through request-trace.ts, along the flow.
// Invariant: a request waits for none of it.

import type { TraceSettings } from "#config/observing.ts";
import type { SpanCodec } from "./codec.ts";
import { RequestTrace } from "./request-trace.ts";
import { samplerOf } from "./sampler.ts";
import type { Sampler } from "./sampler.ts";
import type { SpanExport, TraceCounts } from "./span-export.ts";
import { spansOf } from "./spans-of.ts";
import { traceOf } from "./trace-context.ts";
import type { ToldContext } from "./trace-context.ts";

export interface TracerOptions {
  readonly settings: Pick<TraceSettings, "sampler" | "ratio" | "keepsErrors" | "trustsParents">;
  /** Characters of each text that is told; null: none are. */
  readonly textCharacters: number | null;
  readonly codec: SpanCodec;
  readonly out: Pick<SpanExport, "add" | "close">;
  readonly counts: Pick<TraceCounts, "lost">;
}

interface Begun {
  readonly id: string;
  readonly startedAt: number;
  readonly arrivedAt: number;
  readonly method: string;
}

const flushMs = 250;
/** So many requests become spans before the event loop goes on: about half a millisecond. */
const sliceSize = 32;
/** Of a thread that is kept from making spans of them. */
const mostKept = 20_000;
const mostKeptBytes = 16 * 2 ** 20;

export class Tracer {
  readonly #options: TracerOptions;
  readonly #isSampled: Sampler;
  readonly #done = (trace: RequestTrace): void => this.#keep(trace);
  #kept: RequestTrace[] = [];
  /** Of their texts. */
  #keptBytes = 0;
  #timer: NodeJS.Timeout | null = null;
  #isDue = false;

  constructor(options: TracerOptions) {
    this.#options = options;
    this.#isSampled = samplerOf(options.settings);
  }

  /** Null: whatever comes of it, nothing is told of it. */
  begin(request: Begun, told: ToldContext | null): RequestTrace | null {
    const { keepsErrors, trustsParents } = this.#options.settings;
    const parent = trustsParents ? told : null;
    const traceId = parent?.traceId ?? traceOf(request.id);
    const isSampled = this.#isSampled(traceId, parent);
    if (!isSampled && !keepsErrors) return null;
    const context = { traceId, parentId: parent?.parentId ?? null, state: parent?.state ?? null };
    return new RequestTrace(request, context, {
      isSampled,
      textCharacters: this.#options.textCharacters,
      done: this.#done,
    });
  }

  /** All that has ended is on its way, for a moment. */
  async close(): Promise<void> {
    while (this.#kept.length > 0) this.#encode();
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#options.out.close();
  }

  #keep(trace: RequestTrace): void {
    if (!trace.isSampled && !trace.hasFailed) return;
    const bytes = (trace.texts?.request?.text?.length ?? 0) + (trace.texts?.answer?.text?.length ?? 0);
    if (this.#kept.length >= mostKept || this.#keptBytes + bytes > mostKeptBytes)
      return this.#options.counts.lost("room", 1);
    this.#kept.push(trace);
    this.#keptBytes += bytes;
    if (this.#kept.length >= sliceSize) this.#flushSoon();
    else this.#timer ??= setTimeout(() => this.#flush(), flushMs);
  }

  /** What is kept for long is copied by the collector of garbage: as soon as there is a slice of them, it goes. */
  #flushSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#isDue = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#encode();
    if (this.#kept.length > 0) this.#flushSoon();
  }

  #encode(): void {
    const { codec, out } = this.#options;
    const some = this.#kept.splice(0, sliceSize);
    if (this.#kept.length === 0) this.#keptBytes = 0;
    if (some.length > 0) out.add({ bytes: codec.encode(some.flatMap(spansOf)), traces: some.length });
  }
}
