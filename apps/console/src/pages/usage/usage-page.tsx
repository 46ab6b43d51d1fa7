import { useQuery } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import { Page } from "#frame/page.tsx";
import { Panel } from "#parts/panel.tsx";
import { RangeControl } from "#parts/range-control.tsx";
import { Loaded } from "#parts/states.tsx";
import { useTimeRange } from "#parts/time-range.ts";
import { CoursePanel } from "./course-panel.tsx";
import { GroupsTable } from "./groups-table.tsx";
import { UsageFigures } from "./usage-figures.tsx";
import { toQuery, useUsageView } from "./usage-view.ts";
import { ViewBar } from "./view-bar.tsx";

const freshMs = 60_000;
const chartGroups = 7;
const tableGroups = 1_000;

export function UsagePage() {
  const { queries } = useApi();
  const range = useTimeRange("7d");
  const view = useUsageView();
  const query = toQuery(view);
  const compare = view.compares ? { compare: "true" as const } : {};
  // A time up to now goes on while the page is looked at.
  const refetchInterval = range.name === null ? false : freshMs;
  const course = useQuery({
    ...queries.series(["course", range.key], { ...query, bucket: view.bucket, top: chartGroups }, range.span),
    refetchInterval,
  });
  const groups = useQuery({
    ...queries.series(["groups", range.key], { ...query, ...compare, bucket: "none", top: tableGroups }, range.span),
    refetchInterval,
  });
  return (
    <Page title="Usage" filters={<RangeControl range={range} />}>
      <ViewBar view={view} range={range} />
      <Loaded
        query={groups}
        skeleton={<div aria-hidden className="h-[88px] rounded-md border border-line bg-surface" />}
      >
        {({ sum }) => <UsageFigures sum={sum} />}
      </Loaded>
      <CoursePanel query={course} view={view} onZoom={range.zoom} />
      <Panel title={`By ${view.by.join(" and ")}`}>
        <Loaded query={groups}>{(series) => <GroupsTable series={series} view={view} range={range} />}</Loaded>
      </Panel>
    </Page>
  );
}
