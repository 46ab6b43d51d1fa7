// How long requests wait, as an alias and a key say it.

import { formatDuration } from "#format/time.ts";

export const timeLimits = ["connect_ms", "first_token_ms", "idle_ms", "total_ms"] as const;
export type TimeLimit = (typeof timeLimits)[number];

export const timeLabels: Readonly<Record<TimeLimit, readonly [label: string, help: string]>> = {
  connect_ms: ["Connection, ms", "Until there is one to the vendor."],
  first_token_ms: ["First word, ms", "Of a stream; of any other answer its first byte."],
  idle_ms: ["Silence, ms", "The longest within an answer."],
  total_ms: ["In all, ms", "Whichever targets are asked."],
};

const timeWords: Readonly<Record<TimeLimit, string>> = {
  connect_ms: "to connect",
  first_token_ms: "to the first word",
  idle_ms: "of silence",
  total_ms: "in all",
};

/** Empty where nothing is said. */
export function timeoutWords(timeouts: Readonly<Record<TimeLimit, number | null>>): string {
  const told = timeLimits.flatMap((limit) => {
    const ms = timeouts[limit];
    return ms === null ? [] : [`${formatDuration(ms)} ${timeWords[limit]}`];
  });
  return told.join(", ");
}
