// What is to be so of every outage, at every place. Called by the suites.

import { parseUsd } from "@ghostllm/contract";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { expectAccounted } from "../faults/accounts.ts";
import { heldInRedis } from "../support/instances.ts";
import type { Answer } from "./clients.ts";
import type { Fault } from "./faults.ts";
import { figuresOf, tableOf } from "./figures.ts";
import { latencyBetween } from "./latency.ts";
import { answersOf, type Outage, pullPlug } from "./outage.ts";
import { type Place, type PlaceOptions, startPlace } from "./places.ts";
import { outageMs, requestsPerSecond } from "./terms.ts";

const minuteMs = 60_000;
/** Beyond 64 a minute, those within a quarter of a second are counted together; and what is asked takes its time. */
const windowSlackMs = 500;
/** Of all answers; so long after the plug was pulled, nobody waits any more. */
const mostAddedMs = 100;
const redisTimeoutMs = 250;
const settledMs = 1_500;
const slowestAddedMs = 1_000;
const logged = { redis: "Redis is away or too slow", store: "The store does not answer" } as const;
const noticedMs = { redis: 1_500, store: 6_000 } as const;
const wellMs = 10_000;
/** Who is not sure to be the only server of a database that is silent stops admitting when its lease ends (docs/decisions/0019). */
const leastLeaseMs = 11_000;

export interface SuiteOptions {
  readonly isThere: boolean;
  readonly places: readonly PlaceOptions[];
  readonly faults: readonly Fault[];
}

export function describeOutages({ isThere, places, faults }: SuiteOptions): void {
  const figures: Record<string, string>[] = [];
  afterAll(() => {
    if (figures.length > 0) process.stdout.write(`\n${tableOf(figures)}\n`);
  });
  describe.skipIf(!isThere).each(places)("$name", (options) => {
    let place: Place;
    beforeAll(async () => {
      place = await startPlace(options);
    }, 120_000);
    afterAll(() => place.dispose(), 60_000);
    describe.each(faults)("$name", (fault) => {
      describeOutage(async () => {
        const outage = await pullPlug(place, fault);
        figures.push(figuresOf(outage));
        return outage;
      });
    });
  });
}

function describeOutage(pull: () => Promise<Outage>): void {
  let outage: Outage;
  beforeAll(async () => {
    outage = await pull();
  }, 180_000 + outageMs);

  it("refuses nobody who may ask, and lets nobody in who may not", () => expectRightAnswers(outage));
  it("makes nobody wait", () => expectNoWaiting(outage));
  it("leaves a budget as hard as it is, and lets it be used up", () => expectBudget(outage));
  it("lets exactly as many in within a minute as a limit says", () => expectLimit(outage));
  it("is told by health, by metrics and in the log, and costs no readiness", () => expectTold(outage));
  it("is over by itself when it is over, without a restart", () => expectOver(outage));
  it("leaves one record of every answer, and nothing that is held", () => expectRecords(outage), 120_000);
}

/** A lone server that cannot tell a silent database from one that serves another, stops when its lease ends. */
function mayHaveStopped({ place, fault, beganAt, wellAt }: Outage, { sentAt, code, retryAfter }: Answer): boolean {
  const isSilent = place.redis === null && fault.name === "PostgreSQL frozen";
  const isMeanwhile = sentAt - beganAt > leastLeaseMs && sentAt < (wellAt ?? 0) + settledMs;
  return isSilent && isMeanwhile && code === "service_unavailable" && retryAfter !== null;
}

function expectRightAnswers(outage: Outage): void {
  const wrong = (who: Answer["who"], isRight: (answer: Answer) => boolean): readonly Answer[] =>
    answersOf(outage, who).filter((answer) => !answer.isWhole || !(isRight(answer) || mayHaveStopped(outage, answer)));
  expect(wrong("rich", ({ status }) => status === 200)).toEqual([]);
  expect(wrong("poor", ({ status, code }) => status === 200 || code === "insufficient_quota")).toEqual([]);
  expect(wrong("limited", ({ status, code }) => status === 200 || code === "rate_limit_exceeded")).toEqual([]);
  expect(wrong("stranger", ({ status }) => status === 401)).toEqual([]);
  const during = answersOf(outage, "rich").filter(({ sentAt }) => sentAt > outage.beganAt && sentAt < outage.endedAt);
  expect(during.length, "as many were sent as said").toBeGreaterThan((requestsPerSecond * outageMs * 0.6) / 1_000);
}

function expectNoWaiting({ clients, beganAt, endedAt, slowdown }: Outage): void {
  const usual = latencyBetween(clients, 0, beganAt);
  const all = latencyBetween(clients, beganAt, Infinity);
  const settled = latencyBetween(clients, beganAt + settledMs, endedAt);
  // Through the server there are three times as many steps at which a machine that is busy can be late.
  const machine = latencyBetween(clients, beganAt, Infinity, "direct");
  expect(settled.p99Ms).toBeLessThan(usual.p99Ms + 3 * machine.p99Ms + mostAddedMs * slowdown);
  expect(all.mostMs).toBeLessThan(usual.mostMs + 3 * machine.mostMs + slowestAddedMs * slowdown);
}

