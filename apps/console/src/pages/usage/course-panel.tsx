import { lazy, Suspense, useMemo } from "react";
import type { UseQueryResult } from "@tanstack/react-query";
import type { UsageSeries } from "#api/queries.ts";
import { isLastOpen } from "#parts/chart/open-bucket.ts";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { Tabs } from "#parts/tabs.tsx";
import { formatOf, layersOf, measures } from "#usage/layers.ts";
import { CourseTable } from "./course-table.tsx";
import type { UsageView } from "./usage-view.ts";

const StackedChart = lazy(async () => ({ default: (await import("#parts/chart/stacked-chart.tsx")).StackedChart }));

interface CoursePanelProps {
  readonly query: UseQueryResult<UsageSeries>;
  readonly view: UsageView;
  readonly onZoom: (from: number, to: number) => void;
}

export function CoursePanel({ query, view, onZoom }: CoursePanelProps) {
  const title = `${view.measure} by ${view.by.join(" and ")}`;
  return (
    <Panel
      title={title}
      note={query.data === undefined ? undefined : `per ${query.data.bucket}`}
      actions={
        <span className="flex flex-wrap gap-2">
          <Tabs
            label="Show"
            names={measures}
            chosen={view.measure}
            onChoose={(name) => view.change({ measure: measures.find((one) => one === name) ?? "Spend" })}
          />
          <Tabs
            label="As"
            names={["Chart", "Table"]}
            chosen={view.isTable ? "Table" : "Chart"}
            onChoose={(name) => view.change({ isTable: name === "Table" })}
          />
        </span>
      }
    >
      <Loaded query={query} skeleton={<div aria-hidden className="h-[286px]" />}>
        {(series) => <Course {...{ series, view, title, onZoom }} />}
      </Loaded>
    </Panel>
  );
}

interface CourseProps extends Pick<CoursePanelProps, "view" | "onZoom"> {
  readonly series: UsageSeries;
  readonly title: string;
}

function Course({ series, view: { measure, isTable }, title, onZoom }: CourseProps) {
  const times = useMemo(() => series.times.map((time) => Date.parse(time)), [series]);
  const layers = useMemo(() => layersOf(series, measure), [series, measure]);
  const format = formatOf(measure);
  if (layers.length === 0) return <Empty>There were no requests in this time.</Empty>;
  if (isTable) return <CourseTable {...{ times, layers, format, title }} bucket={series.bucket} />;
  return (
    <Suspense fallback={<div className="h-[286px]" />}>
      <StackedChart label={title} {...{ times, layers, format, onZoom }} isLastOpen={isLastOpen(series)} />
    </Suspense>
  );
}
