// One line for each request, where operators want them. Called by telemetry/events.ts for every request, so it only keeps what it is told;
// lines are made of it together, some times a second. Invariant: a line holds no prompt, no answer, no secret, no word of a vendor, and
// none that a client has made up; requests that went wrong always have theirs.

import type { UsageRecord } from "#domain/usage-record.ts";

export interface RequestLinesOptions {
  /** Lines of requests that went well, in a second; null: all. */
  readonly perSecond: number | null;
  readonly write: (lines: readonly string[]) => void;
  readonly lost: (count: number) => void;
  /** Epoch ms. */
  readonly now: () => number;
  /** Which thread tells it; null where there is one. */
  readonly worker: number | null;
}

/** What is told of an error that was answered. */
interface ToldError {
  readonly requestId: string;
  readonly traceId?: string;
  readonly keyId?: string | null;
  readonly code: string;
  readonly status: number;
}

const flushMs = 50;
/** Of a thread that is kept from making lines of them. */
const mostKept = 20_000;
const secondMs = 1_000;

interface Kept {
  readonly record: UsageRecord | null;
  readonly error: ToldError | null;
  readonly at: number;
}

export class RequestLines {
  readonly #options: RequestLinesOptions;
  #kept: Kept[] = [];
  /** Ids of the records of the last lines: the error of such a request may be told of behind it. */
  #told = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #second = 0;
  #inSecond = 0;
  /** That had none, since the last line. */
  #skipped = 0;

  constructor(options: RequestLinesOptions) {
    this.#options = options;
  }

  requestFinished(record: UsageRecord): void {
    if (record.status === "ok" && this.#isTooMuch()) this.#skipped += 1;
    else this.#keep({ record, error: null, at: this.#options.now() });
  }

  errorAnswered(error: ToldError): void {
    this.#keep({ record: null, error, at: this.#options.now() });
  }

  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const kept = this.#kept;
    if (kept.length === 0) return;
    this.#kept = [];
    const withRecord = new Set(kept.flatMap(({ record }) => record?.id ?? []));
    const isTold = (id: string): boolean => withRecord.has(id) || this.#told.has(id);
    const ofOwn = kept.filter(({ record, error }) => record !== null || (error !== null && !isTold(error.requestId)));
    this.#told = withRecord;
    this.#options.write(ofOwn.map((one) => this.#lineOf(one)));
  }

  #isTooMuch(): boolean {
    const { perSecond, now } = this.#options;
    if (perSecond === null) return false;
    const second = Math.floor(now() / secondMs);
    if (second !== this.#second) [this.#second, this.#inSecond] = [second, 0];
    this.#inSecond += 1;
    return this.#inSecond > perSecond;
  }

  #keep(kept: Kept): void {
    if (this.#kept.length >= mostKept) return this.#options.lost(1);
    this.#kept.push(kept);
    this.#timer ??= setTimeout(() => this.flush(), flushMs);
  }

  #lineOf({ record, error, at }: Kept): string {
    const isWell = record?.status === "ok";
    const { worker } = this.#options;
    const skipped = this.#skipped;
    this.#skipped = 0;
    return JSON.stringify({
      ...{ level: isWell ? 30 : 40, time: new Date(at).toISOString(), msg: "request" },
      ...(worker !== null && { worker }),
      ...(skipped > 0 && { skipped }),
      ...(record === null ? ofError(error) : ofRecord(record)),
    });
  }
}

function ofError(error: ToldError | null) {
  if (error === null) return {};
  const { requestId, traceId, keyId, code, status } = error;
  return {
    request_id: requestId,
    ...(traceId !== undefined && { trace_id: traceId }),
    ...{ api_key_id: keyId ?? null, status: "error", http_status: status, error_code: code },
  };
}

function ofRecord(record: UsageRecord) {
  // A model without a row has a name that the client has made up.
  const isListed = record.modelId !== null;
  return {
    ...{ request_id: record.id, user_id: record.userId, api_key_id: record.apiKeyId, team_id: record.teamId },
    ...{ provider: record.provider, model: isListed ? record.model : null },
    ...{ operation: record.operation, dialect: record.dialect, streamed: record.streamed },
    ...{ status: record.status, http_status: record.httpStatus, error_code: record.errorCode },
    ...{ prompt_tokens: record.promptTokens, completion_tokens: record.completionTokens },
    ...{ cached_tokens: record.cachedTokens, reasoning_tokens: record.reasoningTokens, estimated: record.estimated },
    cost_usd: record.costNanos === null ? null : record.costNanos / 1e9,
    ...{ latency_ms: Math.round(record.latencyMs), ttft_ms: record.ttftMs === null ? null : Math.round(record.ttftMs) },
    ...{ overhead_us: record.overheadUs, attempts: record.attempts, cache: record.cache },
  };
}
