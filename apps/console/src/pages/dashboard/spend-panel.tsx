import { lazy, Suspense, useMemo } from "react";
import type { UsageSeries } from "#api/queries.ts";
import { formatMoney } from "#format/money.ts";
import { formatShort } from "#format/number.ts";
import { colourNames, restColour } from "#parts/chart/colours.ts";
import type { Layer } from "#parts/chart/stack.ts";
import { Panel } from "#parts/panel.tsx";
import { Empty } from "#parts/states.tsx";
import { Tabs } from "#parts/tabs.tsx";
import { useSearchValue } from "#parts/use-search.ts";

const StackedChart = lazy(async () => ({ default: (await import("#parts/chart/stacked-chart.tsx")).StackedChart }));

const measures = ["Spend", "Tokens", "Requests"] as const;
type Measure = (typeof measures)[number];
type Points = NonNullable<UsageSeries["sum"]["points"]>;

const valuesOf: Readonly<Record<Measure, (points: Points) => readonly number[]>> = {
  Spend: ({ cost_usd }) => cost_usd.map(Number),
  Tokens: ({ prompt_tokens, completion_tokens }) => prompt_tokens.map((one, at) => one + (completion_tokens[at] ?? 0)),
  Requests: ({ requests }) => requests,
};

const words: Readonly<Record<string, string>> = { minute: "per minute", hour: "per hour", day: "per day" };

interface SpendPanelProps {
  readonly series: UsageSeries;
  readonly onZoom: (from: number, to: number) => void;
}

export function SpendPanel({ series, onZoom }: SpendPanelProps) {
  const [chosen, setChosen] = useSearchValue("show");
  const measure = measures.find((one) => one === chosen) ?? "Spend";
  const times = useMemo(() => series.times.map((time) => Date.parse(time)), [series]);
  const layers = useMemo(() => layersOf(series, measure), [series, measure]);
  const title = `${measure} by model`;
  return (
    <Panel
      title={title}
      note={words[series.bucket]}
      actions={
        <Tabs
          label="Show"
          names={measures}
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
            format={measure === "Spend" ? formatMoney : formatShort}
          />
        </Suspense>
      )}
    </Panel>
  );
}

function layersOf({ groups }: UsageSeries, measure: Measure): readonly Layer[] {
  const told = groups.filter(({ is_rest: isRest }) => !isRest);
  const colours = colourNames(told.map(({ key }) => key.join("/")));
  return groups.flatMap(({ key, labels, points, is_rest: isRest }) => {
    if (points === null) return [];
    const name = key.join("/");
    const values = valuesOf[measure](points);
    const colour = isRest ? restColour() : (colours.get(name) ?? restColour());
    return { key: isRest ? "rest" : name, label: isRest ? "other" : labels.join(" / ") || "none", colour, values };
  });
}
