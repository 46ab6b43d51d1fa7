// How a vendor has been: a bar for each hour of two days. Of its attempts high where it was asked much, coloured by what failed;
// of its time high where it was slow.

import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { useApi } from "#api/api.tsx";
import type { Notification, UsageSeries } from "#api/queries.ts";
import { formatShare } from "#format/number.ts";
import { formatDuration } from "#format/time.ts";
import { attemptsOf, failedShare } from "./attempts.ts";
import type { Attempts } from "./attempts.ts";

export const stripHours = 48;
const hourMs = 3_600_000;

export type ProviderGroup = UsageSeries["groups"][number];

function lastHours() {
  const end = Math.ceil(Date.now() / hourMs) * hourMs;
  return { from: new Date(end - stripHours * hourMs).toISOString(), to: new Date(end).toISOString() };
}

interface StripsOptions {
  readonly filter?: { readonly team_id?: string; readonly provider_id?: string };
  /** Who may not see usage asks for none. */
  readonly isWanted?: boolean;
}

/** Of those that were asked most. */
export function useStrips(most: number, { filter = {}, isWanted = true }: StripsOptions = {}) {
  const { queries } = useApi();
  const query = { group_by: "provider", bucket: "hour", order_by: "requests", top: most, ...filter } as const;
  return useQuery({ ...queries.strips(query, lastHours), enabled: isWanted });
}

const troubles: ReadonlySet<string> = new Set(["target_resting", "target_parked", "provider_unusable"]);

/** What is wrong with a provider at the moment, by its name. */
export function useTrouble(): (name: string) => Notification | undefined {
  const { queries } = useApi();
  const { data } = useQuery(queries.notifications);
  return useCallback(
    (name) =>
      data?.find(
        ({ kind, subject }) => troubles.has(kind) && (subject.name === name || subject.name.startsWith(`${name}/`)),
      ),
    [data],
  );
}

/** `99.98 %`. */
export function healthShare({ total }: ProviderGroup): string {
  return formatShare(1 - failedShare(attemptsOf(total)));
}

/** `99.98 % · 410 ms`. */
export function healthWords(group: ProviderGroup): string {
  const { total } = group;
  return [healthShare(group), ...(total.latency_ms === null ? [] : [formatDuration(total.latency_ms.p50)])].join(" · ");
}

interface StripProps {
  readonly group: ProviderGroup;
  readonly className?: string;
}

export function HealthStrip({ group: { points, labels }, className = "" }: StripProps) {
  if (points === null) return null;
  const attempts = points.requests.map((requests, at) =>
    attemptsOf({ requests, errors: points.errors[at] ?? 0, failed_attempts: points.failed_attempts[at] ?? 0 }),
  );
  const highest = Math.max(1, ...attempts.map(({ made }) => made));
  const label = `Attempts at ${labels.join(" ")} and failures, hour by hour`;
  return (
    <Bars
      {...{ label, className }}
      bars={attempts.map((hour) => ({ height: hour.made === 0 ? 0 : hour.made / highest, tone: toneOf(hour) }))}
    />
  );
}

/** By the 95th percentile of each hour. */
export function LatencyStrip({ group: { points, labels }, className = "" }: StripProps) {
  if (points === null) return null;
  const times = points.latency_p95_ms;
  const longest = Math.max(1, ...times.map((time) => time ?? 0));
  const label = `How long ${labels.join(" ")} took, hour by hour, the 95th percentile`;
  return (
    <Bars
      {...{ label, className }}
      bars={times.map((time) => ({
        height: (time ?? 0) / longest,
        tone: time === null ? "bg-line-strong" : "bg-info",
      }))}
    />
  );
}

interface BarsProps {
  readonly label: string;
  readonly className: string;
  /** Of 1 at the most; none at all is still seen. */
  readonly bars: readonly { readonly height: number; readonly tone: string }[];
}

function Bars({ label, className, bars }: BarsProps) {
  return (
    <div role="img" aria-label={label} className={`flex h-[18px] items-end gap-[2px] ${className}`}>
      {bars.map(({ height, tone }, at) => (
        <span
          // Hours have no other name than their place.
          key={at}
          className={`min-w-px flex-1 rounded-[1px] opacity-80 ${tone}`}
          style={{ height: height === 0 ? "15%" : `${30 + height * 70}%` }}
        />
      ))}
    </div>
  );
}

function toneOf(hour: Attempts): string {
  if (hour.made === 0) return "bg-line-strong";
  const share = failedShare(hour);
  if (share >= 0.1) return "bg-bad";
  return share >= 0.02 ? "bg-warn" : "bg-good";
}
