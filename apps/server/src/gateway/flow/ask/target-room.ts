// How much of the limits of its account a target has left, as its vendor says with each answer: who has none is asked behind the others,
// before he has to refuse. Noted by attempts.ts, heeded by plan/plan.ts. Of each gateway by itself.
// Invariant: it is a hint, which puts targets in another order and refuses nothing.

import { vendorDialects, wayTo } from "@ghostllm/llm";
import type { ClientDialectName, Operation } from "@ghostllm/llm";
import type { Target } from "#domain/snapshot.ts";
import type { LimitLeft, TargetLeft } from "#domain/target-report.ts";
import type { AnswerHeaders } from "#gateway/upstream/upstream.ts";
import { answeredAt } from "./retry-after.ts";
import { pathOf } from "#domain/target-path.ts";

export interface RoomQuery {
  readonly target: Target;
  /** That the request may take. */
  readonly tokens: number;
}

interface Told {
  /** The client's. */
  readonly dialect: ClientDialectName;
  readonly operation: Operation;
  readonly headers: AnswerHeaders;
  /** By the monotonic clock. */
  readonly now: number;
}

/** What is left of one limit, until it is whole again. */
interface Left {
  readonly amount: number;
  readonly until: number;
}

interface Room {
  readonly requests: Left | null;
  readonly tokens: Left | null;
}

/** Beyond it nothing is foretold: an account may have been given more. */
const longestMs = 600_000;
/** The one that was told of first makes room. */
const mostTargets = 10_000;

export class TargetRoom {
  readonly #rooms = new Map<string, Room>();

  /** With the head of each answer of a target that others can stand in for. */
  note(target: Target, { dialect, operation, headers, now }: Told): void {
    const way = wayTo(target.provider.definition, dialect, operation, target.model);
    const names = way === null ? undefined : vendorDialects[way.dialect].upstream.rateHeaders;
    if (names === undefined) return;
    const requests = readLeft(headers, names.requests, now);
    const tokens = readLeft(headers, names.tokens, now);
    if (requests === null && tokens === null) return;
    this.#keep(pathOf(target), { requests, tokens });
  }

  /** Another request goes there: what is left is less until the next answer tells. */
  take({ target, tokens }: RoomQuery): void {
    if (this.#rooms.size === 0) return;
    const path = pathOf(target);
    const room = this.#rooms.get(path);
    if (room !== undefined)
      this.#rooms.set(path, { requests: less(room.requests, 1), tokens: less(room.tokens, tokens) });
  }

  /** Also of one of which nothing is known. */
  hasRoom({ target, tokens }: RoomQuery, now: number): boolean {
    const room = this.#rooms.size === 0 ? undefined : this.#rooms.get(pathOf(target));
    return room === undefined || (holds(room.requests, 1, now) && holds(room.tokens, tokens, now));
  }

  /** Of all of whom something is known that still holds. */
  left(now: number): readonly TargetLeft[] {
    const told = (left: Left | null): LimitLeft | null =>
      left === null || left.until <= now ? null : { amount: Math.max(0, left.amount), resetMs: left.until - now };
    return [...this.#rooms]
      .map(([path, { requests, tokens }]) => ({ path, requests: told(requests), tokens: told(tokens) }))
      .filter(({ requests, tokens }) => requests !== null || tokens !== null);
  }

  #keep(path: string, room: Room): void {
    const [oldest] = this.#rooms.keys();
    if (oldest !== undefined && this.#rooms.size >= mostTargets && !this.#rooms.has(path)) this.#rooms.delete(oldest);
    this.#rooms.set(path, room);
  }
}

function less(left: Left | null, taken: number): Left | null {
  return left && { amount: left.amount - taken, until: left.until };
}

function holds(left: Left | null, wanted: number, now: number): boolean {
  return left === null || left.until <= now || left.amount >= wanted;
}

interface Names {
  readonly remaining: string;
  readonly reset: string;
}

function readLeft(headers: AnswerHeaders, { remaining, reset }: Names, now: number): Left | null {
  const told = headers[remaining];
  if (typeof told !== "string" || !/^\d{1,12}$/.test(told)) return null;
  const resetMs = readReset(headers, headers[reset]);
  return resetMs === null ? null : { amount: Number(told), until: now + Math.min(resetMs, longestMs) };
}

const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** A duration such as `6m0.5s` or `12ms`, a number of seconds, or a time by the vendor's clock. */
function readReset(headers: AnswerHeaders, told: AnswerHeaders[string]): number | null {
  if (typeof told !== "string") return null;
  if (/^\d+(?:\.\d+)?$/.test(told)) return Number(told) * 1_000;
  if (/^(?:\d+(?:\.\d+)?(?:ms|h|m|s))+$/.test(told)) {
    const parts = [...told.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
    return parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (units[unit] ?? 0), 0);
  }
  const at = Date.parse(told);
  return Number.isNaN(at) ? null : Math.max(0, at - answeredAt(headers));
}
