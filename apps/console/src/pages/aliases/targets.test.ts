import { expect, it } from "vitest";
import { editedTargets, moved, toTargets, withTarget } from "./targets.ts";

const unlimited = { requests_per_minute: null, tokens_per_minute: null, concurrent_requests: null };
const targets = editedTargets([
  { provider: "anthropic", model: "claude-sonnet-4-5", weight: 3, limits: null },
  { provider: "bedrock", model: "claude-sonnet-4-5", weight: 1, limits: null },
  { provider: "openai", model: "gpt-5", weight: 1, limits: { ...unlimited, requests_per_minute: 60 } },
]);
const order = (list: typeof targets) => list.map(({ provider }) => provider).join(" ");

it("targets move up, down and across, and not beyond the ends", () => {
  expect(order(moved(targets, 2, 1))).toBe("anthropic openai bedrock");
  expect(order(moved(targets, 0, 2))).toBe("bedrock openai anthropic");
  expect(moved(targets, 0, -1)).toBe(targets);
  expect(moved(targets, 2, 3)).toBe(targets);
});

it("a new one has a row of its own, also where others were taken away", () => {
  const fewer = targets.toSpliced(0, 1);
  expect(withTarget(fewer, "groq").map(({ key }) => key)).toEqual([1, 2, 3]);
  expect(toTargets(withTarget([], "groq"))).toEqual([{ provider: "groq", model: "", weight: 1, limits: null }]);
});

it("limits come back as they were, and none where every field is empty", () => {
  expect(toTargets(targets).map(({ limits }) => limits)).toEqual([
    null,
    null,
    { requests_per_minute: 60, tokens_per_minute: null, concurrent_requests: null },
  ]);
});
