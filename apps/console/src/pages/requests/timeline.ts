// What a record knows of the course of its request, as bars from its arrival to its end.

import type { RequestDetail } from "#api/queries.ts";
import { formatDuration } from "#format/time.ts";

export type UsageRecord = RequestDetail["record"];
export type Attempt = NonNullable<UsageRecord["trail"]>[number];

export interface Bar {
  readonly label: string;
  /** Part of the one before it. */
  readonly isPart?: true;
  /** Ms since the request arrived; null where it is a word and not a time. */
  readonly from: number | null;
  readonly to: number;
  readonly told: string;
  readonly kind: "left" | "answered" | "first" | "rest" | "plain";
}

export function barsOf(record: UsageRecord): readonly Bar[] {
  const { trail } = record;
  const answer =
    trail === null ? onlyAttempt(record) : trail.flatMap((attempt, at) => attemptBars(attempt, at, record));
  return answer;
}

/** When the only attempt began is not written down: the request is told as a whole. */
function onlyAttempt(record: UsageRecord): readonly Bar[] {
  const { latency_ms: end, status } = record;
  const target = targetOf(record);
  const bar: Bar = {
    label: target === "" ? "No vendor was asked" : target,
    from: 0,
    to: end,
    told: formatDuration(end),
    kind: status === "ok" ? "answered" : "left",
  };
  return [bar, ...answerBars(record, 0)];
}

function targetOf({ provider, model }: Pick<Attempt, "provider" | "model">): string {
  return [provider, model].filter(Boolean).join(" / ");
}

function attemptBars(attempt: Attempt, at: number, record: UsageRecord): readonly Bar[] {
  const { started_ms: from, ms, reason } = attempt;
  const isRecords = reason === null;
  const bar: Bar = {
    label: `${at + 1} · ${targetOf(attempt)}`,
    from,
    to: from + ms,
    told: formatDuration(ms),
    kind: isRecords && record.status === "ok" ? "answered" : "left",
  };
  return [bar, ...(isRecords ? answerBars(record, from) : [leftBar(attempt)])];
}

function leftBar({ started_ms: from, ms, status, reason, rest_ms: restMs }: Attempt): Bar {
  const rests = restMs > 0 ? `, rests ${formatDuration(restMs)}` : "";
  const words = `${status === null ? "" : `${status} `}${reasonWords(reason)}${rests}`;
  return { label: words, isPart: true, from: null, to: from + ms, told: "left", kind: "rest" };
}

export function reasonWords(reason: string | null): string {
  return (reason ?? "").replaceAll("_", " ");
}

function answerBars({ ttft_ms: first, latency_ms: end }: UsageRecord, from: number): readonly Bar[] {
  if (first === null) return [];
  return [
    { label: "first byte", isPart: true, from, to: first, told: formatDuration(first - from), kind: "first" },
    { label: "answer", isPart: true, from: first, to: end, told: formatDuration(end - first), kind: "plain" },
  ];
}
