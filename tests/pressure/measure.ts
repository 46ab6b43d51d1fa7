// One line of pressure and what it did to the server: before, during and after.

import { setTimeout as sleep } from "node:timers/promises";
import { sample, Watch } from "./gauges.ts";
import type { Sample } from "./gauges.ts";
import type { Line } from "./line.ts";
import type { Seen } from "./other-client.ts";
import type { Stage } from "./stage.ts";

export interface Moment extends Sample {
  readonly loopDelayMs: number;
}

export interface Measured {
  readonly line: Line;
  readonly before: Moment;
  readonly during: Moment;
  readonly after: Moment;
  /** Until all was given back; null where it was not within a minute. */
  readonly givenBackSeconds: number | null;
  readonly others: Seen;
  /** What was answered otherwise than it should have been. */
  readonly fault: string | null;
}

export const limits = { megabytes: 600, givenBackSeconds: 60, othersP99Ms: 250 };
/** What a process keeps that has worked: its heap, connections to vendors. */
const kept = { megabytes: 200, descriptors: 40 };
const quietMs = 1_000;

export async function measure(stage: Stage, line: Line, scale: number): Promise<Measured> {
  const before = await momentOf(stage);
  await stage.otherClient();
  const watch = new Watch(stage.server.pid);
  const fault = await line.press(stage, scale).then(
    () => null,
    (error: unknown) => String(error),
  );
  const most = watch.stop();
  for (const client of stage.clients) client.destroy();
  const during = { ...most, loopDelayMs: await stage.metrics.loopDelayMs() };
  const others = await stage.otherClient();
  const givenBackSeconds = await untilGivenBack(stage, before);
  return { line, before, during, after: await momentOf(stage), givenBackSeconds, others, fault };
}

async function momentOf(stage: Stage): Promise<Moment> {
  await stage.metrics.loopDelayMs();
  await sleep(quietMs);
  return { ...sample(stage.server.pid), loopDelayMs: await stage.metrics.loopDelayMs() };
}

async function untilGivenBack({ server, metrics }: Stage, before: Sample): Promise<number | null> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < limits.givenBackSeconds * 1000) {
    const now = sample(server.pid);
    const isBack =
      now.megabytes <= before.megabytes + kept.megabytes &&
      now.descriptors <= before.descriptors + kept.descriptors &&
      (await metrics.read("ghostllm_held_bytes")) < 2 ** 20;
    if (isBack) return (performance.now() - startedAt) / 1000;
    await sleep(200);
  }
  return null;
}

/** What is not as it must be; empty where all is. */
export function faultsOf({ during, givenBackSeconds, others, fault }: Measured): readonly string[] {
  return [
    ...(fault === null ? [] : [fault]),
    ...(during.megabytes > limits.megabytes ? [`${during.megabytes} MB are resident`] : []),
    ...(givenBackSeconds === null ? [`not all was given back within ${limits.givenBackSeconds} s`] : []),
    ...(others.failures > 0 ? [`${others.failures} of ${others.requests} requests of others failed`] : []),
    ...(others.p99Ms > limits.othersP99Ms ? [`the p99 of others was ${others.p99Ms} ms`] : []),
  ];
}
