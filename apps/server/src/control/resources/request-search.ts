// Single requests in the order of time, a page of them. What has no index is looked for in one part of the time after the other, and for
// so long alone: a page may have fewer requests than were asked for, or none, and tell where to go on.

import { lastIdOf, timeOfId } from "@ghostllm/contract";
import type { Page } from "#control/store/page.ts";
import type { Store } from "#control/store/store.ts";
import type { RequestFilter } from "#control/store/usage-store.ts";
import { fewFrom } from "#control/store/usage/requests.ts";
import type { Reach } from "#domain/access/may.ts";
import type { UsageRecord } from "#domain/usage-record.ts";

export interface Found {
  readonly records: readonly UsageRecord[];
  /** The last one before the next page, or the place where there might be one; null: there are no more. */
  readonly next: string | null;
  /** All of the time was looked through. */
  readonly isWhole: boolean;
}

interface Search {
  readonly usage: Pick<Store["usage"], "list">;
  readonly filter: RequestFilter;
  readonly page: Page;
  readonly reach: Reach;
  readonly isAscending: boolean;
  readonly now: number;
}

const longestSearchMs = 70;
const dayMs = 24 * 3_600_000;
/** What took no longer than this is followed by twice as much. */
const soonMs = 10;

export async function searchRequests(search: Search): Promise<Found> {
  const { usage, filter, page, reach, isAscending } = search;
  const order = { by: "time", isAscending } as const;
  // Of what is one's own and one's teams' together there is no index either.
  const isIndexed = reach === "all" && !hasNoIndex(filter);
  const ofPart = (from: number, to: number, limit: number) =>
    usage.list({ ...filter, from, to }, { ...page, limit }, reach, order);
  if (isIndexed) return ended(await usage.list(filter, { ...page, limit: page.limit + 1 }, reach, order), page);
  const startedAt = performance.now();
  const records: UsageRecord[] = [];
  const { from, to } = timesOf(search);
  let lengthMs = dayMs;
  for (let at = isAscending ? from : to; isAscending ? at < to : at > from;) {
    const partAt = performance.now();
    const [begin, end] = isAscending ? [at, Math.min(to, at + lengthMs)] : [Math.max(from, at - lengthMs), at];
    records.push(...(await ofPart(begin, end, page.limit + 1 - records.length)));
    if (records.length > page.limit) break;
    at = isAscending ? end : begin;
    const isOver = isAscending ? at >= to : at <= from;
    if (!isOver && performance.now() - startedAt > longestSearchMs)
      return { records, next: placeBefore(at), isWhole: false };
    if (performance.now() - partAt < soonMs) lengthMs *= 2;
  }
  return ended(records, page);
}

/** Between what is older than this and all else: an id is made before its request is written down, and never behind. */
function placeBefore(timeMs: number): string {
  return lastIdOf(timeMs - 1);
}

/** Of one more than there is room for. */
function ended(records: readonly UsageRecord[], { limit }: Page): Found {
  const shown = records.slice(0, limit);
  return { records: shown, next: records.length > limit ? (shown.at(-1)?.id ?? null) : null, isWhole: true };
}

/** A request is written down when it has ended, up to a day after its id was made. */
function timesOf({ filter, page, isAscending, now }: Search): { readonly from: number; readonly to: number } {
  const { from = 0, to = now + dayMs } = filter;
  const last = page.after === undefined ? null : timeOfId(page.after);
  if (last === null) return { from, to };
  return isAscending ? { from: Math.max(from, last), to } : { from, to: Math.min(to, last + dayMs) };
}

function hasNoIndex(filter: RequestFilter): boolean {
  const { model, requestedModel, providerId, dialect, operation, streamed, status, httpStatus } = filter;
  const { minCostNanos = 0, minLatencyMs = 0 } = filter;
  const isSome = [model, requestedModel, providerId, dialect, operation, streamed].some((one) => one !== undefined);
  const isCommon = status === "ok" || httpStatus === 200;
  const isLow = (least: number, indexed: number): boolean => least > 0 && least < indexed;
  return isSome || isCommon || isLow(minCostNanos, fewFrom.costNanos) || isLow(minLatencyMs, fewFrom.latencyMs);
}
