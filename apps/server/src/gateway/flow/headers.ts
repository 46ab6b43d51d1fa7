import type { ClientDialect } from "@ghostllm/llm";
import { errorCatalogue, formatUsd } from "@ghostllm/contract";
import type { Exchange } from "#gateway/exchange.ts";
import type { AnswerHeaders } from "#gateway/upstream/upstream.ts";
import type { RateReport } from "#link/counters/counters.ts";
import { rateHeaders } from "./admit.ts";
import type { StreamAnswer, VendorAnswer, WholeAnswer } from "./vendor-answer.ts";
import type { Trail } from "./trail.ts";

/** Headers of a request to a vendor, but for those of the vendor itself. */
export interface RequestHeaders {
  readonly own: Readonly<Record<string, string>>;
  /** The few of the client's that mean something in its dialect: for a target of the same dialect only. */
  readonly forwarded: Readonly<Record<string, string>>;
}

export function upstreamHeaders(exchange: Exchange, dialect: ClientDialect, version: string): RequestHeaders {
  const own = {
    "content-type": "application/json",
    "accept-encoding": "identity",
    "user-agent": `ghostllm/${version}`,
  };
  const forwarded: Record<string, string> = {};
  for (const name of dialect.forwardedHeaders) {
    const value = exchange.header(name);
    if (value !== undefined) forwarded[name] = value;
  }
  return { own, forwarded };
}

/** Of a vendor's answer: what tells a client how to read it, and when to come back. */
const passedOn = ["content-type", "content-disposition", "retry-after", "retry-after-ms", "x-should-retry"] as const;

export interface AnswerFacts {
  readonly answer: VendorAnswer;
  readonly report: RateReport;
  readonly trail: Trail;
  readonly overheadMs: number;
}

export function answerHeaders({ answer, report, trail, overheadMs }: AnswerFacts): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of passedOn) {
    const value = answer.headers[name];
    if (typeof value === "string") headers[name] = value;
  }
  Object.assign(headers, answer.kind === "stream" ? streamHeaders(answer) : errorHeaders(answer, headers));
  return Object.assign(headers, rateHeaders(report), {
    "x-ghostllm-provider": encodeHeader(answer.target.provider.name),
    "x-ghostllm-model": encodeHeader(answer.target.model),
    "x-ghostllm-attempts": String(trail.attempts),
    ...(answer.notes.length > 0 && { "x-ghostllm-notes": encodeHeader(answer.notes.join(", ")) }),
    "x-ghostllm-overhead-ms": Math.max(0, overheadMs).toFixed(1),
  });
}

function streamHeaders({ tap }: StreamAnswer): Record<string, string> {
  const { contentType } = tap;
  return {
    "cache-control": "no-cache",
    "x-accel-buffering": "no",
    ...(contentType !== undefined && { "content-type": contentType }),
  };
}

/** Some vendors say in the body when to come back, or that it is of no use, where no client's SDK looks. */
function errorHeaders({ error, status }: WholeAnswer, told: Record<string, string>): Record<string, string> {
  const { code, retryAfterSeconds: seconds } = error ?? {};
  const isInVain = status === 429 && code !== undefined && !errorCatalogue[code].retryable;
  return {
    ...(told["retry-after"] === undefined && seconds !== undefined && { "retry-after": String(Math.ceil(seconds)) }),
    ...(told["x-should-retry"] === undefined && isInVain && { "x-should-retry": "false" }),
  };
}

/** Known only when the answer is whole; absent where the price is unknown. */
export function costHeader(costNanos: number | null): Record<string, string> {
  return costNanos === null ? {} : { "x-ghostllm-cost-usd": formatUsd(costNanos) };
}

/** A header may hold only ASCII, and a name may hold anything. */
function encodeHeader(value: string): string {
  return value.toWellFormed().replace(/[^\x20-\x7e]/gu, encodeURIComponent);
}

/** A vendor that says "in a day" is asked again sooner: its account may have been topped up meanwhile. */
const longestRetryAfterMs = 60_000;

/** `Retry-After` in seconds or as a date, as far as we heed it; 0 where there is none. */
export function retryAfterMs(headers: AnswerHeaders, now: number = Date.now()): number {
  const value = headers["retry-after"];
  if (typeof value !== "string") return 0;
  const seconds = Number(value);
  const waitMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - now;
  return Number.isNaN(waitMs) ? 0 : Math.min(Math.max(0, waitMs), longestRetryAfterMs);
}
