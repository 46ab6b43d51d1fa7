// What the server takes of its machine at a moment: from /proc (Linux), from its own metrics, and of its folders.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ReadyServer } from "../support/server-process.ts";

export interface Sample {
  /** Since the traffic began. */
  readonly seconds: number;
  readonly residentMegabytes: number;
  readonly heapMegabytes: number;
  readonly descriptors: number;
  readonly threads: number;
  readonly journalMegabytes: number;
  readonly databaseMegabytes: number;
  /** The longest since the sample before. */
  readonly loopDelayMs: number;
  /** Of small requests since the sample before. */
  readonly p99Ms: number;
}

const megabyte = 2 ** 20;

export async function takeSample(
  { pid, url, dataDir }: ReadyServer,
  { seconds, p99Ms }: Pick<Sample, "seconds" | "p99Ms">,
): Promise<Sample> {
  const metrics = await (await fetch(`${url}/metrics`, { headers: { connection: "close" } })).text();
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return {
    ...{ seconds, p99Ms },
    residentMegabytes: numberIn(status, /^VmRSS:\s+(\d+)/m) / 1024,
    heapMegabytes: numberIn(metrics, /^nodejs_heap_size_used_bytes (\S+)/m) / megabyte,
    descriptors: countDescriptors(pid),
    threads: numberIn(status, /^Threads:\s+(\d+)/m),
    journalMegabytes: sizeOf(dataDir, /^journal$/) / megabyte,
    databaseMegabytes: sizeOf(dataDir, /^ghostllm\.db/) / megabyte,
    loopDelayMs: numberIn(metrics, /^nodejs_eventloop_lag_max_seconds (\S+)/m) * 1_000,
  };
}

export function countDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

function numberIn(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1] ?? Number.NaN);
}

function sizeOf(folder: string, name: RegExp): number {
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => name.test(entry.name));
  const sizes = entries.map((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sizeOf(path, /./);
    // One that is done with is removed at any time.
    return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}
