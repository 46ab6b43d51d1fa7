// What guardrails would do with one text, by what they do with requests and answers, without anybody being asked. Pure.

import { watched } from "@ghostllm/llm";
import { isAsked, isAt } from "./guardrail.ts";
import type { Guardrail } from "./guardrail.ts";
import { TextLook } from "./look.ts";
import type { TextSpan } from "./text-finder.ts";

/** `not_asked`: somebody else would say. `failed`: nobody could. `other_stage`: it is not held against it. */
export type TrialOutcome = "none" | "flag" | "redact" | "block" | "not_asked" | "other_stage" | "failed";

export interface Trial {
  readonly outcome: TrialOutcome;
  /** In the order of the text; none where its size is what was found. */
  readonly found: readonly TextSpan[];
}

interface Tried {
  readonly text: string;
  readonly stage: "input" | "output";
}

/** This guardrail, as if there were no other. */
export function tryAlone(guardrail: Guardrail, { text, stage }: Tried): Trial {
  if (!isAt(guardrail, stage)) return { outcome: "other_stage", found: [] };
  if (isAsked(guardrail)) return { outcome: "not_asked", found: [] };
  const look = new TextLook([guardrail]);
  look.count(text);
  const found = look.find(text);
  for (const one of found) look.note(one);
  return { outcome: look.hits.length === 0 ? "none" : guardrail.action, found };
}

/** What these, which redact, leave of it together. */
export function redactedBy(guardrails: readonly Guardrail[], text: string): string {
  return watched(text, new TextLook(guardrails)) ?? text;
}
