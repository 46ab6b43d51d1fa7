// Whose the objects are that vendors keep, as every engine of link has to remember it.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ScopeMap } from "#domain/access/scope.ts";
import type { ObjectOwner, Owners } from "#link/owners.ts";
import { linkEngines } from "./link-support/engines.ts";
import type { StartedLink } from "./link-support/engines.ts";

const day = 24 * 60 * 60 * 1000;
const ann = { userId: "ann", providerId: "p", model: "m", requestedModel: "m" };
const bob = { ...ann, userId: "bob" };

describe.each(linkEngines)("owners ($name)", ({ start }) => {
  let started: StartedLink;
  let owners: Owners;

  beforeEach(async () => {
    started = await start();
    ({ owners } = started.link);
  });

  afterEach(() => started.close());

  const find = async (id: string): Promise<ObjectOwner | undefined> => (await owners.find([id])).get(id);

  it("an id never changes hands while it is remembered, and is forgotten in time", async () => {
    await owners.keep(["a"], ann);
    await owners.keep(["a"], bob);
    expect(await find("a")).toEqual(ann);
    await started.advance(6 * day);
    await owners.keep(["a"], { ...ann, model: "n" });
    await started.advance(2 * day);
    expect(await find("a")).toMatchObject({ userId: "ann", model: "n" });
    await started.advance(6 * day);
    expect(await find("a")).toBeUndefined();
    await owners.keep(["a"], bob);
    expect(await find("a")).toEqual(bob);
  });

  it("are found for several ids at once, as far as they are known", async () => {
    await owners.keep(["a", "b"], ann);
    await owners.keep(["c"], bob);
    const found = await owners.find(["c", "nobody's", "a"]);
    expect([...found.keys()].toSorted()).toEqual(["a", "c"]);
    expect(found.get("c")).toEqual(bob);
    expect((await owners.find([])).size).toBe(0);
  });

  it("have one owner of those that claim an id at once", async () => {
    await Promise.all([ann, bob, ann, bob].map(async (owner) => owners.keep(["a"], owner)));
    const first = await find("a");
    await owners.keep(["a"], first?.userId === "ann" ? bob : ann);
    expect(await find("a")).toEqual(first);
    expect([ann, bob]).toContainEqual(first);
  });

  it("what was written down is known after a restart, for the rest of its time, and is not written at every use", async () => {
    await started.advance(day);
    for (const id of ["a", "b", "a", "a"]) await owners.keep([id], ann);
    await owners.keep(["a"], bob);
    await started.advance(day);
    await owners.keep(["b"], ann);
    await owners.keep(["a"], { ...ann, model: "n" });
    const began = started.written[0]?.keptAt ?? 0;
    expect(started.written.map(({ id, model, keptAt }) => [id, model, (keptAt - began) / day])).toEqual([
      ["a", "m", 0],
      ["b", "m", 0],
      ["b", "m", 1],
      ["a", "n", 1],
    ]);

    const again = await start();
    const old = { ...ann, id: "old", keptAt: began - day };
    await again.advance(7.5 * day);
    await again.link.open({ spent: new ScopeMap(), objects: [...started.written, old] });
    const known = await again.link.owners.find(["a", "b", "old"]);
    expect(["a", "b", "old"].map((id) => known.get(id)?.model)).toEqual(["n", "m", undefined]);
    await again.advance(1.5 * day);
    expect((await again.link.owners.find(["a"])).size).toBe(0);
    await again.close();
  });

  it("the oldest make room, and ids of no sensible length are not kept", async () => {
    const small = await start({ objects: 2 });
    for (const id of ["a", "b", "c"]) await small.link.owners.keep([id], ann);
    expect([...(await small.link.owners.find(["a", "b", "c"])).keys()]).toEqual(["b", "c"]);
    const long = "x".repeat(1_000);
    await small.link.owners.keep([long], ann);
    expect((await small.link.owners.find([long])).size).toBe(0);
    await small.close();
  });
});
