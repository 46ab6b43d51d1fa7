// Goes through all workloads and targets in rounds (A B C, A B C, ...), so that a slow spell of the machine hits all alike.

import { measureLatency, measureStreams, measureThroughput, warmUpAll, type StreamMeasurement } from "./measure.ts";
import type { BenchOptions } from "./options.ts";
import { readMemory, type Memory } from "./process-usage.ts";
import type { FakeControl } from "./fake-process.ts";
import type { RoundResult, Target } from "./targets.ts";
import { measureCodecs } from "./codecs.ts";
import { translatedWorkloads } from "./translated-workloads.ts";
import { pacedWorkload, workloads, type Workload } from "./workloads.ts";

export interface Measurements {
  readonly throughput: readonly Rounds<RoundResult>[];
  readonly translated: readonly TranslatedRounds[];
  readonly latency: readonly Rounds<RoundResult>[];
  readonly streams: readonly Rounds<StreamMeasurement>[];
  /** Targets that are the same lane of this tree and of another commit, by name. */
  readonly pairs: readonly { readonly here: string; readonly there: string }[];
  readonly memory: readonly { readonly target: string; readonly memory: Memory | null }[];
}

export interface Rounds<Result> {
  readonly workload: string;
  readonly target: string;
  readonly rounds: readonly Result[];
}

export interface TranslatedRounds extends Rounds<RoundResult> {
  /** CPU of the codecs alone, of one chunk. */
  readonly codecNanos: number;
}

export interface BenchRun {
  readonly targets: readonly Target[];
  readonly fake: FakeControl;
  readonly options: BenchOptions;
  readonly report: (line: string) => void;
}

export async function runAll(run: BenchRun): Promise<Measurements> {
  const { options } = run;
  const { concurrency, seconds, rate } = options;
  const throughput: Rounds<RoundResult>[] = [];
  for (const workload of workloads.filter(({ name }) => options.parts.has(name))) {
    run.report(`${workload.title}: ${concurrency} connections`);
    await prepare(run, workload);
    throughput.push(
      ...(await inRounds(run, workload, (target) => measureThroughput(target, workload, { concurrency, seconds }))),
    );
  }
  const latency: Rounds<RoundResult>[] = [];
  for (const workload of workloads.filter((each) => each.name === "small" && options.parts.has("latency"))) {
    run.report(`${workload.title}: ${rate} per second`);
    await prepare(run, workload);
    latency.push(
      ...(await inRounds(run, workload, (target) => measureLatency(target, workload, { perSecond: rate, seconds }))),
    );
  }
  const translated = await runTranslated(run);
  const streams = await runStreams(run);
  const memory = run.targets.map(({ name, pid }) => ({ target: name, memory: pid === null ? null : readMemory(pid) }));
  return { throughput, translated, latency, streams, pairs: pairsOf(run.targets), memory };
}

function pairsOf(targets: readonly Target[]) {
  return targets.flatMap(({ name, comparedWith }) =>
    comparedWith === undefined ? [] : [{ here: comparedWith, there: name }],
  );
}

async function runTranslated(run: BenchRun): Promise<TranslatedRounds[]> {
  const targets = run.targets.filter(({ translates }) => translates === true);
  if (targets.length === 0 || !run.options.parts.has("translated")) return [];
  const { concurrency, seconds } = run.options;
  const results: TranslatedRounds[] = [];
  for (const workload of translatedWorkloads) {
    run.report(`${workload.title}: ${concurrency} connections`);
    const only = { ...run, targets };
    await prepare(only, workload);
    const rounds = await inRounds(only, workload, (target) =>
      measureThroughput(target, workload, { concurrency, seconds }),
    );
    const codecNanos = measureCodecs(workload, seconds / 2);
    results.push(...rounds.map((entry) => ({ ...entry, codecNanos })));
  }
  return results;
}

async function runStreams(run: BenchRun): Promise<Rounds<StreamMeasurement>[]> {
  const { streams, chunks, streamSeconds, rampMs } = run.options;
  if (streams === 0 || !run.options.parts.has("paced")) return [];
  run.report(`${streams} streams of ${chunks} chunks over ${streamSeconds} s`);
  const workload = pacedWorkload(chunks, streamSeconds);
  // By the same streams without their pauses: a process that has just started would be overrun by so many at once.
  for (const burst of workloads.filter(({ name }) => name === "burst")) await prepare(run, burst);
  await run.fake.script(workload.script);
  const load = { streams, chunks, seconds: streamSeconds, rampMs };
  return inRounds(run, workload, (target) => measureStreams(target, workload, load));
}

async function prepare(run: BenchRun, workload: Workload): Promise<void> {
  await run.fake.script(workload.script);
  const { concurrency, warmSeconds: seconds } = run.options;
  await warmUpAll(run.targets, workload, { concurrency, seconds });
}

/** Who are compared with each other take turns in going first: so each of them does it as often as the other. */
function roundsOf({ targets, options: { rounds } }: BenchRun): number {
  return pairsOf(targets).length === 0 || rounds === 1 ? rounds : rounds + (rounds % 2);
}

/**
 * Whoever is measured behind the vendor alone, or behind nginx, is dearer than who comes behind another GhostLLM: 15 % of a small request,
 * of the same commit. So in every second round those two change places.
 */
function inTurns<Entry extends { readonly target: Target }>(
  entries: readonly Entry[],
  round: number,
): readonly Entry[] {
  if (round % 2 === 0) return entries;
  const named = new Map(entries.map((entry) => [entry.target.name, entry]));
  const partners = new Map(
    pairsOf(entries.map(({ target }) => target)).flatMap(({ here, there }) => [
      [here, there] as const,
      [there, here] as const,
    ]),
  );
  return entries.map((entry) => named.get(partners.get(entry.target.name) ?? "") ?? entry);
}

async function inRounds<Result>(
  run: BenchRun,
  workload: Workload,
  measure: (target: Target) => Promise<Result>,
): Promise<Rounds<Result>[]> {
  const results = run.targets.map((target) => ({ target, rounds: [] as Result[] }));
  for (let round = 0; round < roundsOf(run); round += 1) {
    for (const { target, rounds } of inTurns(results, round)) rounds.push(await measure(target));
  }
  return results.map(({ target, rounds }) => ({ workload: workload.name, target: target.name, rounds }));
}
