// A report in words: when it is made, what it is of, to whom it goes, and what became of it.

import type { Report, ReportRun } from "#api/queries.ts";
import { plural } from "#format/number.ts";
import type { Tone } from "#parts/status.tsx";

export const units = ["day", "week", "month"] as const;
export type Unit = (typeof units)[number];

const days: Readonly<Record<string, string>> = {
  day: "Each day",
  week: "Each Monday",
  month: "On the first of each month",
};

/** `Each Monday at 7:00 (Europe/Berlin)`; a newer server may know more. */
export function scheduleWords({ every, hour, time_zone: zone }: Report["schedule"]): string {
  return `${days[every] ?? every} at ${hour}:00 (${zone})`;
}

/** `the last 4 weeks, by team and model`. */
export function contentWords({ periods, schedule: { every }, group_by: by }: Report): string {
  const time = periods === 1 ? `the last ${every}` : `the last ${plural(periods, every)}`;
  return by.length === 0 ? `${time}, in all` : `${time}, by ${by.join(" and ")}`;
}

/** Of a webhook the name, where it is known. */
export function recipientWords({ recipients, webhook_id: webhook }: Report, nameOf: (id: string) => string): string {
  return [...recipients, ...(webhook === null ? [] : [nameOf(webhook)])].join(", ");
}

export function stateOfReport({ is_active: isActive }: Report): { readonly tone: Tone; readonly word: string } {
  return isActive ? { tone: "good", word: "on" } : { tone: "off", word: "off" };
}

const tones: Readonly<Record<string, Tone>> = { waiting: "info", sent: "good", failed: "bad", skipped: "warn" };

export function toneOfRun({ state }: ReportRun): Tone {
  return tones[state] ?? "off";
}
