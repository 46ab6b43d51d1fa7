import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { VersionedMap } from "./versioned-map.ts";

const hashOf = (number: number): string => createHash("sha256").update(String(number)).digest("hex");

function mapOf(count: number): VersionedMap<number> {
  return VersionedMap.empty<number>().with(
    new Map(Array.from({ length: count }, (_, number) => [hashOf(number), number])),
  );
}

it("finds what was put into it, and nothing else", () => {
  const map = mapOf(20_000);
  expect(map.size).toBe(20_000);
  expect(new Map(map)).toEqual(new Map(Array.from({ length: 20_000 }, (_, number) => [hashOf(number), number])));
  expect(map.get(hashOf(19_999))).toBe(19_999);
  expect(map.has(hashOf(20_000))).toBe(false);
  expect([map.get("of no digits"), map.get(""), map.get("0")]).toEqual([undefined, undefined, undefined]);
});

it("goes on as it was for those who hold it, whatever is changed in later ones", () => {
  const first = mapOf(5_000);
  const before = new Map(first);
  const second = first.with(
    new Map([
      [hashOf(1), -1],
      [hashOf(2), undefined],
      [hashOf(5_000), 5_000],
      [hashOf(6_000), undefined],
    ]),
  );
  const third = second.with(new Map([[hashOf(1), undefined]]));
  expect(new Map(first)).toEqual(before);
  expect([second.size, second.get(hashOf(1)), second.has(hashOf(2)), second.get(hashOf(5_000))]).toEqual([
    5_000,
    -1,
    false,
    5_000,
  ]);
  expect([third.size, third.has(hashOf(1)), second.has(hashOf(1))]).toEqual([4_999, false, true]);
});

it("takes names that are no hashes", () => {
  const names = ["hash of x", "hash of y", "", "ÿ", "zz", "gk-1"];
  const map = VersionedMap.empty<string>().with(new Map(names.map((name) => [name, name])));
  expect(names.map((name) => map.get(name))).toEqual(names);
  expect(map.with(new Map(names.map((name) => [name, undefined]))).size).toBe(0);
});