async function expectBudget(outage: Outage): Promise<void> {
  const { place, accounts, budget, costOfOne } = outage;
  await vi.waitFor(() => expectAccounted(place.server.admin, accounts.poor, []), { timeout: 30_000, interval: 250 });
  const { spent_usd: spent } = await place.server.admin.users.get({ params: { id: accounts.poor.userId } });
  expect(parseUsd(spent)).toBeLessThanOrEqual(budget);
  const answers = answersOf(outage, "poor");
  const refused = answers.find(({ code }) => code === "insufficient_quota");
  expect(refused, "it was used up").toBeDefined();
  // What runs at a time holds a little more than it costs; and what ran when Redis was last heard is held beside what it has cost since.
  const admitted = answers.filter(({ status, sentAt }) => status === 200 && sentAt < (refused?.sentAt ?? 0));
  expect((admitted.length + mostAtOnce(admitted)) * costOfOne).toBeGreaterThan(budget * 0.8);
}

function mostAtOnce(answers: readonly Answer[]): number {
  const running = (at: number): number => answers.filter(({ sentAt, ms }) => sentAt <= at && sentAt + ms > at).length;
  return Math.max(0, ...answers.map(({ sentAt }) => running(sentAt)));
}

function expectLimit(outage: Outage): void {
  const { limit } = outage;
  const answers = answersOf(outage, "limited").toSorted((one, other) => one.sentAt - other.sentAt);
  const admitted = answers.filter(({ status }) => status === 200);
  const tooMany = admitted.filter(({ sentAt, ms }, index) => {
    const first = admitted[index - limit];
    return first !== undefined && sentAt + ms - first.sentAt < minuteMs - windowSlackMs;
  });
  expect(tooMany).toEqual([]);
  const refused = answers.filter(({ code }) => code === "rate_limit_exceeded");
  expect(refused.length, "it was met").toBeGreaterThan(0);
  const inVain = refused.filter(({ sentAt, ms }) => {
    const since = sentAt - minuteMs - windowSlackMs;
    const counted = admitted.filter((one) => one.sentAt > since && one.sentAt < sentAt + ms);
    // What Redis did not answer in time it may have counted all the same.
    const twice = counted.filter((one) => one.ms > redisTimeoutMs).length;
    return counted.length + twice < limit;
  });
  expect(inVain).toEqual([]);
}

function expectTold(outage: Outage): void {
  const { fault, watch, beganAt, endedAt, noticedAt, log, slowdown } = outage;
  expect(noticedAt, "health says so").not.toBeNull();
  expect((noticedAt ?? Infinity) - beganAt).toBeLessThan(noticedMs[fault.part] * slowdown);
  const first = watch.metrics.findLast(({ at }) => at < beganAt);
  const last = watch.metrics.findLast(({ at }) => at < endedAt);
  const grew = (name: string): number => (last?.values.get(name) ?? 0) - (first?.values.get(name) ?? 0);
  if (fault.part === "redis") {
    expect(last?.values.get("ghostllm_redis_asked")).toBe(0);
    expect(last?.values.get("ghostllm_redis_away_total")).toBeGreaterThan(0);
  } else expect(grew("ghostllm_journal_pending_records")).toBeGreaterThan(answeredMeanwhile(outage) * 0.5);
  expect(log.filter((line) => line.includes(logged[fault.part]))).not.toEqual([]);
  const unready = watch.looks.filter(({ at, isReady }) => !isReady && !mayHaveStopped(outage, refusalAt(at)));
  expect(unready).toEqual([]);
}

function answeredMeanwhile({ clients, beganAt, endedAt }: Outage): number {
  return clients.answers.filter(({ status, sentAt }) => status === 200 && sentAt > beganAt && sentAt < endedAt).length;
}

/** As a client would be told that the server is not ready. */
function refusalAt(at: number): Answer {
  const told = { status: 503, code: "service_unavailable", retryAfter: "5", id: "", isWhole: true };
  return { who: "rich", isStream: false, sentAt: at, ms: 0, ...told };
}

function expectOver({ place, fault, watch, endedAt, wellAt, log, slowdown }: Outage): void {
  expect(wellAt, "all is well again").not.toBeNull();
  expect((wellAt ?? Infinity) - endedAt).toBeLessThan(wellMs * slowdown);
  const relapsed = watch.looks.filter(({ at, parts }) => at > (wellAt ?? 0) && parts[fault.part]?.healthy !== true);
  expect(relapsed).toEqual([]);
  expect(place.server.hasExited).toBe(false);
  expect(log.filter((line) => line.includes("has died") || line.includes("internal error"))).toEqual([]);
  const starts = new Set(watch.metrics.map(({ values }) => values.get("process_start_time_seconds")));
  expect(starts.size).toBe(1);
}

async function expectRecords(outage: Outage): Promise<void> {
  const { place, accounts } = outage;
  for (const who of ["rich", "poor", "limited"] as const) {
    const ids = answersOf(outage, who).flatMap(({ status, id }) => (status === 200 ? [id] : []));
    const count = await vi.waitFor(() => expectAccounted(place.server.admin, accounts[who], ids), {
      timeout: 60_000,
      interval: 500,
    });
    expect(count, `records of answers to ${who}`).toBe(ids.length);
  }
  const { redis } = place;
  if (redis === null) return;
  const nothing = { running: 0, reserved: 0 };
  await vi.waitFor(async () => expect(await heldInRedis(redis)).toEqual(nothing), { timeout: 30_000, interval: 250 });
}
