// Layers over time, one upon the other. Dragging over it chooses a time; under the pointer stands what there was. For who does
// not see it, there is a table of the sums.

import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useTheme } from "#parts/theme.tsx";
import { softenedColour, valueOfColour } from "./colours.ts";
import { plotOptions } from "./plot-options.ts";
import { stack } from "./stack.ts";
import type { Layer } from "./stack.ts";

interface StackedChartProps {
  readonly label: string;
  /** Epoch ms. */
  readonly times: readonly number[];
  readonly layers: readonly Layer[];
  readonly format: (value: number) => string;
  readonly onZoom: (from: number, to: number) => void;
  /** The last of the times goes on: what leads there is veiled. */
  readonly isLastOpen?: boolean;
}

const height = 236;

export function StackedChart({ label, times, layers, format, onZoom, isLastOpen = false }: StackedChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number | null>(null);
  const { theme } = useTheme();
  const latest = useRef({ onZoom, format });
  useEffect(() => {
    latest.current = { onZoom, format };
  });
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const sums = stack(layers);
    // The highest is drawn first, so that each lower one lies before it.
    const data: uPlot.AlignedData = [times.map((time) => time / 1000), ...sums.toReversed()];
    const chart = new uPlot(
      optionsOf(element.clientWidth, layers.toReversed(), {
        format: (value) => latest.current.format(value),
        onZoom: (from, to) => latest.current.onZoom(from, to),
        onPoint: setAt,
        isLastOpen,
      }),
      data,
      element,
    );
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [times, layers, theme, isLastOpen]);
  return (
    <div className="px-4 pt-2.5 pb-3">
      <div ref={place} role="img" aria-label={label} className="h-[236px] overflow-hidden" />
      <Legend {...{ times, layers, format, at, isLastOpen }} />
    </div>
  );
}

interface Hooks {
  readonly format: (value: number) => string;
  readonly onZoom: (from: number, to: number) => void;
  readonly onPoint: (at: number | null) => void;
  readonly isLastOpen: boolean;
}

function optionsOf(width: number, layers: readonly Layer[], hooks: Hooks): uPlot.Options {
  return {
    ...plotOptions(width, height, hooks.format),
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false }, sync: { key: "page" } },
    series: [
      {},
      ...layers.map(({ colour }) => ({
        stroke: valueOfColour(colour),
        fill: softenedColour(colour),
        width: 0,
        points: { show: false },
      })),
    ],
    hooks: {
      ...(hooks.isLastOpen && { draw: [veilLast] }),
      setCursor: [(chart) => hooks.onPoint(chart.cursor.idx ?? null)],
      setSelect: [
        (chart) => {
          const { left, width: selected } = chart.select;
          if (selected < 8) return;
          hooks.onZoom(chart.posToVal(left, "x") * 1000, chart.posToVal(left + selected, "x") * 1000);
        },
      ],
    },
  };
}

/** Between the last two points. */
function veilLast({ ctx, bbox, data: [times], valToPos }: uPlot): void {
  const [from, to] = times.slice(-2).map((time) => valToPos(time, "x", true));
  if (from === undefined || to === undefined) return;
  ctx.save();
  ctx.globalAlpha = 0.6;
  ctx.fillStyle = valueOfColour("--surface");
  ctx.fillRect(from, bbox.top, to - from, bbox.height);
  ctx.restore();
}

const moment = new Intl.DateTimeFormat("en", { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });

interface LegendProps extends Pick<StackedChartProps, "times" | "layers" | "format"> {
  readonly at: number | null;
  readonly isLastOpen: boolean;
}

function Legend({ times, layers, format, at, isLastOpen }: LegendProps) {
  const time = at === null ? undefined : times[at];
  const isOpen = isLastOpen && at === times.length - 1;
  return (
    <ul className="flex min-h-[26px] flex-wrap gap-x-4 gap-y-1 pt-2 text-[12px] text-muted">
      {layers.map(({ key, label, colour, values }) => (
        <li key={key} className="flex items-center gap-1.5">
          <span aria-hidden className="size-2 rounded-[2px]" style={{ background: `var(${colour})` }} />
          {label}
          <span className={at === null ? "sr-only" : "text-text"}>
            {format(at === null ? values.reduce((sum, value) => sum + value, 0) : (values[at] ?? 0))}
          </span>
        </li>
      ))}
      {time !== undefined && (
        <li className="ml-auto text-text">{`${moment.format(time)}${isOpen ? ", so far" : ""}`}</li>
      )}
    </ul>
  );
}
