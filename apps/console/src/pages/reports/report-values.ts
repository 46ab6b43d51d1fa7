// A report as a form has it, which is text, and as the server takes it.

import type { Report, ReportInput } from "#api/queries.ts";
import { toNumber } from "#parts/number-text.ts";
import { units } from "./report-words.ts";
import type { Unit } from "./report-words.ts";

export const dimensions = ["model", "provider", "key", "user", "team", "organisation", "alias", "status"] as const;
export const filterNames = ["user_id", "team_id", "organisation_id", "api_key_id", "provider_id", "model"] as const;
export type FilterName = (typeof filterNames)[number];

export interface ReportValues {
  name: string;
  schedule: { every: Unit; hour: string; time_zone: string };
  /** Empty is none. */
  first: string;
  second: string;
  periods: string;
  filter: Record<FilterName, string>;
  /** Addresses with commas, spaces or lines between them. */
  recipients: string;
  webhook_id: string;
}

const noFilter = Object.fromEntries(filterNames.map((name) => [name, ""])) as Record<FilterName, string>;

export function newValues(timeZone: string, ownAddress: string): ReportValues {
  return {
    ...{ name: "", schedule: { every: "week", hour: "7", time_zone: timeZone }, first: "model", second: "" },
    ...{ periods: "1", filter: noFilter, recipients: ownAddress, webhook_id: "" },
  };
}

export function valuesOf(report: Report): ReportValues {
  const { every, hour, time_zone } = report.schedule;
  const [first = "", second = ""] = report.group_by;
  const given = filterNames.map((name) => [name, report.filter[name] ?? ""]);
  return {
    name: report.name,
    schedule: { every: unitOf(every), hour: String(hour), time_zone },
    ...{ first, second, periods: String(report.periods) },
    filter: Object.fromEntries(given) as Record<FilterName, string>,
    recipients: report.recipients.join("\n"),
    webhook_id: report.webhook_id ?? "",
  };
}

export function toInput({ name, schedule, first, second, periods, filter, ...sent }: ReportValues): ReportInput {
  const { every, hour, time_zone } = schedule;
  const given = Object.entries(filter).filter(([, value]) => value.trim() !== "");
  return {
    name,
    schedule: { every, hour: Number(hour), time_zone: time_zone.trim() },
    group_by: [...new Set([first, second])].filter(Boolean).join(","),
    periods: toNumber(periods) ?? 0,
    filter: Object.fromEntries(given.map(([field, value]) => [field, value.trim()])),
    recipients: sent.recipients.split(/[\s,;]+/).filter(Boolean),
    webhook_id: sent.webhook_id === "" ? null : sent.webhook_id,
  };
}

/** A server that knows more must not have its own replaced by another. */
function unitOf(text: string): Unit {
  const unit = units.find((one) => one === text);
  if (unit === undefined) throw new Error(`This page does not know reports of each ${text}: load it anew.`);
  return unit;
}
