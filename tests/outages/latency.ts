// How long answers took, without the time in which the process that measures did nothing itself.

import { type Answer, type Clients } from "./clients.ts";

export interface Latency {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly mostMs: number;
}

/** Of answers that come in one piece and were asked for between these times. */
export function latencyBetween(
  { answers, pauses }: Clients,
  from: number,
  to: number,
  who: "rich" | "direct" = "rich",
): Latency {
  const isHeldUp = ({ sentAt, ms }: Answer): boolean =>
    pauses.some((pause) => pause.from < sentAt + ms && pause.to > sentAt);
  const measured = answers
    .filter((answer) => answer.who === who && !answer.isStream && answer.sentAt >= from && answer.sentAt < to)
    .filter((answer) => !isHeldUp(answer))
    .map(({ ms }) => ms)
    .toSorted((one, other) => one - other);
  const at = (share: number): number => measured[Math.floor((measured.length - 1) * share)] ?? 0;
  return { count: measured.length, p50Ms: at(0.5), p99Ms: at(0.99), mostMs: at(1) };
}
