// When a vendor says to come back: as we heed it, and as our client is told it.

import type { AnswerHeaders } from "#gateway/upstream/upstream.ts";

/** In whole seconds and never 0, with which some SDKs come back at once; others cannot bear a date that is past. */
export function retryHeaders(headers: AnswerHeaders, inBody: number | undefined): Record<string, string> {
  const milliseconds = Number(headers["retry-after-ms"] ?? NaN);
  const seconds = secondsOf(headers) ?? inBody;
  const told = seconds ?? (Number.isFinite(milliseconds) ? milliseconds / 1000 : undefined);
  return {
    ...(milliseconds > 0 && { "retry-after-ms": String(milliseconds) }),
    ...(told !== undefined && { "retry-after": String(Math.max(1, Math.ceil(told))) }),
  };
}

/** A vendor that says "in a day" is asked again sooner: its account may have been topped up meanwhile. */
const longestRetryAfterMs = 60_000;

/** How long the vendor's headers ask us to stay away, as far as we heed it; 0 where they do not. */
export function retryAfterMs(headers: AnswerHeaders): number {
  const seconds = secondsOf(headers) ?? 0;
  return Math.min(Math.max(0, seconds * 1000), longestRetryAfterMs);
}

/** Epoch ms at which the vendor answered, by its own clock. */
export function answeredAt(headers: AnswerHeaders): number {
  return readDate(headers["date"]);
}

/** `Retry-After` is a number of seconds, or a date by the clock of the vendor, which need not agree with ours. */
function secondsOf({ "retry-after": value, date: saidAt }: AnswerHeaders): number | undefined {
  if (typeof value !== "string" || value.trim() === "") return undefined;
  const seconds = Number(value);
  const told = Number.isFinite(seconds) ? seconds : (Date.parse(value) - readDate(saidAt)) / 1000;
  return Number.isNaN(told) ? undefined : told;
}

function readDate(value: AnswerHeaders[string]): number {
  const told = typeof value === "string" ? Date.parse(value) : NaN;
  return Number.isNaN(told) ? Date.now() : told;
}
