import type { Measured } from "./measure.ts";
import { faultsOf } from "./measure.ts";

const columns = [
  "line",
  "RSS MB",
  "descriptors",
  "loop delay ms",
  "given back s",
  "others p50/p99 ms",
  "others failed",
];

/** As Markdown: each gauge before, during (the most) and after. */
export function tableOf(all: readonly Measured[]): string {
  const rows = all.map((measured) => {
    const { line, before, during, after, givenBackSeconds, others } = measured;
    const moments = (pick: (moment: typeof before) => number): string =>
      `${pick(before)} > ${pick(during)} > ${pick(after)}`;
    return [
      line.name + (faultsOf(measured).length > 0 ? " (!)" : ""),
      moments(({ megabytes }) => megabytes),
      moments(({ descriptors }) => descriptors),
      moments(({ loopDelayMs }) => loopDelayMs),
      givenBackSeconds === null ? "never" : givenBackSeconds.toFixed(1),
      `${others.p50Ms}/${others.p99Ms}`,
      `${others.failures} of ${others.requests}`,
    ];
  });
  const widths = columns.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const write = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  return [write(columns), write(widths.map((width) => "-".repeat(width))), ...rows.map(write)].join("\n");
}
