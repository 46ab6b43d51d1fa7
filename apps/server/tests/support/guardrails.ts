import type { GuardrailPart } from "#domain/guardrails/guardrail.ts";

export function makeGuardrail(change: Partial<GuardrailPart> = {}): GuardrailPart {
  return {
    ...{ id: "guardrail-1", name: "birds", holder: { kind: "everyone" }, models: null, stage: "both", action: "block" },
    ...{ replacement: "[redacted]", onFailure: "closed", deadlineMs: 1_000, secret: null },
    check: { kind: "text", words: ["bluebird"], wholeWords: true, patterns: [], window: 200 },
    ...change,
  };
}
