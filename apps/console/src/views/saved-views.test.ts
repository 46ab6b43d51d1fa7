import { describe, expect, it } from "vitest";
import { isSame, pathOf, searchOf } from "./saved-views.ts";

describe("a saved view", () => {
  it("has what the page is about, and nothing else of the URL", () => {
    const url = { q: "ci agent", sort: "-spent", page: "3", new: "key", columns: undefined, state: "near" };
    expect(searchOf("keys", url)).toEqual({ q: "ci agent", sort: "-spent" });
    expect(searchOf("budgets", url)).toEqual({ q: "ci agent", sort: "-spent", state: "near" });
    expect(searchOf("requests", { ...url, model: "" })).toEqual({ sort: "-spent" });
  });

  it("leads to its page", () => {
    expect(pathOf({ page: "keys", search: { q: "a & b", sort: "name" } })).toBe("/keys?q=a+%26+b&sort=name");
    expect(pathOf({ page: "users", search: {} })).toBe("/users");
  });

  it("is the present one where all of it is the same", () => {
    expect(isSame({ q: "a", sort: "b" }, { sort: "b", q: "a" })).toBe(true);
    expect(isSame({ q: "a" }, { q: "a", sort: "b" })).toBe(false);
    expect(isSame({ q: "a" }, { sort: "a" })).toBe(false);
    expect(isSame({}, {})).toBe(true);
  });
});
