// What was written down of a replay against what the vendor told: every class of tokens, and the cost to the nano-USD.

import type { UsageRecord } from "../../apps/server/src/domain/usage-record.ts";
import type { Miss } from "./compare.ts";
import type { Recording } from "./recordings.ts";
import { classesOf, costOfClasses, isConsistent, isCutShort, isPricedByTokens } from "./token-classes.ts";
import type { TokenClasses } from "./token-classes.ts";

export interface Accounted {
  readonly told: TokenClasses;
  /** Null where the vendor charges more than its tokens. */
  readonly costNanos: number | null;
}

/** Null where the vendor told nothing that could be held against a record. */
export function accountedOf({ record, format, expected, usage }: Recording): Accounted | null {
  const told = "reading" in expected ? classesOf(format, usage) : null;
  const answer = JSON.stringify(record.response_body ?? record.response_text).replaceAll("\\", "");
  if (told === null || !isConsistent(told) || isCutShort(usage, answer)) return null;
  return { told, costNanos: isPricedByTokens(usage, answer) ? costOfClasses(told) : null };
}

export function missesOfRecord(accounted: Accounted | null, record: UsageRecord | undefined): readonly Miss[] {
  if (accounted === null) return [];
  // Cached pictures have no column of their own.
  const expected = { ...accounted.told, cachedImage: 0, estimated: false, cost: accounted.costNanos };
  const actual = {
    prompt: record?.promptTokens,
    completion: record?.completionTokens,
    cached: record?.cachedTokens,
    write: record?.cacheWriteTokens,
    writeHour: record?.cacheWriteHourTokens,
    reasoning: record?.reasoningTokens,
    audioPrompt: record?.audioPromptTokens,
    cachedAudio: record?.cachedAudioTokens,
    cachedImage: 0,
    audioCompletion: record?.audioCompletionTokens,
    imagePrompt: record?.imagePromptTokens,
    imageCompletion: record?.imageCompletionTokens,
    estimated: record?.estimated,
    cost: accounted.costNanos === null ? null : record?.costNanos,
  };
  return (Object.keys(actual) as (keyof typeof actual)[])
    .filter((field) => actual[field] !== expected[field])
    .map((field) => ({ field: `recorded ${field}`, expected: expected[field], actual: actual[field] }));
}
