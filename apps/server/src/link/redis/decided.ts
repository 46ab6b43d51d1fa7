// A decision as the script answers it, and as the gateway is told.

import type { CountedScope, RateReport, RateStatus, RefusalReason, Reservation } from "#link/counters.ts";
import { toldOf } from "#link/decision.ts";
import { minuteMs } from "#link/window-rules.ts";
import type { Reply } from "./commands.ts";

const reasons: readonly RefusalReason[] = ["requests", "tokens", "concurrency", "budget", "cost"];

export function figuresOf(part: unknown): readonly number[] {
  return Array.isArray(part) ? part.map(Number) : [];
}

/** Of a scope, what a decision tells: nano-USD. */
export interface Standing {
  readonly spentNanos: number;
  readonly reservedNanos: number;
  /** What its budget is now, with what earlier periods make of it. */
  readonly allowanceNanos: number;
}

export function standingAt(figures: readonly number[], place: number): Standing {
  const [spentNanos = 0, reservedNanos = 0, allowanceNanos = 0] = figures.slice(place * 3, place * 3 + 3);
  return { spentNanos, reservedNanos, allowanceNanos };
}

/** What an instance has told to have answered, in nano-USD, as scripts write it: `INSTANCE=NUMBER:NANOS`, one behind the other. */
export function toldBy(instance: string, told: string): number {
  const word = told.split(" ").find((one) => one.startsWith(`${instance}=`));
  return word === undefined ? 0 : Number(word.slice(word.lastIndexOf(":") + 1));
}

export function toReservation(reply: Reply, scopes: readonly CountedScope[]): Reservation {
  const report = toReport(figuresOf(reply[2]));
  const consulted = figuresOf(reply[6]);
  if (reply[0] === "admitted") return { admitted: true, report, consulted };
  const [reason = 0, place = 0, limit = 0, wait = -1] = figuresOf(reply[3]);
  const scope = scopes[place];
  const name = reasons[reason];
  if (scope === undefined || name === undefined) throw new Error("Redis has refused for what it was not asked");
  const retryAfterSeconds = wait < 0 ? null : wait;
  const refused = { admitted: false, report, consulted } as const;
  if (name === "concurrency") return { ...refused, refusal: { reason: name, scope, limit, retryAfterSeconds } };
  if (name !== "budget") {
    const windowMs = scope.windowMs ?? minuteMs;
    return { ...refused, refusal: { reason: name, scope, windowMs, limit, retryAfterSeconds } };
  }
  const { spentNanos, reservedNanos, allowanceNanos } = standingAt(figuresOf(reply[4]), place);
  const told = toldOf(scope, allowanceNanos, spentNanos);
  return { ...refused, refusal: { reason: name, scope, retryAfterSeconds, reservedNanos, ...told } };
}

function toReport(figures: readonly number[]): RateReport {
  return { requests: toStatus(figures.slice(0, 3)), tokens: toStatus(figures.slice(3, 6)) };
}

function toStatus([limit = -1, remaining = 0, resetSeconds = 0]: readonly number[]): RateStatus | null {
  return limit < 0 ? null : { limit, remaining, resetSeconds };
}
