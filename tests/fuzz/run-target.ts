// The cases of one target, one after the other, with an eye on the time and the memory that they take.

import { setImmediate as breathe } from "node:timers/promises";
import { cpuMs } from "./cpu-time.ts";
import { faultOfGrowth } from "./growth.ts";
import { makeCase, runCase } from "./targets.ts";
import type { Target } from "./targets.ts";

export interface Failure {
  readonly target: string;
  readonly seed: number;
  readonly number: number;
  readonly reason: string;
}

export interface Outcome {
  readonly target: string;
  readonly cases: number;
  readonly seconds: number;
  readonly slowest: { readonly number: number; readonly ms: number; readonly bytes: number };
  /** From the first look at the heap to the last; null where the heap was not looked at. */
  readonly heapGrowthBytes: number | null;
  readonly failures: readonly Failure[];
}

export interface Plan {
  readonly seed: number;
  readonly first: number;
  readonly count: number;
  /** Whether some cases are also made long, to see how the time grows, which takes as long as all others together. */
  readonly checksGrowth: boolean;
  /** Called before each case, so that somebody else can notice one that never ends. */
  readonly onCase?: (number: number) => void;
}

/** Of CPU. A case has 200 kB at most, for which some milliseconds are enough on any machine. */
const maxCaseMs = 500;
const growthEvery = 500;
const heapEvery = 10_000;
/** What is compiled and cached on the way; a leak of a hundred bytes a case is more than that. */
const maxHeapGrowthBytes = 8 * 1024 * 1024;
/** More of them say nothing new. */
const mostFailures = 20;

export async function runTarget(target: Target, plan: Plan): Promise<Outcome> {
  const { seed, first, count, checksGrowth, onCase } = plan;
  const startedMs = performance.now();
  const failures: Failure[] = [];
  const heap = new HeapWatch();
  let slowest = { number: first, ms: 0, bytes: 0 };
  let number = first;
  for (; number < first + count && failures.length < mostFailures; number += 1) {
    onCase?.(number);
    const bytes = makeCase(target, seed, number);
    const { ms, reason } = timeCase(target, bytes, plan, number);
    const fault = reason ?? (checksGrowth && number % growthEvery === 0 ? growthOf(target, seed, number) : null);
    if (fault !== null) failures.push({ target: target.name, seed, number, reason: fault });
    if (ms > slowest.ms) slowest = { number, ms, bytes: bytes.length };
    if ((number - first) % heapEvery === heapEvery - 1) {
      await breathe();
      heap.look();
    }
  }
  if (heap.growthBytes > maxHeapGrowthBytes) {
    failures.push({ target: target.name, seed, number, reason: `the heap has grown by ${heap.growthBytes} bytes` });
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const heapGrowthBytes = heap.looks > 1 ? heap.growthBytes : null;
  return { target: target.name, cases: number - first, seconds, slowest, heapGrowthBytes, failures };
}

interface Timed {
  readonly ms: number;
  readonly reason: string | null;
}

/** A slow case is run again: what is compiled or collected by chance does not make it slow three times. */
function timeCase(target: Target, bytes: Buffer, { seed }: Plan, number: number): Timed {
  let fastestMs = Infinity;
  for (let tries = 0; tries < 3 && fastestMs > maxCaseMs; tries += 1) {
    const startedMs = cpuMs();
    const reason = faultOf(target, bytes, seed, number);
    fastestMs = Math.min(fastestMs, cpuMs() - startedMs);
    if (reason !== null) return { ms: fastestMs, reason };
  }
  const isSlow = fastestMs > maxCaseMs;
  return { ms: fastestMs, reason: isSlow ? `takes ${Math.round(fastestMs)} ms for ${bytes.length} bytes` : null };
}

/** Null where the case holds. */
export function faultOf(target: Target, bytes: Buffer, seed: number, number: number): string | null {
  return faultIn(() => {
    runCase(target, bytes, seed, number);
    return null;
  });
}

function growthOf(target: Target, seed: number, number: number): string | null {
  return faultIn(() => faultOfGrowth(target, seed, number));
}

function faultIn(check: () => string | null): string | null {
  try {
    return check();
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}\n${placeOf(error)}` : String(error);
  }
}

function placeOf({ stack = "" }: Error): string {
  return (stack.match(/^ +at .*$/gm) ?? []).slice(0, 6).join("\n");
}

class HeapWatch {
  looks = 0;
  growthBytes = 0;
  #firstBytes = 0;

  look(): void {
    if (globalThis.gc === undefined) return;
    // What the first one finishes is freed by the second.
    globalThis.gc();
    globalThis.gc();
    const { heapUsed, external } = process.memoryUsage();
    this.looks += 1;
    if (this.looks === 1) this.#firstBytes = heapUsed + external;
    this.growthBytes = heapUsed + external - this.#firstBytes;
  }
}
