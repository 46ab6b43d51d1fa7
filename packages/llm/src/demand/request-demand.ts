// What a request can make a vendor use, at the worst, beside the text of its prompt.

import type { ChargedUses } from "#catalog/most.ts";

export interface RequestDemand extends ChargedUses {
  /** Those that are asked for, where they are not the usual one. */
  readonly serviceClasses: readonly string[];
  /** Documents, earlier answers and the like that the vendor has and we have not: what they are called. */
  readonly unseen: string | null;
  /** Uses without an end that could be told: what to name so that there is one, or that there is none. */
  readonly boundless: string | null;
  /** How often the prompt may be read in the course of the answer, and how often as much be written as the limit allows. */
  readonly readings: number;
  readonly writings: number;
  /** Pictures in the prompt, whose size in tokens their bytes do not tell. */
  readonly pictures: number;
  /** The model is told of functions that the client runs. */
  readonly namesFunctions: boolean;
  /** What vendors put into the prompt unseen: how tools are used, and how answers are to look. */
  readonly hiddenTokens: number;
  /** What is written for the sake of thoughts where the client names no limit of output. */
  readonly thoughtTokens: number;
  /** The largest limit of thoughts that is named, which may go beyond that of the output. */
  readonly thinkingBudget: number;
  /** The largest limit of output that is named by any name, and whether one of them may be read as none. */
  readonly namedOutputTokens: number;
  readonly namesNoLimit: boolean;
  /** The largest number of answers that is asked for by any name. */
  readonly answers: number;
  /** Text is foretold: what of it does not come true is charged as output. */
  readonly predicts: boolean;
  /** What the model is to read, where that is more than usual. */
  readonly contextTokens: number;
}

export const noDemand: RequestDemand = {
  serviceClasses: [],
  keepsForHour: false,
  hearsSound: false,
  makesSound: false,
  webSearches: 0,
  fileSearches: 0,
  containers: 0,
  unseen: null,
  boundless: null,
  readings: 1,
  writings: 1,
  pictures: 0,
  namesFunctions: false,
  hiddenTokens: 0,
  thoughtTokens: 0,
  thinkingBudget: 0,
  namedOutputTokens: 0,
  namesNoLimit: false,
  answers: 0,
  predicts: false,
  contextTokens: 0,
};

/** What is known while a request is gone through. */
export interface Findings {
  readonly demand: { -readonly [Name in keyof RequestDemand]: RequestDemand[Name] };
  readonly classes: Set<string>;
  readonly tools: ToolDemand[];
  /** `max_tool_calls`, where it is named. */
  toolCalls: number | null;
  isEffortAsked: boolean;
  isCompacting: boolean;
  hasFormat: boolean;
}

export function nothingFound(): Findings {
  const flags = { isEffortAsked: false, isCompacting: false, hasFormat: false };
  return { demand: { ...noDemand }, classes: new Set(), tools: [], toolCalls: null, ...flags };
}

/** What one tool adds to what a request can cause. */
export interface ToolDemand {
  /** Calls as the tool itself bounds them; null: it does not. */
  readonly calls?: number | null;
  readonly isSearch?: true;
  readonly isFileSearch?: true;
  readonly isContainer?: true;
  /** Its results are put into the prompt: what they are called. */
  readonly unseen?: string;
  readonly boundless?: string;
  /** Whose loop calls it: the one is bounded by each tool's own limit, the other by `max_tool_calls`. */
  readonly loop?: "anthropic" | "openai";
  /** The vendor describes it to the model. */
  readonly isHidden?: true;
}
