// What must be known of the vendor's models to ask them for what other dialects ask for in other ways.
// https://ai.google.dev/gemini-api/docs/thinking

import type { ChatRequest } from "#hub.ts";

/** How a model is asked to think: not at all, by a budget of tokens, or by a word for the level. */
export type ThinkingKind = "none" | "budget" | "level";

interface ModelTraits {
  readonly thinking: ThinkingKind;
  /** The least and the most that it can be asked to think, where it cannot be asked not to. */
  readonly leastBudget: number;
  readonly mostBudget: number;
  readonly levels: readonly string[];
}

const blank: ModelTraits = { thinking: "none", leastBudget: 0, mostBudget: 0, levels: [] };

/** The first that fits. */
const traits: readonly (readonly [pattern: RegExp, traits: ModelTraits])[] = [
  [/gemini-(?:1|2[.-]0|exp)/, blank],
  [/gemini-.*(?:image|tts|audio)/, blank],
  [/gemini-2[.-]5-pro/, { ...blank, thinking: "budget", leastBudget: 128, mostBudget: 32_768 }],
  [/gemini-2[.-]5/, { ...blank, thinking: "budget", mostBudget: 24_576 }],
  [/gemini-3-pro/, { ...blank, thinking: "level", levels: ["low", "high"] }],
  [/gemini-.*pro/, { ...blank, thinking: "level", levels: ["low", "medium", "high"] }],
  [/gemini-/, { ...blank, thinking: "level", levels: ["minimal", "low", "medium", "high"] }],
];

export function traitsOf(model: string): ModelTraits {
  return traits.find(([pattern]) => pattern.test(model))?.[1] ?? blank;
}

/** From its third generation on, the vendor refuses calls in the history that lack their seal, and takes media in results. */
export function isThirdGeneration(model: string): boolean {
  return /gemini-/.test(model) && !/gemini-(?:1|2|exp)/.test(model);
}

/** Before its third generation, the vendor refuses a form of the answer next to functions. */
export function answersByTool(model: string, { tools }: Pick<ChatRequest, "tools">): boolean {
  return !isThirdGeneration(model) && tools.some(({ kind }) => kind === "function");
}

/** The value that a request has for its model within the body, such as `models/gemini-embedding-001`. */
export function writeModel(model: string): string {
  return /^(?:models|tunedModels)\//.test(model) ? model : `models/${model}`;
}
