// How long an answer took, which this dialect's answers tell and others' do not: measured from outside.

import type { ElapsedMs } from "#dialects/dialect.ts";
import type { JsonObject } from "#wire/json.ts";

const nanosPerMs = 1_000_000;

/** Until the first word the prompt was read, from then on words were written. In nanoseconds; empty where nobody measures. */
export function encodeDurations(elapsedMs: ElapsedMs | undefined, firstWordMs: number | null): JsonObject {
  if (elapsedMs === undefined) return {};
  const total = nanosOf(elapsedMs());
  const prompt = firstWordMs === null ? 0 : Math.min(total, nanosOf(firstWordMs));
  return {
    total_duration: total,
    load_duration: 0,
    prompt_eval_duration: prompt,
    eval_duration: total - prompt,
  };
}

function nanosOf(ms: number): number {
  return Math.max(0, Math.round(ms * nanosPerMs));
}
