// An alias in bad times: one of its vendors fails a fifth of all requests and stalls on a tenth, one is dead for a while, one takes half
// of the load at the most. What clients see of it, and what the vendors are sent. GHOSTLLM_STORM_SECONDS sets how long; default 12.

import { setTimeout as sleep } from "node:timers/promises";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, Script, ScriptFunction } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { percentile, sortNumbers } from "../bench/statistics.ts";
import { type Account, createAccount } from "../support/admin.ts";
import { type ReadyServer, startServer } from "../support/server.ts";
import { slowdown } from "../support/slowdown.ts";

const seconds = Number(process.env["GHOSTLLM_STORM_SECONDS"] ?? 12);
const perSecond = Number(process.env["GHOSTLLM_STORM_RATE"] ?? 200);
/** What the third vendor takes in a minute, known in advance: half of what is asked for, and more than that comes to it. */
const perMinute = (perSecond / 2) * Math.min(60, seconds);
const weights: Readonly<Record<string, number>> = { limited: 3 };
const stallMs = 2_000;

const well: Script = { kind: "chat", text: "one two three" };
const stalled: Script = { ...well, delayMs: stallMs };
const failing: ScriptFunction = () => {
  const chance = Math.random();
  if (chance < 0.2) return { kind: "error", status: 500 };
  return chance < 0.3 ? stalled : well;
};

let server: ReadyServer;
let account: Account;
const vendors: FakeUpstream[] = [];
let dead: { readonly port: number };

async function vendorWith(script: Script | ScriptFunction, port = 0): Promise<FakeUpstream> {
  const vendor = await startFakeUpstream({ port });
  vendor.script(script);
  vendors.push(vendor);
  return vendor;
}

async function provide(name: string, url: string, more: object = {}): Promise<void> {
  const body = { name, provider_type: "openai", base_url: `${url}/v1`, api_key: "sk-x", ...more };
  await server.admin.providers.create({ body });
}

beforeAll(async () => {
  const flaky = await vendorWith(failing);
  const gone = await startFakeUpstream();
  dead = { port: Number(new URL(gone.url).port) };
  await gone.close();
  const limited = await vendorWith(well);
  const healthy = await vendorWith(well);
  server = await startServer();
  account = await createAccount(server.admin, { key: { budget_usd: "100000" } });
  await provide("flaky", flaky.url);
  await provide("dead", gone.url);
  await provide("limited", limited.url, { limits: { requests_per_minute: perMinute } });
  await provide("healthy", healthy.url);
  const target = (provider: string) => ({ provider, model: "gpt-4o-mini", weight: weights[provider] ?? 1 });
  // A machine that is busy takes longer to say a first word.
  const firstTokenMs = Math.round(800 * slowdown());
  const policy = {
    retries: {
      attempts_per_target: 2,
      attempts: 6,
      backoff_ms: 20,
      on: ["refused", "broken", "error", "overloaded", "timeout"],
    },
    timeouts: { first_token_ms: firstTokenMs },
  };
  const alias = (name: string, targets: readonly string[], more: object) =>
    server.admin.aliases.create({
      body: { name, strategy: "weighted" as const, targets: targets.map(target), ...more },
    });
  await alias("storm", ["flaky", "dead", "limited"], policy);
  await alias("calm", ["healthy"], {});
});
afterAll(async () => {
  await server?.stop();
  await Promise.all(vendors.map((vendor) => vendor.close()));
});

interface Seen {
  readonly times: number[];
  readonly failures: Map<string, number>;
}

async function ask(model: string, stream: boolean, seen: Seen): Promise<void> {
  const beganAt = performance.now();
  const body = { model, stream, messages: [{ role: "user", content: "hello" }] };
  const headers = { authorization: `Bearer ${account.key}`, "content-type": "application/json" };
  try {
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (response.status !== 200 || !text.includes("three")) throw new Error(`${response.status} ${text.slice(0, 120)}`);
    seen.times.push(performance.now() - beganAt);
  } catch (error) {
    const name = String(error);
    seen.failures.set(name, (seen.failures.get(name) ?? 0) + 1);
  }
}

/** So many a second, whatever becomes of those before. */
async function load(
  model: string,
  forSeconds: number,
  during: (second: number) => Promise<void> = async () => {},
): Promise<Seen> {
  const seen: Seen = { times: [], failures: new Map() };
  const running: Promise<void>[] = [];
  const beganAt = performance.now();
  const total = perSecond * forSeconds;
  let second = -1;
  for (let count = 0; count < total; count += 1) {
    const dueMs = (count / perSecond) * 1000 - (performance.now() - beganAt);
    if (dueMs > 1) await sleep(dueMs);
    const now = Math.floor(count / perSecond);
    if (now !== second) void during(now);
    second = now;
    running.push(ask(model, count % 2 === 0, seen));
  }
  await Promise.all(running);
  return seen;
}

function of(times: readonly number[], share: number): string {
  return percentile(sortNumbers(times), share).toFixed(0);
}

it(`${perSecond} requests a second for ${seconds} s`, { timeout: seconds * 4_000 + 120_000 }, async () => {
  await load("calm", 3);
  const calm = await load("calm", Math.max(3, seconds / 4));
  const revivedAt = Math.floor(seconds / 3);
  let revived: FakeUpstream | null = null;
  const storm = await load("storm", seconds, async (second) => {
    if (second === revivedAt && revived === null) revived = await vendorWith(well, dead.port);
  });
  const [, limited] = vendors;
  const total = perSecond * seconds;
  const chatsOf = (vendor: FakeUpstream | null | undefined) =>
    (vendor?.received ?? []).filter(({ method }) => method === "POST");
  const served = chatsOf(revived);
  const firstMs = served[0] === undefined ? Infinity : served[0].at;
  const share = storm.times.length / total;
  console.info(
    `${total} requests: ${(share * 100).toFixed(3)} % answered, ` +
      `p50 ${of(storm.times, 50)}, p99 ${of(storm.times, 99)} ms (calm ${of(calm.times, 50)}, ${of(calm.times, 99)} ms); ` +
      `the one that was dead answered ${served.length}, the limited one ${chatsOf(limited).length} of ${perMinute} a minute`,
  );
  if (storm.failures.size > 0)
    console.info([...storm.failures].map(([name, count]) => `${count} x ${name}`).join("\n"));
  expect(calm.failures.size).toBe(0);
  expect(share).toBeGreaterThan(0.999);
  expect(Math.max(...inAnyMinute(chatsOf(limited).map(({ at }) => at)))).toBeLessThanOrEqual(perMinute);
  // It is asked again within the time for which a target rests.
  expect(Number.isFinite(firstMs)).toBe(true);
  expect(Number(of(storm.times, 99))).toBeLessThan(Number(of(calm.times, 99)) + 2_000 * slowdown());
});

function inAnyMinute(times: readonly number[]): readonly number[] {
  let from = 0;
  return times.map((at, index) => {
    while ((times[from] ?? 0) <= at - 60_000) from += 1;
    return index - from + 1;
  });
}
