// What the store knows of usage: single records, sums by the hour, and series.

import { summedUsageFields, type SummedUsageField } from "@ghostllm/contract";
import type { SketchSum } from "#control/store/usage/sketch-sum.ts";
import type { Reach } from "#domain/access/may.ts";
import type { UsageRecord, UsageStatus } from "#domain/usage-record.ts";
import type { Drained } from "./drained.ts";
import type { Page } from "./page.ts";

export interface UsageFilter {
  readonly userId?: string;
  readonly apiKeyId?: string;
  readonly teamId?: string;
  readonly organisationId?: string;
  readonly modelId?: string;
  readonly providerId?: string;
  /** Epoch ms, inclusive. */
  readonly from?: number;
  /** Epoch ms, exclusive. */
  readonly to?: number;
}

/** Of single requests; each that is given narrows. */
export interface RequestFilter extends UsageFilter {
  /** Names as in the record. */
  readonly model?: string;
  readonly requestedModel?: string;
  readonly dialect?: string;
  readonly operation?: string;
  readonly errorCode?: string;
  readonly sessionId?: string;
  /** `failed`: any but `ok`. */
  readonly status?: UsageStatus | "failed";
  readonly httpStatus?: number;
  readonly streamed?: boolean;
  readonly minCostNanos?: number;
  readonly minLatencyMs?: number;
  /** The beginning of an id, in hexadecimal digits and dashes. */
  readonly idBegins?: string;
}

export interface RequestOrder {
  /** What is not known, such as a cost, is the least. */
  readonly by: "time" | "cost" | "latency" | "first_token" | "tokens";
  readonly isAscending: boolean;
}

export interface UsageSums extends Readonly<Record<SummedUsageField, number>> {
  readonly requests: number;
  readonly errors: number;
  /** At the provider and model that failed. */
  readonly failedAttempts: number;
  /** Requests whose price is unknown: their cost is not in `costNanos`. */
  readonly unpricedRequests: number;
}

export const sumNames = ["requests", "errors", "failedAttempts", "unpricedRequests", ...summedUsageFields] as const;

export type UsageDimension = "model" | "provider" | "key" | "user" | "team" | "organisation" | "alias" | "status";

const few: ReadonlySet<UsageDimension> = new Set(["model", "provider", "organisation", "alias", "status"]);

/** Users, keys and teams may be many, and so may be pairs of them with anything. */
export function hasFewGroups({ dimensions }: Pick<SeriesQuery, "dimensions">): boolean {
  return dimensions.every((dimension) => few.has(dimension));
}

/** What a series is narrowed to, and its time: both ends are given. */
export interface SeriesFilter extends Required<Pick<UsageFilter, "from" | "to">>, Omit<UsageFilter, "from" | "to"> {
  readonly model?: string;
  readonly requestedModel?: string;
  readonly status?: UsageStatus | "failed";
}

export interface SeriesQuery {
  readonly filter: SeriesFilter;
  /** `rollups` are by the hour; the log is slower, and knows minutes. */
  readonly source: "rollups" | "log";
  /** How the time is divided, `offsetMs` being what a clock on the wall is ahead of UTC; null: not at all. */
  readonly bucket: { readonly ms: number; readonly offsetMs: number } | null;
  readonly dimensions: readonly UsageDimension[];
  /** Groups that are told apart, of which all others are the rest; null: all are. */
  readonly kept: readonly (readonly string[])[] | null;
  /** A part of them, in the order of time and groups, behind the last row of the part before. Of rollups only. */
  readonly part?: { readonly limit: number; readonly after: Pick<SeriesRow, "at" | "group"> | null };
  /** Nothing is told of the rest, which may be nearly all. */
  readonly isRestLeft?: boolean;
}

export type UsageOrder = "cost" | "requests" | "tokens" | "errors";

/** Those with the most, in their order. */
export interface RankedGroups {
  readonly groups: readonly (readonly string[])[];
  /** How many there are; null: more than these, and too many to be counted. */
  readonly count: number | null;
}

export interface SeriesRow extends UsageSums {
  /** When its bucket begins, in epoch ms; 0 where there are none. */
  readonly at: number;
  /** In the order of the dimensions; null for the rest. */
  readonly group: readonly string[] | null;
  readonly latencies: SketchSum;
  /** Times to the first token, of streamed answers. */
  readonly firstTokens: SketchSum;
}

/** As with the rest of the store, nothing is found beyond the reach of whoever asks. */
export interface UsageStore {
  /**
   * In one transaction: usage_logs, the rollups, and what each scope has spent. Idempotent by record id:
   * a record that is there already changes nothing. Answers how many were new.
   */
  insert(records: readonly UsageRecord[]): Promise<number>;
  /** The same with lines of the journal, which are its own from now on. */
  drain(lines: Buffer<ArrayBuffer>): Promise<Drained>;
  /** Newest first, where no other order is asked for; `page.after` is the id of the last record of the page before. */
  list(filter: RequestFilter, page: Page, reach: Reach, order?: RequestOrder): Promise<readonly UsageRecord[]>;
  /** How many records a list would have, counted up to `most`. */
  count(filter: RequestFilter, most: number, reach: Reach): Promise<number>;
  find(id: string, reach: Reach): Promise<UsageRecord | undefined>;
  /** Those of them that there are, oldest first, whosever they are. */
  ofIds(ids: readonly string[]): Promise<readonly UsageRecord[]>;
  series(query: SeriesQuery, reach: Reach): Promise<readonly SeriesRow[]>;
  /**
   * The same for open pages, which ask for it every few seconds: what another instance stored late of hours that are over may be told half
   * a minute later, and a bucket may be told in two rows.
   */
  seriesForPages(query: SeriesQuery, reach: Reach): Promise<readonly SeriesRow[]>;
  /** The groups of a series with the most of something; those of the same rank are in the order of their requests. */
  rank(query: SeriesQuery, order: UsageOrder, most: number, reach: Reach): Promise<RankedGroups>;
  /** Since when single requests are known, in epoch ms: older ones are not found. Null: all are. */
  keptSince(): number | null;
  /** Makes room for records of these times, in epoch ms, before they come. */
  prepare(times: readonly number[]): Promise<void>;
  /** Removes what is older than `keptSince`: at most so many records at once, and whole months. Answers how many records. */
  forget(most: number): Promise<number>;
  /**
   * Adds the next hour that is over to the rollups of days, from which longer times are read. Answers false where there is none: then
   * nothing was done.
   */
  addHourToDays(): Promise<boolean>;
}
