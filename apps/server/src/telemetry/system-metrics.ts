import type { Counter, Gauge } from "prom-client";
import type { MetricDefinition } from "./metric-definition.ts";

/** Of the machine, of the process beside what Node tells, and of the parts of the server. */
export const systemMetricDefinitions = {
  ghostllm_build_info: {
    type: "gauge",
    help: "1; says which version runs, on which Node.",
    labels: ["version", "node"],
  },
  ghostllm_part_healthy: {
    type: "gauge",
    help: "1 where a part of the server is well, 0 where it is not, as `/health` has it.",
    labels: ["part"],
  },
  ghostllm_certificate_not_after_seconds: {
    type: "gauge",
    help: "When a certificate that clients are shown ends, in seconds since 1970: `public` or `management`. Absent while one stands in for the first that an authority issues.",
    labels: ["name"],
  },
  ghostllm_certificate_not_before_seconds: {
    type: "gauge",
    help: "When it began.",
    labels: ["name"],
  },
  ghostllm_certificate_renewal_failures: {
    type: "gauge",
    help: "How often in a row an authority has issued no other one in its place.",
    labels: ["name"],
  },
  ghostllm_event_loop_busy_seconds_total: {
    type: "counter",
    help: "How long a thread was at work since it began; by the second, the share of its time. Workers count from 1 on.",
    labels: ["thread"],
  },
  ghostllm_process_threads: { type: "gauge", help: "Threads of the process. Linux only.", labels: [] },
  ghostllm_process_disk_bytes_total: {
    type: "counter",
    help: "Bytes that the process had read from disks (read) or written to them (written). Linux only.",
    labels: ["direction"],
  },
  ghostllm_machine_cpus: { type: "gauge", help: "Processors that the process may use.", labels: [] },
  ghostllm_machine_cpu_seconds_total: {
    type: "counter",
    help: "Time of all processors of the machine, by what they did (user, nice, sys, irq, idle).",
    labels: ["mode"],
  },
  ghostllm_machine_load1: { type: "gauge", help: "Load of the machine over the last minute.", labels: [] },
  ghostllm_machine_memory_bytes: { type: "gauge", help: "Memory of the machine.", labels: [] },
  ghostllm_machine_memory_available_bytes: { type: "gauge", help: "What of it can be had.", labels: [] },
  ghostllm_machine_network_bytes_total: {
    type: "counter",
    help: "Bytes that the machine received (received) or sent (sent), over all interfaces but its own. Linux only.",
    labels: ["direction"],
  },
  ghostllm_data_disk_bytes: { type: "gauge", help: "Size of the disk with the data directory.", labels: [] },
  ghostllm_data_disk_free_bytes: { type: "gauge", help: "What of it is free.", labels: [] },
} as const satisfies Record<string, MetricDefinition>;

/** As the system tells it; null where it does not. */
export interface MachineFigures {
  readonly cpus: number;
  /** Seconds by what the processors did. */
  readonly cpuSeconds: Readonly<Record<string, number>>;
  readonly load1: number;
  readonly memory: { readonly total: number; readonly available: number };
  readonly network: { readonly received: number; readonly sent: number } | null;
  readonly disk: { readonly total: number; readonly free: number } | null;
  readonly processDisk: { readonly read: number; readonly written: number } | null;
  readonly threads: number | null;
}

export interface CertificateFigures {
  readonly name: string;
  /** Epoch ms; null of one that stands in for one that is still to be had. */
  readonly life: { readonly notBefore: number; readonly notAfter: number } | null;
  /** Null where no authority is asked for another. */
  readonly failures: number | null;
}

type Name = keyof typeof systemMetricDefinitions;

interface Make {
  gauge(name: Name, read: (gauge: Gauge) => void | Promise<void>): Gauge;
  counted(name: Name, fill: (counter: Counter) => void | Promise<void>): Counter;
}

export function systemMetrics(make: Make) {
  return {
    tellBuild(version: string): void {
      make.gauge("ghostllm_build_info", (gauge) => gauge.labels(version, process.versions.node).set(1));
    },
    watchParts(read: () => Promise<ReadonlyMap<string, boolean>>): void {
      make.gauge("ghostllm_part_healthy", async (gauge) => {
        const parts = await read();
        gauge.reset();
        for (const [part, isHealthy] of parts) gauge.labels(part).set(isHealthy ? 1 : 0);
      });
    },
    watchCertificates(read: () => readonly CertificateFigures[]): void {
      make.gauge("ghostllm_certificate_not_after_seconds", (gauge) => {
        for (const { name, life } of read()) if (life !== null) gauge.labels(name).set(life.notAfter / 1000);
      });
      make.gauge("ghostllm_certificate_not_before_seconds", (gauge) => {
        for (const { name, life } of read()) if (life !== null) gauge.labels(name).set(life.notBefore / 1000);
      });
      make.gauge("ghostllm_certificate_renewal_failures", (gauge) => {
        for (const { name, failures } of read()) if (failures !== null) gauge.labels(name).set(failures);
      });
    },
    /** Called in the thread itself, which it tells of. */
    watchThread(thread: string): void {
      make.counted("ghostllm_event_loop_busy_seconds_total", (counter) =>
        counter.labels(thread).inc(performance.eventLoopUtilization().active / 1000),
      );
    },
    watchMachine: (read: () => Promise<MachineFigures>): void => watchMachine(make, readTogether(read)),
  };
}

/** All metrics are read at once: the first of them asks the system for all. */
function readTogether<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let reading: Promise<Value> | null = null;
  return () => {
    reading ??= read().finally(() => (reading = null));
    return reading;
  };
}

function watchMachine(make: Make, read: () => Promise<MachineFigures>): void {
  const number = (name: Name, of: (figures: MachineFigures) => number | null | undefined): void => {
    make.gauge(name, async (gauge) => {
      const value = of(await read());
      if (typeof value === "number") gauge.set(value);
    });
  };
  const sums = (name: Name, of: (figures: MachineFigures) => object | null): void => {
    make.counted(name, async (counter) => {
      for (const [label, value] of Object.entries(of(await read()) ?? {})) counter.labels(label).inc(Number(value));
    });
  };
  number("ghostllm_machine_cpus", ({ cpus }) => cpus);
  number("ghostllm_machine_load1", ({ load1 }) => load1);
  number("ghostllm_machine_memory_bytes", ({ memory }) => memory.total);
  number("ghostllm_machine_memory_available_bytes", ({ memory }) => memory.available);
  number("ghostllm_data_disk_bytes", ({ disk }) => disk?.total);
  number("ghostllm_data_disk_free_bytes", ({ disk }) => disk?.free);
  number("ghostllm_process_threads", ({ threads }) => threads);
  sums("ghostllm_machine_cpu_seconds_total", ({ cpuSeconds }) => cpuSeconds);
  sums("ghostllm_machine_network_bytes_total", ({ network }) => network);
  sums("ghostllm_process_disk_bytes_total", ({ processDisk }) => processDisk);
}
