// From measurements to a Markdown table, for the terminal and for docs/performance.md.

import type { Measurements, Rounds, TranslatedRounds } from "./run.ts";
import { balancedRatio, median } from "./statistics.ts";
import type { StreamMeasurement } from "./measure.ts";
import type { RoundResult } from "./targets.ts";
import { translatedChunks, translatedWorkloads } from "./translated-workloads.ts";
import { workloads } from "./workloads.ts";

type Cells = readonly string[];

export function renderReport(measurements: Measurements): string {
  const tables = [
    throughputTable(measurements.throughput),
    translatedTable(measurements.translated),
    latencyTable(measurements.latency),
    streamTable(measurements.streams),
    comparisonTable(measurements),
    memoryTable(measurements),
  ];
  return tables.filter((text) => text !== "").join("\n\n");
}

/** Median over the rounds; null where a round has no such figure. */
function middle<Result>(entry: Rounds<Result>, pick: (round: Result) => number | undefined): number | null {
  const values = entry.rounds.map(pick).filter((value) => value !== undefined);
  return values.length === 0 ? null : median(values);
}

interface WithCpu {
  readonly cpu: RoundResult["cpu"];
}

const cpuOf = (entry: Rounds<WithCpu>): number | null => middle(entry, (round) => round.cpu?.totalMicros);

function throughputTable(entries: readonly Rounds<RoundResult>[]): string {
  const rows = entries.map((entry): Cells => {
    const nginx = entries.find((other) => other.workload === entry.workload && other.target === "nginx");
    return [
      workloads.find((workload) => workload.name === entry.workload)?.title ?? entry.workload,
      entry.target,
      number(cpuOf(entry), 0),
      ratio(cpuOf(entry), nginx === undefined ? null : cpuOf(nginx)),
      splitOf(entry),
      number(
        middle(entry, (round) => round.requestsPerSecond),
        0,
      ),
      number(
        middle(entry, (round) => round.p50Ms),
        2,
      ),
      number(
        middle(entry, (round) => round.p99Ms),
        2,
      ),
      number(middle(entry, goesOnSeconds), 1),
      errorsOf(entry),
    ];
  });
  const head = [
    "full load",
    "target",
    "CPU µs/request",
    "× nginx",
    "user share",
    "requests/s",
    "p50 ms",
    "p99 ms",
    "goes on s",
    "errors",
  ];
  return table(head, rows);
}

function translatedTable(entries: readonly TranslatedRounds[]): string {
  const rows = entries.map((entry): Cells => {
    const cpu = cpuOf(entry);
    const passed = entries.find((other) => other.workload === "passed" && other.target === entry.target);
    return [
      translatedWorkloads.find((workload) => workload.name === entry.workload)?.title ?? entry.workload,
      number(cpu, 0),
      ratio(cpu, passed === undefined ? null : cpuOf(passed)),
      number(cpu === null ? null : cpu / translatedChunks, 1),
      number(entry.codecNanos / 1000, 2),
      splitOf(entry),
      number(
        middle(entry, (round) => round.requestsPerSecond),
        0,
      ),
      errorsOf(entry),
    ];
  });
  const head = ["CPU µs/stream", "× passed", "CPU µs/chunk", "of it codecs", "user share", "streams/s", "errors"];
  return table([`${translatedChunks}-chunk streams, GhostLLM bare`, ...head], rows);
}

function goesOnSeconds(round: RoundResult): number | undefined {
  return round.cpu === null ? undefined : round.settleMs / 1000;
}

function splitOf(entry: Rounds<RoundResult>): string {
  const user = middle(entry, (round) => round.cpu?.userMicros);
  const system = middle(entry, (round) => round.cpu?.systemMicros);
  return user === null || system === null ? "-" : `${number((100 * user) / (user + system), 0)} %`;
}

function errorsOf(entry: Rounds<RoundResult>): string {
  return String(entry.rounds.reduce((sum, round) => sum + round.errors, 0));
}

function latencyTable(entries: readonly Rounds<RoundResult>[]): string {
  const direct = entries.find((entry) => entry.target === "direct");
  const nginx = entries.find((entry) => entry.target === "nginx");
  const rows = entries.map((entry): Cells => {
    const p50 = middle(entry, (round) => round.p50Ms);
    const p99 = middle(entry, (round) => round.p99Ms);
    const over = (base: Rounds<RoundResult> | undefined, value: number | null, pick: (round: RoundResult) => number) =>
      base === undefined || entry === base || entry === direct ? "-" : added(value, middle(base, pick));
    return [
      entry.target,
      number(p50, 2),
      number(p99, 2),
      over(direct, p50, (round) => round.p50Ms),
      over(direct, p99, (round) => round.p99Ms),
      over(nginx, p50, (round) => round.p50Ms),
      over(nginx, p99, (round) => round.p99Ms),
      number(cpuOf(entry), 0),
      errorsOf(entry),
    ];
  });
  const head = ["p50 ms", "p99 ms", "p50 over direct", "p99 over direct", "p50 over nginx", "p99 over nginx"];
  return table(["moderate rate", ...head, "CPU µs/request", "errors"], rows);
}

