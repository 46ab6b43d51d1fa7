import { expect, it } from "vitest";
import { serviceClassOf } from "./usage-parts.ts";

it.each([
  ["priority", "priority"],
  ["SERVICE_TIER_FLEX", "flex"],
  ["default", undefined],
  ["a-class-of-tomorrow.v2", "a-class-of-tomorrow.v2"],
  ["a whole sentence of a prompt", "other"],
  ["x".repeat(41), "other"],
  [{ priority: 1 }, undefined],
])("a vendor's word for its class of service is a name, or another one: %s", (word, name) => {
  expect(serviceClassOf(word)).toBe(name);
});
