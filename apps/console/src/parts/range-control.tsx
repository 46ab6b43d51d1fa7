import { OwnRange } from "./own-range.tsx";
import { Tabs } from "./tabs.tsx";
import { rangeNames } from "./time-range.ts";
import type { TimeRange } from "./time-range.ts";

export function RangeControl({ range }: { readonly range: TimeRange }) {
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-2.5 md:flex-nowrap">
      <Tabs
        label="Time"
        names={rangeNames}
        chosen={range.name ?? ""}
        onChoose={(name) => range.choose(rangeNames.find((one) => one === name) ?? "24h")}
      />
      <OwnRange range={range} />
    </span>
  );
}
