// What only shows over time: how much of a core the process takes, what goes over the network, and by how much its event loop is late.

import { monitorEventLoopDelay, type ELDHistogram } from "node:perf_hooks";
import { NetworkMeter, type NetworkTraffic } from "./network-traffic.ts";

const windowMs = 5_000;
/** Windows that make up the minute. */
const mostWindows = 12;
const resolutionMs = 20;
const nanosPerMs = 1e6;

export interface LoopDelay {
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

interface DelayWindow {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export class SystemMonitor {
  readonly startedAt: number;
  readonly #delays: ELDHistogram = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #windows: DelayWindow[] = [];
  readonly #timer: NodeJS.Timeout;
  #usage = process.cpuUsage();
  #usedSince = performance.now();
  #cpuPercent = 0;
  readonly #network = new NetworkMeter();

  readonly #sharedBytes: number;

  /** Of `sharedBytes`, memory of several threads, nobody knows how much takes place. */
  constructor(sharedBytes = 0) {
    this.#sharedBytes = sharedBytes;
    this.startedAt = Date.now() - Math.round(process.uptime() * 1000);
    this.#delays.enable();
    void this.#network.measure();
    this.#timer = setInterval(() => this.#turn(), windowMs).unref();
  }

  /** Of one core. */
  get cpuPercent(): number {
    if (performance.now() - this.#usedSince > windowMs / 10) this.#measureCpu();
    return this.#cpuPercent;
  }

  get bufferBytes(): number {
    return Math.max(0, process.memoryUsage().arrayBuffers - this.#sharedBytes);
  }

  /** In ms. The median is that of the windows' medians, and the 99th percentile the worst of theirs. */
  get loopDelay(): LoopDelay {
    const windows = this.#windows;
    if (windows.length === 0) return { p50: null, p99: null, max: null };
    const medians = windows.map(({ p50 }) => p50).toSorted((one, other) => one - other);
    return {
      p50: medians[Math.floor(medians.length / 2)] ?? null,
      p99: Math.max(...windows.map(({ p99 }) => p99)),
      max: Math.max(...windows.map(({ max }) => max)),
    };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#delays.disable();
  }

  /** Over the last seconds; null where the system does not tell. */
  get network(): NetworkTraffic | null {
    return this.#network.traffic;
  }

  #turn(): void {
    this.#measureCpu();
    void this.#network.measure();
    const at = (share: number): number => lateness(this.#delays.percentile(share));
    this.#windows.push({ p50: at(50), p99: at(99), max: lateness(this.#delays.max) });
    if (this.#windows.length > mostWindows) this.#windows.shift();
    this.#delays.reset();
  }

  #measureCpu(): void {
    const { user, system } = process.cpuUsage(this.#usage);
    const elapsedMs = performance.now() - this.#usedSince;
    this.#cpuPercent = Math.round(((user + system) / 1000 / elapsedMs) * 1000) / 10;
    this.#usage = process.cpuUsage();
    this.#usedSince = performance.now();
  }
}

/** The histogram tells how long turns of the timer were, which is never less than its resolution. */
function lateness(nanos: number): number {
  return Math.max(0, Math.round((nanos / nanosPerMs - resolutionMs) * 100) / 100);
}
