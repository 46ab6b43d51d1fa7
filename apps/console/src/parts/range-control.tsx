import { CalendarRange } from "lucide-react";
import { formatMoment } from "#format/time.ts";
import { Tabs } from "./tabs.tsx";
import { rangeNames } from "./time-range.ts";
import type { TimeRange } from "./time-range.ts";

export function RangeControl({ range }: { readonly range: TimeRange }) {
  const { from, to } = range.span();
  return (
    <span className="flex min-w-0 items-center gap-2.5">
      <Tabs
        label="Time"
        names={rangeNames}
        chosen={range.name ?? ""}
        onChoose={(name) => range.choose(rangeNames.find((one) => one === name) ?? "24h")}
      />
      {range.name === null && (
        <span className="hidden h-(--control) items-center gap-1.5 rounded-sm border border-line-strong bg-surface px-2.5 font-medium whitespace-nowrap md:inline-flex">
          <CalendarRange aria-hidden className="size-3.5 text-muted" />
          {formatMoment(from)} – {formatMoment(to)}
        </span>
      )}
    </span>
  );
}
