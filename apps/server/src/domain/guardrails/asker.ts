// Somebody else asked about one text, by itself: what who tries a guardrail may want to know.

import type { GuardrailPart } from "./guardrail.ts";

interface AskedText {
  readonly stage: "input" | "output";
  readonly text: string;
}

export interface AskedVerdict {
  readonly outcome: "allow" | "flag" | "redact" | "block";
  /** In its place; null: it stays. */
  readonly text: string | null;
}

/** Rejects where no verdict came. */
export type AskGuardrail = (guardrail: GuardrailPart, asked: AskedText) => Promise<AskedVerdict>;
