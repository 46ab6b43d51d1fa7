// What is shown: a line for every look, and a table of the quarters.

import { type Figure, meanOf, quartersOf } from "./judge.ts";
import type { Sample } from "./sample.ts";

const columns: readonly (readonly [Figure, string, number])[] = [
  ["residentMegabytes", "RSS MB", 1],
  ["heapMegabytes", "heap MB", 1],
  ["descriptors", "descriptors", 0],
  ["threads", "threads", 0],
  ["journalMegabytes", "journal MB", 2],
  ["databaseMegabytes", "database MB", 0],
  ["loopDelayMs", "loop delay ms", 1],
  ["p99Ms", "small p99 ms", 1],
];

export function lineOf(sample: Sample): string {
  const figures = columns.map(([figure, title, digits]) => `${title} ${sample[figure].toFixed(digits)}`);
  return `${sample.seconds.toFixed(0)} s: ${figures.join(", ")}`;
}

/** Means of each quarter, and the most that was seen in it. */
export function tableOf(samples: readonly Sample[]): string {
  const rows = quartersOf(samples).map((quarter, index) => {
    const cells = columns.map(([figure, , digits]) => {
      const most = Math.max(...quarter.map((sample) => sample[figure]));
      return `${meanOf(quarter, figure).toFixed(digits)} (${most.toFixed(digits)})`;
    });
    return `| ${index + 1} | ${cells.join(" | ")} |`;
  });
  const head = ["Quarter", ...columns.map(([, title]) => title)];
  return [`| ${head.join(" | ")} |`, `|${" --- |".repeat(head.length)}`, ...rows].join("\n");
}
