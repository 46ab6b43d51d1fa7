import { describe, expect, it } from "vitest";
import { ScopeMap } from "./scope.ts";

describe("a map by scope", () => {
  it("tells scopes of one id but of different kinds apart", () => {
    const map = new ScopeMap<number>();
    map.set({ kind: "key", id: "a" }, 1);
    map.set({ kind: "user", id: "a" }, 2);
    expect(map.get({ kind: "key", id: "a" })).toBe(1);
    expect(map.get({ kind: "user", id: "a" })).toBe(2);
    expect(map.get({ kind: "user", id: "b" })).toBeUndefined();
  });

  it("keeps the last value, and lists each scope once", () => {
    const map = new ScopeMap<number>();
    map.set({ kind: "key", id: "a" }, 1);
    map.set({ kind: "user", id: "u" }, 2);
    map.set({ kind: "key", id: "a" }, 3);
    map.set({ kind: "key", id: "b" }, 4);
    expect([...map]).toEqual([
      [{ kind: "key", id: "a" }, 3],
      [{ kind: "key", id: "b" }, 4],
      [{ kind: "user", id: "u" }, 2],
    ]);
  });
});
