// What limits there are, in the order and by the names in which every page shows them.

import type { Budget } from "#api/queries.ts";

export type Limits = Budget["limits"];
export type LimitName = keyof Limits;

export const limitWindows = [
  { window: "minute", short: "min", words: "in 60 seconds" },
  { window: "hour", short: "hour", words: "in an hour" },
  { window: "day", short: "day", words: "in a day" },
] as const;

export const limitedThings = [
  { thing: "requests", name: "Requests" },
  { thing: "tokens", name: "Tokens" },
  { thing: "cost_usd", name: "Cost" },
] as const;

type Thing = (typeof limitedThings)[number]["thing"];

export function limitNameOf(thing: Thing, window: (typeof limitWindows)[number]["window"]) {
  return `${thing}_per_${window}` as const;
}

/** Of one thing in one window, such as `Requests / min`. */
export const windowLimits = limitedThings.flatMap((thing) =>
  limitWindows.map((window) => ({
    ...{ ...thing, window: window.window, words: window.words },
    ...{ limit: limitNameOf(thing.thing, window.window), label: `${thing.name} / ${window.short}` },
  })),
);

export const limitNames: readonly LimitName[] = [...windowLimits.map(({ limit }) => limit), "concurrent_requests"];
