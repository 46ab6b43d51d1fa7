// What vendors work on in the background, as every engine of link has to remember it.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PendingAnswer, PendingAnswers } from "#link/pending-answers.ts";
import { linkEngines } from "./link-support/engines.ts";
import type { StartedLink } from "./link-support/engines.ts";
import { makePending } from "./link-support/pending.ts";

const hour = 60 * 60 * 1000;

const idsOf = (all: readonly PendingAnswer[]): readonly string[] => all.map(({ answerId }) => answerId).toSorted();

describe.each(linkEngines)("pending answers ($name)", ({ start }) => {
  let started: StartedLink;
  let pendingAnswers: PendingAnswers;

  beforeEach(async () => {
    started = await start();
    ({ pendingAnswers } = started.link);
  });

  afterEach(() => started.close());

  it("are told as they were, to the one that takes them", async () => {
    const pending = makePending("a");
    expect(await pendingAnswers.add(pending)).toBe(true);
    expect(await pendingAnswers.take({ providerId: "p", answerId: "b" })).toBeUndefined();
    expect(await pendingAnswers.take({ providerId: "q", answerId: "a" })).toBeUndefined();
    expect(await pendingAnswers.take({ providerId: "p", answerId: "a" })).toEqual(pending);
    expect(await pendingAnswers.take({ providerId: "p", answerId: "a" })).toBeUndefined();
  });

  it("have one who takes them of a hundred that ask at once", async () => {
    await pendingAnswers.add(makePending("a"));
    const all = await Promise.all(
      Array.from({ length: 100 }, async () => pendingAnswers.take({ providerId: "p", answerId: "a" })),
    );
    expect(all.filter((taken) => taken !== undefined)).toHaveLength(1);
  });

  it("are one of each id at a provider", async () => {
    const adds = await Promise.all(Array.from({ length: 5 }, async () => pendingAnswers.add(makePending("a"))));
    expect(adds.filter(Boolean)).toHaveLength(1);
    expect(await pendingAnswers.add(makePending("a", "q"))).toBe(true);
    expect(idsOf(await pendingAnswers.takeLast())).toEqual(["a", "a"]);
  });

  it("are overdue when their time is over, also those that were put back", async () => {
    await pendingAnswers.add(makePending("a"));
    await started.advance(5 * hour);
    await pendingAnswers.add(makePending("b"));
    const taken = await pendingAnswers.take({ providerId: "p", answerId: "a" });
    expect(taken?.lifetimeMs).toBe(hour);
    if (taken !== undefined) await pendingAnswers.add(taken);
    await started.advance(hour - 1);
    expect(await pendingAnswers.takeOverdue()).toEqual([]);
    await started.advance(1);
    const [overdue, ...others] = await pendingAnswers.takeOverdue();
    expect(others).toEqual([]);
    expect(overdue).toMatchObject({ answerId: "a" });
    // What could not be recorded then is overdue at once.
    if (overdue !== undefined) await pendingAnswers.add(overdue);
    expect(idsOf(await pendingAnswers.takeOverdue())).toEqual(["a"]);
    expect(await pendingAnswers.takeOverdue()).toEqual([]);
    expect(idsOf(await pendingAnswers.takeLast())).toEqual(["b"]);
  });

  it("the oldest of too many are overdue", async () => {
    const small = await start({ pendingAnswers: 2 });
    for (const id of ["a", "b", "c", "d"]) await small.link.pendingAnswers.add(makePending(id));
    expect(idsOf(await small.link.pendingAnswers.takeOverdue())).toEqual(["a", "b"]);
    expect(await small.link.pendingAnswers.takeOverdue()).toEqual([]);
    await small.close();
  });
});
