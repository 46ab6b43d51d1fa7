import { setTimeout as sleep } from "node:timers/promises";
import { Connection, loopbackEndpoint, renderRequest } from "./connection.ts";
import { loadAtConcurrency, loadAtRate, type LoadResult } from "./load.ts";
import { MemoryWatch, readCpuTime, type CpuTime, type MemorySeen } from "./process-usage.ts";
import { percentile } from "./statistics.ts";
import { loadStreams, type StreamResult } from "./stream-load.ts";
import type { RoundResult, Target } from "./targets.ts";
import type { Workload } from "./workloads.ts";

const chatPath = "/v1/chat/completions";
const answerPatienceMs = 10_000;

function aim(target: Target, workload: Workload) {
  const endpoint = loopbackEndpoint(target.url);
  const { path = chatPath, model = target.model, body } = workload;
  return {
    endpoint,
    request: renderRequest({ endpoint, path, key: target.key, headers: target.headers, body: body(model) }),
  };
}

export async function measureThroughput(
  target: Target,
  workload: Workload,
  load: { readonly concurrency: number; readonly seconds: number },
): Promise<RoundResult> {
  return measured(target, () => loadAtConcurrency({ ...aim(target, workload), ...load }));
}

const mostWarmUps = 8;
/** Warm-ups that are not cheaper by this: the compiler has nothing left to find. One alone may have had a bad moment. */
const standsStill = 1.03;
const provesStanding = 2;

/** A process that has just started costs half as much again; how long that takes depends on the machine. */
export async function warmUp(
  target: Target,
  workload: Workload,
  load: { readonly concurrency: number; readonly seconds: number },
): Promise<void> {
  let cheapest = Number.POSITIVE_INFINITY;
  let unimproved = 0;
  for (let time = 0; time < mostWarmUps && unimproved < provesStanding; time += 1) {
    const { cpu } = await measureThroughput(target, workload, load);
    if (cpu === null) return;
    unimproved = cpu.totalMicros * standsStill > cheapest ? unimproved + 1 : 0;
    cheapest = Math.min(cheapest, cpu.totalMicros);
  }
}

/**
 * All of them, one after the other. Who came first has stood still meanwhile, and pays for it in what is asked of him next: so all are
 * asked once more before anything is measured.
 */
export async function warmUpAll(
  targets: readonly Target[],
  workload: Workload,
  load: { readonly concurrency: number; readonly seconds: number },
): Promise<void> {
  for (const target of targets) {
    await proveThatItWorks(target, workload);
    await warmUp(target, workload, load);
  }
  for (const target of targets) await measureThroughput(target, workload, load);
}

export async function measureLatency(
  target: Target,
  workload: Workload,
  load: { readonly perSecond: number; readonly seconds: number },
): Promise<RoundResult> {
  return measured(target, () => loadAtRate({ ...aim(target, workload), ...load }));
}

export interface StreamMeasurement extends StreamResult {
  /** Per stream. */
  readonly cpu: CpuTime | null;
  readonly memory: MemorySeen | null;
}

export async function measureStreams(
  target: Target,
  workload: Workload,
  load: { readonly streams: number; readonly chunks: number; readonly seconds: number; readonly rampMs: number },
): Promise<StreamMeasurement> {
  const before = cpuNow(target);
  const memory = target.pid === null ? null : new MemoryWatch(target.pid);
  const result = await loadStreams({ ...aim(target, workload), ...load });
  memory?.stop();
  await waitUntilIdle(target);
  return { ...result, cpu: cpuPer(result.completed, before, cpuNow(target)), memory: memory?.seen ?? null };
}

async function measured(target: Target, run: () => Promise<LoadResult>): Promise<RoundResult> {
  const before = cpuNow(target);
  const result = await run();
  const settleMs = await waitUntilIdle(target);
  const cpu = cpuPer(result.requests, before, cpuNow(target));
  return {
    requests: result.requests,
    errors: result.errors,
    requestsPerSecond: result.requests / result.seconds,
    p50Ms: percentile(result.latenciesMs, 50),
    p99Ms: percentile(result.latenciesMs, 99),
    settleMs,
    cpu,
  };
}

const idleLookMs = 250;
const idleMicros = 10_000;
const settlePatienceMs = 30_000;
const profiledPatienceMs = 1_000;

/**
 * What a gateway still does for its requests after answering them, such as writing usage to the database, is part of
 * their cost and no part of the cost of whoever is measured next.
 */
async function waitUntilIdle(target: Target): Promise<number> {
  const startedMs = performance.now();
  for (let last = cpuNow(target); last !== null;) {
    await sleep(idleLookMs);
    const now = cpuNow(target);
    const elapsedMs = performance.now() - startedMs;
    if (now === null || now.totalMicros - last.totalMicros < idleMicros) return elapsedMs - idleLookMs;
    if (elapsedMs > (target.isProfiled === true ? profiledPatienceMs : settlePatienceMs)) return elapsedMs;
    last = now;
  }
  return 0;
}

function cpuNow(target: Target): CpuTime | null {
  return target.pid === null ? null : readCpuTime(target.pid);
}

function cpuPer(requests: number, before: CpuTime | null, after: CpuTime | null): CpuTime | null {
  if (before === null || after === null || requests === 0) return null;
  return {
    totalMicros: (after.totalMicros - before.totalMicros) / requests,
    userMicros: (after.userMicros - before.userMicros) / requests,
    systemMicros: (after.systemMicros - before.systemMicros) / requests,
  };
}

/** One request whose answer is looked at: figures of a target that answers with errors would be worth nothing. */
export async function proveThatItWorks(target: Target, workload: Workload): Promise<void> {
  const { endpoint, request } = aim(target, workload);
  let body = "";
  const { promise, resolve } = Promise.withResolvers<number>();
  const connection = new Connection(endpoint, {
    onBody: (bytes) => (body += bytes.toString("utf8")),
    onAnswer: resolve,
    onLost: () => resolve(0),
  });
  const timer = setTimeout(() => resolve(0), answerPatienceMs);
  connection.send(request);
  const status = await promise;
  clearTimeout(timer);
  connection.destroy();
  if (status === 200 && body.includes(workload.answerSign ?? "chatcmpl-Bench") && body.endsWith(workload.answerEnd))
    return;
  throw new Error(`${target.name} does not serve the ${workload.title}: status ${status}, ${body.slice(-300)}`);
}
