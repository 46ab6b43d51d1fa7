// What a vendor told of its usage, where no request can have used as much: a record must be storable, and a budget must not be
// spent by a slip of a vendor's pen.

import type { Usage } from "#hub.ts";

/** Of a model whose context length nobody knows: no model reads more. */
const longestContext = 10_000_000;
/** A vendor's tools may have it read its context again and again, and an operator may be wrong about its length. */
const mostReadings = 10;
/** Searches, containers. */
const mostUses = 1_000;
/** A thousand USD for one answer. */
const mostVendorNanos = 1_000_000_000_000;

/** The usage itself where it makes sense; otherwise as much of it as the model can read and write. */
export function withinSense<Told extends Usage>(usage: Told, contextLength: number | null): Told {
  const most = (contextLength ?? longestContext) * mostReadings;
  return isSensible(usage, most) ? usage : bounded(usage, contextLength ?? longestContext, most);
}

function isSensible(usage: Usage, most: number): boolean {
  const { promptTokens, completionTokens, webSearches = 0, fileSearches = 0, containers = 0 } = usage;
  if (promptTokens > most || completionTokens > most) return false;
  if (webSearches > mostUses || fileSearches > mostUses || containers > mostUses) return false;
  if ((usage.vendorCostNanos ?? 0) > mostVendorNanos) return false;
  return usage.byOthers === undefined || usage.byOthers.every((part) => isSensible(part.usage, most));
}

/** The parts of tokens have the bounds of their sums, in which they are counted. */
function bounded<Told extends Usage>(usage: Told, contextLength: number, most: number): Told {
  const { byOthers, vendorCostNanos = 0 } = usage;
  const copy = { ...usage };
  const result: { -readonly [Field in keyof Usage]: Usage[Field] } = copy;
  const prompt = usage.promptTokens > most ? contextLength : usage.promptTokens;
  const completion = usage.completionTokens > most ? contextLength : usage.completionTokens;
  for (const field of inPrompt) if (usage[field] !== undefined) result[field] = Math.min(usage[field], prompt);
  for (const field of inCompletion) if (usage[field] !== undefined) result[field] = Math.min(usage[field], completion);
  for (const field of uses) if (usage[field] !== undefined) result[field] = Math.min(usage[field], mostUses);
  // What it would charge for the impossible is no price.
  if (vendorCostNanos > mostVendorNanos) delete result.vendorCostNanos;
  if (byOthers !== undefined)
    result.byOthers = byOthers.map((part) => ({ ...part, usage: bounded(part.usage, contextLength, most) }));
  return copy;
}

const inPrompt = [
  "promptTokens",
  "cachedTokens",
  "cacheWriteTokens",
  "cacheWriteHourTokens",
  "audioPromptTokens",
  "cachedAudioTokens",
  "imagePromptTokens",
  "cachedImageTokens",
] as const satisfies readonly (keyof Usage)[];
const inCompletion = [
  "completionTokens",
  "reasoningTokens",
  "audioCompletionTokens",
  "imageCompletionTokens",
] as const satisfies readonly (keyof Usage)[];
const uses = ["webSearches", "fileSearches", "containers"] as const satisfies readonly (keyof Usage)[];
