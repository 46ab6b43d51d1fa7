// Many people sign in at once: what the gateway's requests take meanwhile, beside what they take without it.

import { setTimeout as sleep } from "node:timers/promises";
import { sortNumbers, percentile } from "../bench/statistics.ts";
import type { ReadyServer } from "../support/server-process.ts";
import { at, type Cast } from "./cast.ts";
import { signIn } from "./measure.ts";
import { Traffic, type TrafficSeen } from "./traffic.ts";

export interface Storm {
  readonly calm: TrafficSeen;
  readonly stormy: TrafficSeen;
  readonly signedIn: number;
  /** Who was told to come again. */
  readonly sentAway: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

const perSecond = 50;
const seconds = 15;
const warmSeconds = 5;
export const mostAddedMs = 5;

export async function measureStorm({ url }: ReadyServer, cast: Cast, rate: number): Promise<Storm> {
  const traffic = new Traffic(url, cast, rate);
  // A server that has just started compiles what it does for the first time: that is no part of a storm.
  await Promise.all(await blow(url, cast, warmSeconds));
  await sleep(3_000);
  traffic.take();
  await sleep(seconds * 1000);
  const calm = traffic.take();
  const tries = await blow(url, cast, seconds);
  const stormy = traffic.take();
  await traffic.stop();
  const all = await Promise.all(tries);
  const count = (status: number): number => all.filter((one) => one.status === status).length;
  const times = sortNumbers(all.filter(({ status }) => status === 201).map(({ ms }) => ms));
  const [signedIn, sentAway] = [count(201), count(503) + count(429)];
  return {
    ...{ calm, stormy, signedIn, sentAway, failed: all.length - signedIn - sentAway },
    ...{ p50Ms: percentile(times, 50), p95Ms: percentile(times, 95) },
  };
}

async function blow(url: string, { users }: Cast, forSeconds: number): Promise<readonly Promise<Try>[]> {
  const tries: Promise<Try>[] = [];
  for (let turn = 0; turn < perSecond * forSeconds; turn += 1) {
    tries.push(tryOf(url, at(users, 2000 + (turn % (users.length - 2000))).email, turn));
    await sleep(1000 / perSecond);
  }
  return tries;
}

interface Try {
  readonly status: number;
  readonly ms: number;
}

async function tryOf(url: string, email: string, turn: number): Promise<Try> {
  const startedAt = performance.now();
  const response = await signIn(url, email, `198.51.${(turn >> 8) % 256}.${turn % 256}`);
  await response.arrayBuffer();
  return { status: response.status, ms: performance.now() - startedAt };
}
