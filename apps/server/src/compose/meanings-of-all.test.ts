// Vectors of several processes: what one is told to forget, all forget.

import { expect, it } from "vitest";
import { systemClock } from "#domain/clock.ts";
import { cosineOf } from "#link/meanings.ts";
import { MemoryMeanings } from "#link/memory/meanings.ts";
import { MemorySignals } from "#link/memory/signals.ts";
import { MeaningsOfAll } from "./meanings-of-all.ts";

it("what is kept in one process is known in all, where all find its answer, to the last bit", async () => {
  const signals = new MemorySignals();
  const [one, other, alone] = [true, true, false].map((isShared) => {
    const meanings = new MeaningsOfAll(new MemoryMeanings(systemClock), isShared);
    meanings.join(signals);
    return meanings;
  });
  const vector = Float32Array.of(0.6, -0.8, 1e-30);
  const kept = {
    group: "g",
    text: "t",
    name: "n",
    requestId: "r",
    lifetimeMs: 60_000,
    alias: "a",
    key: "k",
    user: "u",
  };
  await one?.keep({ ...kept, vector });
  expect(await other?.nearest("g", vector)).toMatchObject([
    { name: "n", text: "t", similarity: cosineOf(vector, vector) },
  ]);
  expect((await one?.use())?.vectors).toBe(1);
  await alone?.keep({ ...kept, name: "own", vector });
  expect((await other?.use())?.vectors).toBe(1);
});

it("what is forgotten in one process is forgotten in all that hear of it", async () => {
  const signals = new MemorySignals();
  const all = [0, 1].map(() => new MeaningsOfAll(new MemoryMeanings(systemClock)));
  const [one, other] = all;
  const leave = all.map((each) => each.join(signals));
  const kept = {
    group: "g",
    vector: Float32Array.of(1),
    text: "t",
    requestId: "r",
    lifetimeMs: 60_000,
    alias: "a",
    key: "k",
  };
  for (const each of all) for (const user of ["u", "v"]) await each.keep({ ...kept, name: user, user });
  await one?.purge({ user: "u" });
  expect(await other?.nearest("g", Float32Array.of(1))).toMatchObject([{ user: "v" }]);
  for (const end of leave) end();
  await one?.purge({ user: "v" });
  expect([(await one?.use())?.vectors, (await other?.use())?.vectors]).toEqual([1, 1]);
});
