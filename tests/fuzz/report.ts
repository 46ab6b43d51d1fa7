// What the run says in the end: a line for each target, and for each failure what it takes to see it again.

import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ThreadResult } from "./fuzz-thread.ts";
import type { Failure, Outcome } from "./run-target.ts";

const widths = [28, 9, 8, 10, 14, 9] as const;

function row(cells: readonly string[]): string {
  return cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[at] ?? 0))).join(" ");
}

export const heading = row(["target", "cases", "seconds", "slowest", "heap growth", "failures"]);

export function lineOf({ target, cases, seconds, slowest, heapGrowthBytes, failures }: Outcome): string {
  const growth = heapGrowthBytes === null ? "-" : `${(heapGrowthBytes / 1024).toFixed(0)} kB`;
  const slowestMs = `${slowest.ms.toFixed(1)} ms`;
  return row([target, String(cases), seconds.toFixed(1), slowestMs, growth, String(failures.length)]);
}

/** Where the smallest case was written to. */
function save({ target, seed, number }: Failure, bytes: Uint8Array): string {
  const file = join(tmpdir(), `ghostllm-fuzz-${target.replace(" ", "-")}-${seed}-${number}.bin`);
  writeFileSync(file, bytes);
  return file;
}

export function describeFailures({ outcome, smallest }: ThreadResult): string {
  const texts = outcome.failures.map((failure) => {
    const bytes = smallest.get(failure.number);
    const where = bytes === undefined ? "" : `\n  smallest case: ${save(failure, bytes)} (${bytes.length} bytes)`;
    const again = `npm run fuzz -- --target "${failure.target}" --seed ${failure.seed} --case ${failure.number}`;
    return `FAILED ${failure.target}, seed ${failure.seed}, case ${failure.number}: ${failure.reason}${where}\n  again: ${again}`;
  });
  return texts.join("\n");
}
