import { lazy, Suspense, useMemo } from "react";
import type { BudgetDetail } from "#api/queries.ts";
import { formatCap, formatMoney } from "#format/money.ts";
import { formatMoment } from "#format/time.ts";
import { TimeTable } from "#parts/chart/time-table.tsx";
import { Panel } from "#parts/panel.tsx";
import { Tabs } from "#parts/tabs.tsx";
import { useSearchValue } from "#parts/use-search.ts";
import { burnDownOf } from "./burn-down.ts";

const LineChart = lazy(async () => ({ default: (await import("#parts/chart/line-chart.tsx")).LineChart }));

const label = "What was spent, until now and at this rate";

export function BurnDownPanel({ detail }: { readonly detail: BudgetDetail }) {
  const [as, setAs] = useSearchValue("as");
  const burnDown = useMemo(() => burnDownOf(detail), [detail]);
  const isTable = as === "table";
  return (
    <Panel
      title="Burn-down"
      note={`in all, by ${detail.course.bucket}`}
      actions={
        <Tabs
          label="As"
          names={["Chart", "Table"]}
          chosen={isTable ? "Table" : "Chart"}
          onChoose={(name) => setAs(name === "Table" ? "table" : undefined)}
        />
      }
    >
      {isTable ? (
        <TimeTable
          label={label}
          heading="Until"
          times={burnDown.times}
          columns={burnDown.lines}
          format={formatMoney}
          formatTime={formatMoment}
        />
      ) : (
        <Suspense fallback={<div className="h-[286px]" />}>
          <LineChart label={label} {...burnDown} format={formatMoney} formatRound={formatRound} />
        </Suspense>
      )}
    </Panel>
  );
}

function formatRound(usd: number): string {
  return formatCap(String(usd));
}
