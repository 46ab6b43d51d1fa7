import { expect, it } from "vitest";
import { editedTargets, moved, toTargets, withTarget } from "./targets.ts";

const targets = editedTargets([
  { provider: "anthropic", model: "claude-sonnet-4-5", weight: 3 },
  { provider: "bedrock", model: "claude-sonnet-4-5", weight: 1 },
  { provider: "openai", model: "gpt-5", weight: 1 },
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
  expect(toTargets(withTarget([], "groq"))).toEqual([{ provider: "groq", model: "", weight: 1 }]);
});
