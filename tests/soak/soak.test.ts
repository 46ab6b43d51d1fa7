// A short soak in earnest, and what a soak is judged by.

import { afterAll, describe, expect, test } from "vitest";
import { killStartedServers } from "../support/server-process.ts";
import { faultsOf, type Outcome } from "./judge.ts";
import { type KindName, kindNames, kindOf, kinds } from "./kinds.ts";
import { readOptions } from "./options.ts";
import type { Sample } from "./sample.ts";
import { soak } from "./soak.ts";
import { tableOf } from "./table.ts";
import type { Told, ToldByKind } from "./vendor.ts";

afterAll(killStartedServers);

const still: Omit<Sample, "seconds"> = {
  ...{ residentMegabytes: 300, heapMegabytes: 80, descriptors: 120, threads: 14 },
  ...{ journalMegabytes: 4, databaseMegabytes: 20, loopDelayMs: 12, p99Ms: 9 },
};
const samplesOf = (at: (index: number) => Partial<Sample>): readonly Sample[] =>
  Array.from({ length: 40 }, (_, index) => ({ ...still, seconds: index * 10, ...at(index) }));
const ofEach = <Value>(value: Value): Readonly<Record<KindName, Value>> =>
  Object.fromEntries(kindNames.map((name) => [name, value])) as Record<KindName, Value>;
const told: ToldByKind = ofEach({ requests: 10, promptTokens: 400, completionTokens: 300 });

const well: Outcome = {
  ...{ samples: samplesOf(() => ({})), told, recorded: told, recordedKept: 5, atRest: { before: 40, after: 43 } },
  seen: { asked: ofEach(15), failures: new Map() },
};
const recordedWith = (kind: KindName, other: Partial<Told>): Partial<Outcome> => ({
  recorded: { ...told, [kind]: { ...told[kind], ...other } },
});

describe("what a soak is judged by", () => {
  test("nothing grew, nothing failed, the accounts agree", () => {
    expect(faultsOf(well)).toEqual([]);
  });

  test("growth while code is compiled and pools fill is none", () => {
    const samples = samplesOf((index) => (index < 10 ? { residentMegabytes: 100 + index } : {}));
    expect(faultsOf({ ...well, samples })).toEqual([]);
  });

  test.each<readonly [string, Partial<Outcome>, string]>([
    [
      "memory that grows",
      { samples: samplesOf((index) => ({ residentMegabytes: 300 + index })) },
      "resident memory grew from 314.5 to 334.5 MB",
    ],
    ["descriptors that are lost", { atRest: { before: 40, after: 46 } }, "descriptors at rest grew from 40 to 46"],
    [
      "requests that failed",
      { seen: { asked: ofEach(15), failures: new Map([["small: 502", 3]]) } },
      "3 times: small: 502",
    ],
    [
      "an answer without a record",
      recordedWith("stream", { requests: 9 }),
      "stream: the vendor told 10 requests, 400 and 300 tokens, and recorded are 9 requests, 400 and 300 tokens",
    ],
    [
      "a token that nobody told",
      recordedWith("to-anthropic", { promptTokens: 401 }),
      "to-anthropic: the vendor told 10 requests, 400 and 300 tokens, and recorded are 10 requests, 401 and 300 tokens",
    ],
    [
      "somebody who left without a record",
      recordedWith("left", { requests: 9, completionTokens: 7 }),
      "left: the vendor told 10 requests, and recorded are 9 requests",
    ],
    [
      "an answer that was kept, without a record",
      { recordedKept: 4 },
      "kept: 5 answers were told again, and recorded are 4",
    ],
  ])("%s", (_, other, fault) => {
    expect(faultsOf({ ...well, ...other })).toEqual([fault]);
  });

  test("what those who left have used is estimated, and not compared", () => {
    expect(faultsOf({ ...well, ...recordedWith("left", { completionTokens: 7 }) })).toEqual([]);
  });
});

test("a hundred requests have each kind as often as it says", () => {
  const asked = Array.from({ length: 100 }, (_, turn) => kindOf(turn).name);
  expect(kinds.map(({ name }) => asked.filter((one) => one === name).length)).toEqual(kinds.map(({ share }) => share));
});

test("how long and how much is bounded", () => {
  expect(readOptions([])).toEqual({ minutes: 60, rate: 100, everySeconds: 10 });
  expect(readOptions(["--minutes", "0.5", "--rate", "50"])).toMatchObject({ minutes: 0.5, rate: 50 });
  for (const args of [
    ["--rate", "100000"],
    ["--minutes", "0"],
    ["--minutes", "long"],
  ]) {
    expect(() => readOptions(args)).toThrow("is no number above 0");
  }
});

test("a few seconds of it: nobody's request fails, and the accounts agree", async () => {
  const looks: Sample[] = [];
  const outcome = await soak({ minutes: 0.2, rate: 60, everySeconds: 3 }, (sample) => looks.push(sample));
  expect(outcome.samples).toEqual(looks);
  expect(looks.flatMap((sample) => Object.values(sample).filter((value) => !Number.isFinite(value)))).toEqual([]);
  expect(tableOf(looks).split("\n")).toHaveLength(6);
  // What a server takes that has only just begun says nothing.
  expect(faultsOf({ ...outcome, samples: well.samples })).toEqual([]);
  expect(Math.min(...Object.values(outcome.seen.asked))).toBeGreaterThan(10);
  expect(outcome.recordedKept).toBeGreaterThan(0);
});
