import { expect, it } from "vitest";
import { MemoryObjectOwners, type OwnedObject } from "./object-owners.ts";

const day = 24 * 60 * 60 * 1000;
const ann = { userId: "ann", providerId: "p", model: "m", requestedModel: "m" };
const bob = { ...ann, userId: "bob" };

class StillClock {
  ms = 0;
  now = (): number => this.ms;
  monotonic = (): number => this.ms;
}

it("an id never changes hands while it is remembered, and is forgotten in time", () => {
  const clock = new StillClock();
  const owners = new MemoryObjectOwners(clock);
  owners.keep("a", ann);
  owners.keep("a", bob);
  expect(owners.find("a")).toEqual(ann);
  clock.ms = 6 * day;
  owners.keep("a", { ...ann, model: "n" });
  clock.ms = 8 * day;
  expect(owners.find("a")).toMatchObject({ userId: "ann", model: "n" });
  clock.ms = 14 * day;
  expect(owners.find("a")).toBeUndefined();
  owners.keep("a", bob);
  expect(owners.find("a")).toEqual(bob);
});

it("what was written down is known after a restart, for the rest of its time, and is not written at every use", () => {
  const clock = new StillClock();
  const written: OwnedObject[] = [];
  const owners = new MemoryObjectOwners(clock, { write: (object) => void written.push(object) });
  clock.ms = day;
  for (const id of ["a", "b", "a", "a"]) owners.keep(id, ann);
  owners.keep("a", bob);
  clock.ms = 2 * day;
  owners.keep("b", ann);
  owners.keep("a", { ...ann, model: "n" });
  expect(written.map(({ id, model, keptAt }) => [id, model, keptAt / day])).toEqual([
    ["a", "m", 1],
    ["b", "m", 1],
    ["b", "m", 2],
    ["a", "n", 2],
  ]);

  const later = new StillClock();
  later.ms = 7.5 * day;
  const again = new MemoryObjectOwners(later);
  again.restore([...written, { ...ann, id: "old", keptAt: 0 }]);
  expect(["a", "b", "old"].map((id) => again.find(id)?.model)).toEqual(["n", "m", undefined]);
  later.ms = 9 * day;
  expect(again.find("a")).toBeUndefined();
});

it("the oldest make room, and ids of no sensible length are not kept", () => {
  const owners = new MemoryObjectOwners(new StillClock(), { limit: 2 });
  for (const id of ["a", "b", "c"]) owners.keep(id, ann);
  expect(["a", "b", "c"].map((id) => owners.find(id) !== undefined)).toEqual([false, true, true]);
  const long = "x".repeat(1_000);
  owners.keep(long, ann);
  expect(owners.find(long)).toBeUndefined();
});
