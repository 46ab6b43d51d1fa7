import { expect, it } from "vitest";
import { changedFields, mergeThreeWay } from "./three-way.ts";

const base = { name: "Research", models: "gpt-*", limits: { requests: "60", tokens: "" }, targets: [{ model: "a" }] };

it("keeps what one has changed, and takes all else as the other has it", () => {
  const mine = { ...base, name: "Search", limits: { requests: "60", tokens: "9000" } };
  const theirs = { ...base, models: "claude-*", limits: { requests: "120", tokens: "" }, targets: [{ model: "b" }] };
  expect(mergeThreeWay(base, mine, theirs)).toEqual({
    ...{ name: "Search", models: "claude-*", limits: { requests: "120", tokens: "9000" }, targets: [{ model: "b" }] },
  });
});

it("keeps one's own where both have changed the same, a list as a whole", () => {
  const mine = { ...base, name: "Mine", targets: [{ model: "a" }, { model: "mine" }] };
  const theirs = { ...base, name: "Theirs", targets: [{ model: "theirs" }] };
  expect(mergeThreeWay(base, mine, theirs)).toEqual(mine);
});

it("keeps what was emptied, and what is new", () => {
  const mine = { ...base, models: "", note: "mine" };
  const theirs = { ...base, colour: "theirs" };
  expect(mergeThreeWay(base, mine, theirs)).toEqual({ ...base, models: "", note: "mine", colour: "theirs" });
});

it("names what was changed, in whatever is changed", () => {
  const after = { ...base, name: "Search", limits: { requests: "60", tokens: "1" }, targets: [] };
  expect(changedFields(base, after)).toEqual(["name", "limits.tokens", "targets"]);
  expect(changedFields({ settings: {} }, { settings: { region: "" } })).toEqual([]);
  expect(changedFields(base, base)).toEqual([]);
});
