import { lazy, Suspense, useMemo } from "react";
import type { UsageSeries } from "#api/queries.ts";
import { isLastOpen } from "#parts/chart/open-bucket.ts";
import { Panel } from "#parts/panel.tsx";
import { Empty } from "#parts/states.tsx";
import { Tabs } from "#parts/tabs.tsx";
import { useSearchValue } from "#parts/use-search.ts";
import { formatOf, layersOf, measures } from "#usage/layers.ts";

const StackedChart = lazy(async () => ({ default: (await import("#parts/chart/stacked-chart.tsx")).StackedChart }));

const shown = measures.filter((one) => one !== "Errors");

const words: Readonly<Record<string, string>> = { minute: "per minute", hour: "per hour", day: "per day" };

interface SpendPanelProps {
  /** What it is grouped by, in words. */
  readonly by: string;
  readonly series: UsageSeries;
  readonly onZoom: (from: number, to: number) => void;
}

export function SpendPanel({ by, series, onZoom }: SpendPanelProps) {
  const [chosen, setChosen] = useSearchValue("show");
  const measure = shown.find((one) => one === chosen) ?? "Spend";
  const times = useMemo(() => series.times.map((time) => Date.parse(time)), [series]);
  const layers = useMemo(() => layersOf(series, measure), [series, measure]);
  const title = `${measure} by ${by}`;
  return (
    <Panel
      title={title}
      note={words[series.bucket]}
      actions={
        <Tabs
          label="Show"
          names={shown}
          chosen={measure}
          onChoose={(name) => setChosen(name === "Spend" ? undefined : name)}
        />
      }
    >
      {layers.length === 0 ? (
        <Empty>There were no requests in this time.</Empty>
      ) : (
        <Suspense fallback={<div className="h-[286px]" />}>
          <StackedChart
            label={title}
            {...{ times, layers, onZoom }}
            format={formatOf(measure)}
            isLastOpen={isLastOpen(series)}
          />
        </Suspense>
      )}
    </Panel>
  );
}
