// How vendors have been: a bar for each hour of two days, high where they were asked much, coloured by what failed.

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useApi } from "#api/api.tsx";
import type { Notification, UsageSeries } from "#api/queries.ts";
import { formatShare } from "#format/number.ts";
import { formatDuration } from "#format/time.ts";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { Status } from "#parts/status.tsx";
import { attemptsOf, failedShare } from "./attempts.ts";
import type { Attempts } from "./attempts.ts";

const hours = 48;
const hourMs = 3_600_000;
const most = 6;

function lastHours() {
  const end = Math.ceil(Date.now() / hourMs) * hourMs;
  return { from: new Date(end - hours * hourMs).toISOString(), to: new Date(end).toISOString() };
}

export function ProvidersPanel() {
  const { queries } = useApi();
  const query = { group_by: "provider", bucket: "hour", order_by: "requests", top: most } as const;
  const series = useQuery(queries.series(["providers"], query, lastHours));
  const notifications = useQuery(queries.notifications);
  return (
    <Panel title="Providers" actions={<span className="text-xs text-muted">{hours} × 1 h</span>}>
      <Loaded query={series}>
        {({ groups }) => {
          const told = groups.filter(({ is_rest: isRest, key }) => !isRest && key[0] !== "");
          if (told.length === 0) return <Empty>No provider was asked in two days.</Empty>;
          return told.map((group) => (
            <Strip key={group.key.join("/")} group={group} notifications={notifications.data ?? []} />
          ));
        }}
      </Loaded>
    </Panel>
  );
}

type Group = UsageSeries["groups"][number];

function Strip({ group, notifications }: { readonly group: Group; readonly notifications: readonly Notification[] }) {
  const { labels, total } = group;
  const name = labels.join(" ");
  const trouble = notifications.find(
    ({ kind, subject }) => (kind === "target_resting" || kind === "provider_unusable") && subject.name.startsWith(name),
  );
  const failed = failedShare(attemptsOf(total));
  const facts = [formatShare(1 - failed), total.latency_ms === null ? null : formatDuration(total.latency_ms.p50)];
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-2.5 gap-y-0.5 border-b border-line px-4 py-2 last:border-0">
      <Status tone={trouble === undefined ? "good" : "warn"}>
        <Link to="/providers" search={{ q: name }} className="truncate hover:underline">
          {name}
        </Link>
      </Status>
      <span
        title={trouble?.text}
        className={`truncate text-xs ${trouble === undefined ? "text-muted" : "max-w-52 text-bad"}`}
      >
        {trouble?.text ?? facts.filter(Boolean).join(" · ")}
      </span>
      <Bars group={group} />
    </div>
  );
}

function Bars({ group: { points, labels } }: { readonly group: Group }) {
  if (points === null) return null;
  const attempts = points.requests.map((requests, at) =>
    attemptsOf({ requests, errors: points.errors[at] ?? 0, failed_attempts: points.failed_attempts[at] ?? 0 }),
  );
  const highest = Math.max(1, ...attempts.map(({ made }) => made));
  return (
    <div
      role="img"
      aria-label={`Attempts at ${labels.join(" ")} and failures, hour by hour`}
      className="col-span-2 flex h-[18px] items-end gap-[2px]"
    >
      {attempts.map((hour, at) => (
        <span
          // Hours have no other name than their place.
          key={at}
          className={`flex-1 rounded-[1px] opacity-80 ${toneOf(hour)}`}
          style={{ height: hour.made === 0 ? "15%" : `${30 + (hour.made / highest) * 70}%` }}
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
