// What to ask the store for, of what a reader wants to see: which time, how it is divided, and where that is known.

import { GhostError } from "@ghostllm/contract";
import type { SeriesFilter, SeriesQuery as StoreQuery } from "#control/store/usage-store.ts";
import type { Resource } from "./resource.ts";

export type ExportQuery = Parameters<Resource<"usage">["export"]>[0]["query"];

type BucketName = Exclude<ExportQuery["bucket"], "auto">;

export interface SeriesPlan extends StoreQuery {
  readonly bucketName: BucketName;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const lengths: Readonly<Record<BucketName, number>> = { minute: minuteMs, hour: hourMs, day: dayMs, none: hourMs };

/** Minutes are read from the log: of more than this it would take long. */
const longestOfMinutes = dayMs;

/** `keptSince`: of single requests, of which minutes are made; null: all are. */
export function planSeries(query: ExportQuery, now: number, keptSince: number | null): SeriesPlan {
  const to = query.to === undefined ? now : Date.parse(query.to);
  const from = query.from === undefined ? to - dayMs : Date.parse(query.from);
  if (from >= to) throw refuse("from", "Give a time before the end");
  const isKept = keptSince === null || from >= keptSince;
  const bucketName = query.bucket === "auto" ? bucketFor(to - from, isKept) : query.bucket;
  const isByMinute = bucketName === "minute";
  if (isByMinute && to - from > longestOfMinutes) throw refuse("bucket", "Minutes are told of a day at most");
  if (isByMinute && !isKept) throw refuse("bucket", "Minutes are told of requests that are kept: ask for hours");
  // A part of a bucket is shown with the whole of it.
  const step = isByMinute ? minuteMs : hourMs;
  const offsetMs = bucketName === "day" ? Math.round(query.utc_offset_minutes / 60) * hourMs : 0;
  return {
    filter: { ...filterOf(query), from: Math.floor(from / step) * step, to: Math.ceil(to / step) * step },
    source: isByMinute ? "log" : "rollups",
    bucket: bucketName === "none" ? null : { ms: lengths[bucketName], offsetMs },
    bucketName,
    dimensions: query.group_by ?? [],
    kept: null,
  };
}

/** As many points as a chart has room for. */
function bucketFor(lengthMs: number, isKept: boolean): BucketName {
  if (isKept && lengthMs <= 3 * hourMs) return "minute";
  return lengthMs <= 8 * dayMs ? "hour" : "day";
}

function filterOf(query: ExportQuery): Omit<SeriesFilter, "from" | "to"> {
  const { team_id: teamId, organisation_id: organisationId } = query;
  const { user_id: userId, api_key_id: apiKeyId, provider_id: providerId, model_id: modelId } = query;
  const { model, requested_model: requestedModel, status } = query;
  return {
    ...(userId !== undefined && { userId }),
    ...(apiKeyId !== undefined && { apiKeyId }),
    ...(teamId !== undefined && { teamId }),
    ...(organisationId !== undefined && { organisationId }),
    ...(providerId !== undefined && { providerId }),
    ...(modelId !== undefined && { modelId }),
    ...(model !== undefined && { model }),
    ...(requestedModel !== undefined && { requestedModel }),
    ...(status !== undefined && { status }),
  };
}

/** When each bucket begins; none where time is not divided. */
export function timesOf({ filter: { from, to }, bucket }: SeriesPlan): readonly number[] {
  if (bucket === null) return [];
  const first = from - ((from + bucket.offsetMs) % bucket.ms);
  return Array.from({ length: Math.ceil((to - first) / bucket.ms) }, (_, index) => first + index * bucket.ms);
}

/** As long a time, right before. */
export function beforeThat({ filter }: SeriesPlan): Pick<SeriesPlan, "filter"> {
  const { from, to } = filter;
  return { filter: { ...filter, from: from - (to - from), to: from } };
}

function refuse(param: string, message: string): GhostError {
  return new GhostError("invalid_request_error", `${param}: ${message}`, { param });
}
