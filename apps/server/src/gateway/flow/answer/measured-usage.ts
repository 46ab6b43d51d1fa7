import type { Usage } from "@ghostllm/llm";

/** What a request used, in the vendor's words or in ours. */
export interface MeasuredUsage extends Usage {
  readonly estimated: boolean;
  /** Nobody knows what was used: then nobody knows the cost. */
  readonly isUnknown?: boolean;
  /** The vendor told nothing of the prompt. */
  readonly isPromptEstimated?: boolean;
  /** Nobody saw the end of it: budgets are charged all that was reserved. */
  readonly isUnseen?: boolean;
}

export const noUsage: MeasuredUsage = {
  promptTokens: 0,
  completionTokens: 0,
  cachedTokens: 0,
  reasoningTokens: 0,
  estimated: false,
};