function streamTable(entries: readonly Rounds<StreamMeasurement>[]): string {
  const direct = entries.find((entry) => entry.target === "direct");
  const nginx = entries.find((entry) => entry.target === "nginx");
  const worst = (entry: Rounds<StreamMeasurement>, pick: (round: StreamMeasurement) => number): number =>
    Math.max(...entry.rounds.map(pick));
  const rows = entries.map((entry): Cells => {
    const gap = worst(entry, (round) => round.maxGapMs);
    return [
      entry.target,
      `${entry.rounds.map((round) => round.completed).join(" ")} of ${entry.rounds[0]?.streams ?? 0}`,
      String(worst(entry, (round) => round.stalls)),
      number(gap, 0),
      direct === undefined || entry === direct
        ? "-"
        : added(
            gap,
            worst(direct, (round) => round.maxGapMs),
            0,
          ),
      number(
        middle(entry, (round) => round.firstChunkP99Ms),
        1,
      ),
      number(cpuOf(entry), 0),
      ratio(cpuOf(entry), nginx === undefined ? null : cpuOf(nginx)),
      number(kilobytesAStream(entry), 0),
    ];
  });
  return table(
    [
      "paced streams",
      "whole",
      "stalls",
      "longest gap ms",
      "added",
      "first chunk p99 ms",
      "CPU µs/stream",
      "× nginx",
      "kB/stream",
    ],
    rows,
  );
}

/** The most that the process held in all rounds, beyond what it held before the first. */
function kilobytesAStream({ rounds }: Rounds<StreamMeasurement>): number | null {
  const [first] = rounds;
  if (first === undefined || first.memory === null) return null;
  const most = Math.max(...rounds.map(({ memory }) => memory?.mostMegabytes ?? 0));
  return ((most - first.memory.megabytesBefore) * 1024) / first.streams;
}

/** What one target costs in parts of what another costs in the same round; null without figures. */
function ratioOfRounds(entry: Rounds<WithCpu>, base: Rounds<WithCpu>): number | null {
  const ratios = entry.rounds.flatMap(({ cpu }, round) => {
    const other = base.rounds[round]?.cpu ?? null;
    return cpu === null || other === null ? [] : [cpu.totalMicros / other.totalMicros];
  });
  return ratios.length === 0 ? null : balancedRatio(ratios);
}

function comparisonTable({ pairs, throughput, latency, streams }: Measurements): string {
  const groups: readonly (readonly [string, readonly Rounds<WithCpu>[]])[] = [
    ["full load", throughput],
    ["moderate rate", latency],
    ["streams", streams],
  ];
  const rows = groups.flatMap(([group, entries]) =>
    entries.flatMap((entry): Cells[] => {
      const there = pairs.find(({ here }) => here === entry.target)?.there;
      const base = entries.find(({ workload, target }) => workload === entry.workload && target === there);
      if (base === undefined) return [];
      const [cpu, before] = [number(cpuOf(entry), 0), number(cpuOf(base), 0)];
      return [
        [`${group}: ${entry.workload}`, entry.target, cpu, base.target, before, number(ratioOfRounds(entry, base), 3)],
      ];
    }),
  );
  return table(["compared", "this tree", "CPU µs", "commit", "CPU µs", "ratio, by rounds"], rows);
}

function memoryTable(measurements: Measurements): string {
  const rows = measurements.memory.flatMap(({ target, memory }): Cells[] =>
    memory === null ? [] : [[target, number(memory.residentMegabytes, 0), number(memory.peakMegabytes, 0)]],
  );
  return table(["memory after all of it", "RSS MB", "peak RSS MB"], rows);
}

function number(value: number | null, digits: number): string {
  return value === null || Number.isNaN(value) ? "-" : value.toFixed(digits);
}

function ratio(value: number | null, base: number | null): string {
  return value === null || base === null ? "-" : (value / base).toFixed(2);
}

function added(value: number | null, base: number | null, digits = 2): string {
  return value === null || base === null ? "-" : (value - base).toFixed(digits);
}

function table(head: Cells, rows: readonly Cells[]): string {
  if (rows.length === 0) return "";
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: Cells): string => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}
