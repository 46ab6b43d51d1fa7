import { describe, expect, it } from "vitest";
import type { Guardrail, TextCheck } from "./guardrail.ts";
import { redactedBy, tryAlone } from "./try-text.ts";

const words = (...found: readonly string[]): TextCheck => ({
  ...{ kind: "text", words: found, wholeWords: true, patterns: [], window: 200 },
});

function guardrail(change: Partial<Guardrail>): Guardrail {
  return {
    ...{ id: "g", name: "g", holder: { kind: "everyone" }, models: null, stage: "both", check: words("bluebird") },
    ...{ action: "block", replacement: "[x]", onFailure: "closed", deadlineMs: 1_000 },
    ...change,
  };
}

const text = "A bluebird, PX-1234";

describe("a guardrail that is tried", () => {
  it.each(["block", "redact", "flag"] as const)("says what it has found, and that it would %s it", (action) => {
    const trial = tryAlone(guardrail({ action }), { text, stage: "input" });
    expect(trial).toEqual({ outcome: action, found: [expect.objectContaining({ start: 2, end: 10 })] });
  });

  it.each([
    ["none", guardrail({ check: words("red kite") })],
    ["none", guardrail({ check: { kind: "size", unit: "characters", most: 19 } })],
    ["block", guardrail({ check: { kind: "size", unit: "characters", most: 18 } })],
    ["other_stage", guardrail({ stage: "output" })],
    ["not_asked", guardrail({ check: { kind: "webhook", url: "https://rules.example.com" } })],
  ] as const)("says %s, and where nothing", (outcome, one) => {
    expect(tryAlone(one, { text, stage: "input" })).toEqual({ outcome, found: [] });
  });
});

describe("guardrails that redact", () => {
  const birds = guardrail({ action: "redact" });
  const codes = guardrail({ action: "redact", replacement: "[y]", check: { ...words(), patterns: ["PX-[0-9]+"] } });

  it("leave of a text what would be passed on", () => {
    expect(redactedBy([], text)).toBe(text);
    expect(redactedBy([birds, codes], text)).toBe("A [x], [y]");
  });
});
