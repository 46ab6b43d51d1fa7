// What a guardrail looks for, between the API's form and the store's, and what none can do.

import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { Guardrail, GuardrailCheck } from "#domain/guardrails/guardrail.ts";
import { faultOf } from "#domain/privacy/own-patterns.ts";
import { invalid } from "./fields.ts";
import type { Resource } from "./resource.ts";

type ApiCheck = RouteAnswer<AdminRoutes["guardrails"]["get"]>["check"];
type GivenCheck = Parameters<Resource<"guardrails">["create"]>[0]["body"]["check"];

/** Throws GhostError where a pattern is none. */
export function toCheck(check: GivenCheck): GuardrailCheck {
  if (check.kind === "size") return check;
  for (const [index, pattern] of check.patterns.entries()) {
    const fault = faultOf(pattern);
    if (fault !== null) throw invalid(`check.patterns[${index}]`, `The pattern cannot be used: ${fault}`);
  }
  const { whole_words: wholeWords, ...same } = check;
  return { ...same, wholeWords };
}

export function toApiCheck(check: GuardrailCheck): ApiCheck {
  if (check.kind === "size") return { ...check };
  const { wholeWords, words, patterns, ...same } = check;
  return { ...same, whole_words: wholeWords, words: [...words], patterns: [...patterns] };
}

/** Throws GhostError. */
export function refuseImpossible({ check, action }: Pick<Guardrail, "check" | "action" | "stage">): void {
  if (check.kind === "size" && action === "redact")
    throw invalid("action", "What is too long cannot be redacted: block it, or flag it");
}
