// Lines over time, each from where it begins to where it ends. Under the pointer stands what each of them is there.

import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatMoment } from "#format/time.ts";
import { useTheme } from "#parts/theme.tsx";
import { valueOfColour } from "./colours.ts";
import { plotOptions } from "./plot-options.ts";

export interface Line {
  readonly key: string;
  readonly label: string;
  /** Name of a variable of the theme. */
  readonly colour: string;
  /** One for each time; null where there is none. */
  readonly values: readonly (number | null)[];
  readonly isDashed?: true;
  /** Down to the axis. */
  readonly isFilled?: true;
}

interface LineChartProps {
  readonly label: string;
  /** Epoch ms. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
  /** Of the axis, whose values are round. */
  readonly formatRound: (value: number) => string;
}

const height = 236;

export function LineChart({ label, times, lines, format, formatRound }: LineChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number | null>(null);
  const { theme } = useTheme();
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const data: uPlot.AlignedData = [times.map((time) => time / 1000), ...lines.map(({ values }) => [...values])];
    const options: uPlot.Options = {
      ...plotOptions(element.clientWidth, height, formatRound),
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      series: [{}, ...lines.map(seriesOf)],
      hooks: { setCursor: [(chart) => setAt(chart.cursor.idx ?? null)] },
    };
    const chart = new uPlot(options, data, element);
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [times, lines, formatRound, theme]);
  return (
    <div className="px-4 pt-2.5 pb-3">
      <div ref={place} role="img" aria-label={label} className="h-[236px] overflow-hidden" />
      <Legend {...{ times, lines, format, at }} />
    </div>
  );
}

function seriesOf({ colour, isDashed, isFilled }: Line): uPlot.Series {
  const stroke = valueOfColour(colour);
  return {
    ...{ stroke, width: 1.5, points: { show: false }, spanGaps: true },
    ...(isDashed === true && { dash: [5, 4] }),
    ...(isFilled === true && { fill: `${stroke}1f` }),
  };
}

function Legend({
  times,
  lines,
  format,
  at,
}: Omit<LineChartProps, "label" | "formatRound"> & { readonly at: number | null }) {
  const time = at === null ? undefined : times[at];
  return (
    <ul className="flex min-h-[26px] flex-wrap gap-x-4 gap-y-1 pt-2 text-[12px] text-muted">
      {lines.map(({ key, label, colour, values, isDashed }) => {
        const value = at === null ? null : (values[at] ?? null);
        return (
          <li key={key} className="flex items-center gap-1.5">
            <span
              aria-hidden
              className={`w-3.5 border-t-2 ${isDashed === true ? "border-dotted" : ""}`}
              style={{ borderColor: `var(${colour})` }}
            />
            {label}
            {value !== null && <span className="text-text">{format(value)}</span>}
          </li>
        );
      })}
      {time !== undefined && <li className="ml-auto text-text">{formatMoment(time)}</li>}
    </ul>
  );
}
