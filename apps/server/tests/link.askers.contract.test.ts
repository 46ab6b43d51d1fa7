// Who asks for what others wait for, as every engine of link has to know it.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { failureMs } from "#link/askers.ts";
import type { Askers } from "#link/askers.ts";
import { linkEngines } from "./link-support/engines.ts";
import type { StartedLink } from "./link-support/engines.ts";

const lease = 5_000;

describe.each(linkEngines)("the askers ($name)", ({ start }) => {
  let started: StartedLink;
  let askers: Askers;
  const mine = (failures = 0) => ({ isMine: true, failures });
  const others = (failures = 0) => ({ isMine: false, failures });

  beforeEach(async () => {
    started = await start();
    ({ askers } = started.link);
  });

  afterEach(() => started.close());

  it("are one for each name, who goes on being that as long as he says so", async () => {
    expect(await askers.take("n", "a", lease)).toEqual(mine());
    expect([await askers.take("n", "b", lease), await askers.take("m", "b", lease)]).toEqual([others(), mine()]);
    await started.advance(lease - 1);
    expect(await askers.take("n", "a", lease)).toEqual(mine());
    await started.advance(lease - 1);
    expect(await askers.take("n", "b", lease)).toEqual(others());
  });

  it("hold nobody up when they are gone", async () => {
    await askers.take("n", "a", lease);
    await started.advance(lease);
    expect(await askers.take("n", "b", lease)).toEqual(mine());
    await askers.release("n", "a", true);
    expect(await askers.take("n", "c", lease)).toEqual(others());
  });

  it("say when they have failed, which is remembered for a while", async () => {
    await askers.take("n", "a", lease);
    await askers.release("n", "a", true);
    expect(await askers.take("n", "b", lease)).toEqual(mine(1));
    expect(await askers.take("n", "c", lease)).toEqual(others(1));
    await askers.release("n", "b", false);
    expect(await askers.take("n", "c", lease)).toEqual(mine(1));
    await askers.release("n", "c", false);
    await started.advance(failureMs);
    expect(await askers.take("n", "d", lease)).toEqual(mine());
    await askers.release("n", "d", false);
    expect(await askers.take("n", "e", lease)).toEqual(mine());
  });
});
