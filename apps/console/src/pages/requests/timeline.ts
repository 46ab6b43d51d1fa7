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

type Told = Pick<RequestDetail["why"], "phases" | "limits">;

const untold: Told = { phases: [], limits: [] };

export function barsOf(record: UsageRecord, why: Told = untold): readonly Bar[] {
  const { trail } = record;
  const before = barsBefore(why);
  const begun = before.at(-1)?.to ?? 0;
  if (trail === null) return [...before, ...onlyAttempt(record, begun)];
  return [...before, ...trail.flatMap((attempt, at) => attemptBars(attempt, at, record))];
}

const longestSilentMs = 1;

/** What was done until the first vendor was asked; what was chosen in no time is not worth a line. */
function barsBefore({ phases, limits }: Told): readonly Bar[] {
  let from = 0;
  const bars: Bar[] = [];
  for (const [name, label] of [
    ["read", "Identify, read"],
    ["admit", admitWords(limits)],
    ["choose", "Choose"],
    ["queue", "Wait for room"],
  ] as const) {
    const us = phases.find((one) => one.name === name)?.us ?? 0;
    const to = from + us / 1_000;
    const isShown = us > 0 && (name !== "choose" || us / 1_000 >= longestSilentMs);
    if (isShown) bars.push({ label, from, to, told: told(us / 1_000), kind: "plain" });
    from = to;
  }
  return bars;
}

function told(ms: number): string {
  return ms < 0.1 ? `${Math.round(ms * 1_000)} µs` : formatDuration(ms);
}

function admitWords(limits: Told["limits"]): string {
  const budgets = limits.filter(({ what }) => what === "budget").length;
  const words = [...countOf(limits.length - budgets, "limit"), ...countOf(budgets, "budget")];
  return words.length === 0 ? "Admit" : `Admit: ${words.join(", ")}`;
}

function countOf(count: number, word: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${word}${count === 1 ? "" : "s"}`];
}

/** Where it is not known when the only attempt began, the request is told as a whole. */
function onlyAttempt(record: UsageRecord, from: number): readonly Bar[] {
  const { latency_ms: end, status } = record;
  const target = targetOf(record);
  const bar: Bar = {
    label: target === "" ? "No vendor was asked" : target,
    from,
    to: end,
    told: formatDuration(Math.max(0, end - from)),
    kind: status === "ok" ? "answered" : "left",
  };
  return [bar, ...answerBars(record, from)];
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
