import { expect, it } from "vitest";
import { dropMembers } from "./drop-members.ts";
import { findMembers } from "./json-members.ts";

it.each([
  ["the first", '{"a":1, "b": 2.0 ,"c":[1]}', ["a"], '{ "b": 2.0 ,"c":[1]}'],
  ["the last", ' { "b": 1e400,"a":"x" }', ["a"], '{ "b": 1e400}'],
  ["one in the middle", '{"b":1,"a":{"a":1},"c":2}', ["a"], '{"b":1,"c":2}'],
  ["several", '{"a":1,"b":2,"c":3}', ["a", "c"], '{"b":2}'],
  ["all", '{"a":1}', ["a"], "{}"],
  ["none", '{"b" : 1}', ["a"], '{"b" : 1}'],
])("drops %s, and leaves the others as they are", (_, json, keys, expected) => {
  const body = Buffer.from(json);
  expect(dropMembers(body, findMembers(body) ?? [], keys).toString()).toBe(expected);
});
