// What a process and its children have used, from /proc (Linux).

import { readFileSync, readdirSync } from "node:fs";

export interface CpuTime {
  readonly totalMicros: number;
  readonly userMicros: number;
  readonly systemMicros: number;
}

export interface Memory {
  readonly residentMegabytes: number;
  readonly peakMegabytes: number;
}

const microsPerTick = 10_000;

export function readCpuTime(pid: number): CpuTime {
  const times = withChildren(pid).map(readOwnCpuTime);
  const sum = (pick: (time: CpuTime) => number): number => times.reduce((total, time) => total + pick(time), 0);
  return {
    totalMicros: sum((time) => time.totalMicros),
    userMicros: sum((time) => time.userMicros),
    systemMicros: sum((time) => time.systemMicros),
  };
}

/** The total comes from the scheduler, in nanoseconds; how it splits is only known in ticks of 10 ms. */
function readOwnCpuTime(pid: number): CpuTime {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  const userMicros = Number(fields[11]) * microsPerTick;
  const systemMicros = Number(fields[12]) * microsPerTick;
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanos = threads.reduce((sum, thread) => sum + readThreadNanos(pid, thread), 0);
  return { totalMicros: nanos > 0 ? nanos / 1000 : userMicros + systemMicros, userMicros, systemMicros };
}

function readThreadNanos(pid: number, thread: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
  } catch {
    // The thread has ended since, or the kernel does not count.
    return 0;
  }
}

export function readMemory(pid: number): Memory {
  const memories = withChildren(pid).map((each) => readFileSync(`/proc/${each}/status`, "utf8"));
  const sum = (field: string): number =>
    memories.reduce((total, status) => total + Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0), 0);
  return { residentMegabytes: sum("VmRSS") / 1024, peakMegabytes: sum("VmHWM") / 1024 };
}

export interface MemorySeen {
  readonly megabytesBefore: number;
  readonly mostMegabytes: number;
}

const lookEveryMs = 100;

/** Looks at what a process holds until it is stopped. */
export class MemoryWatch {
  readonly #pid: number;
  readonly #before: number;
  readonly #timer: NodeJS.Timeout;
  #most: number;

  constructor(pid: number) {
    this.#pid = pid;
    this.#before = this.#most = readMemory(pid).residentMegabytes;
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
  }

  #look(): void {
    this.#most = Math.max(this.#most, readMemory(this.#pid).residentMegabytes);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  get seen(): MemorySeen {
    return { megabytesBefore: this.#before, mostMegabytes: this.#most };
  }
}

function withChildren(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  const children = text === "" ? [] : text.split(" ").map(Number);
  return [pid, ...children.flatMap(withChildren)];
}
