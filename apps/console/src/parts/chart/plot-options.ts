// What all charts over time have in common: their axes, which begin at nothing, and no legend of the library's own.

import type uPlot from "uplot";
import { valueOfColour } from "./colours.ts";

type CommonOptions = Pick<uPlot.Options, "width" | "height" | "padding" | "legend" | "scales" | "axes">;

export function plotOptions(width: number, height: number, format: (value: number) => string): CommonOptions {
  const axis = {
    stroke: valueOfColour("--faint"),
    font: '11px "Geist Variable"',
    ticks: { show: false },
    grid: { stroke: valueOfColour("--line"), width: 1 },
  };
  return {
    width,
    height,
    padding: [8, 16, 0, 0],
    legend: { show: false },
    scales: { x: { time: true }, y: { range: (_chart, _low, high) => [0, high > 0 ? high * 1.05 : 1] } },
    axes: [
      { ...axis, grid: { show: false }, space: 96, size: 24, values: (_chart, splits) => timesOnAxis(splits) },
      { ...axis, size: 52, gap: 6, space: 44, values: (_chart, values) => values.map((value) => format(value)) },
    ],
  };
}

const hour = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat("en", { month: "short", day: "numeric" });

/** Hours, but days where a day is at most one of them. */
function timesOnAxis(splits: readonly number[]): string[] {
  const step = (splits[1] ?? 0) - (splits[0] ?? 0);
  return splits.map((seconds) => (step >= 86_400 ? day : hour).format(seconds * 1000));
}
