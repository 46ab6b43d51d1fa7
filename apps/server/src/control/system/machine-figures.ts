// What the system tells of the machine and of this process. Called for `/metrics` and by the resource of the system.

import { readFile, statfs } from "node:fs/promises";
import { availableParallelism, cpus, freemem, loadavg, totalmem } from "node:os";
import type { MachineFigures } from "#telemetry/system-metrics.ts";
import { countTraffic } from "./network-traffic.ts";

export async function readMachine(dataDir: string): Promise<MachineFigures> {
  const [network, io, status, disk] = await Promise.all([
    readText("/proc/net/dev"),
    readText("/proc/self/io"),
    readText("/proc/self/status"),
    diskOf(dataDir),
  ]);
  return {
    cpus: availableParallelism(),
    cpuSeconds: cpuSeconds(),
    load1: loadavg()[0] ?? 0,
    memory: { total: totalmem(), available: freemem() },
    network: network === null ? null : countTraffic(network),
    disk: disk === null ? null : { total: disk.total, free: disk.free },
    processDisk:
      io === null ? null : { read: numberIn(io, "read_bytes") ?? 0, written: numberIn(io, "write_bytes") ?? 0 },
    threads: status === null ? null : numberIn(status, "Threads"),
  };
}

/** Null where nobody tells. */
export async function diskOf(path: string): Promise<{ readonly total: number; readonly free: number } | null> {
  try {
    const { bsize, blocks, bavail } = await statfs(path);
    return { total: bsize * blocks, free: bsize * bavail };
  } catch {
    return null;
  }
}

function cpuSeconds(): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { times } of cpus()) {
    for (const [mode, ms] of Object.entries(times)) sums[mode] = (sums[mode] ?? 0) + ms / 1000;
  }
  return sums;
}

function readText(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch(() => null);
}

function numberIn(text: string, name: string): number | null {
  const found = new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(text)?.[1];
  return found === undefined ? null : Number(found);
}
