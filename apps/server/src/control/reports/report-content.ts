// What a report says: a row for each period and group that its owner may see.

import { labelsOf } from "#control/resources/group-labels.ts";
import { csvLine, type Cell } from "#control/resources/export-lines.ts";
import { lineWriter } from "#control/resources/usage-export.ts";
import type { ReportRow } from "#control/store/reports/report-store.ts";
import type { Store } from "#control/store/store.ts";
import type { SeriesQuery } from "#control/store/usage-store.ts";
import type { Reach } from "#domain/access/may.ts";
import type { Calendar, Period } from "#domain/budgets/calendar.ts";
import { periodsBefore } from "#domain/reports/report.ts";

export type ReportLine = Readonly<Record<string, Cell>>;

export interface MadeReport {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly ReportLine[];
  /** There are more groups than a report has room for. */
  readonly isCut: boolean;
}

/** Of one period. */
const mostRows = 1_000;
const hourMs = 60 * 60 * 1_000;

type Sources = Pick<Store, "usage" | "names">;

export async function makeReport(
  store: Sources,
  calendar: Calendar,
  { schedule, content }: Pick<ReportRow, "schedule" | "content">,
  { at, reach }: { readonly at: number; readonly reach: Reach },
): Promise<MadeReport> {
  const lineOf = lineWriter({ bucket: null, dimensions: content.dimensions });
  const periods = periodsBefore(calendar, schedule, at, content.periods);
  const lines: ReportLine[] = [];
  let isCut = false;
  for (const period of periods) {
    const rows = await store.usage.series(queryOf(content, period), reach);
    isCut ||= rows.length > mostRows;
    const shown = rows.slice(0, mostRows);
    const labels = await labelsOf(store, content.dimensions, shown);
    lines.push(...shown.map((row) => ({ period: period.name, ...lineOf(row, labels) })));
  }
  return { from: periods[0]?.startsAt ?? at, to: periods.at(-1)?.endsAt ?? at, lines, isCut };
}

/** Sums are by the hour: where a zone's day begins within one, that hour counts to the day which has its first half. */
function queryOf({ dimensions, filter }: ReportRow["content"], { startsAt, endsAt }: Period): SeriesQuery {
  const [from, to] = [startsAt, endsAt].map((at) => Math.ceil(at / hourMs) * hourMs);
  const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
  return {
    filter: { ...given, from: from ?? startsAt, to: to ?? endsAt },
    ...{ source: "rollups", bucket: null, dimensions, kept: null, part: { limit: mostRows + 1, after: null } },
  };
}

export function reportCsv(lines: readonly ReportLine[]): string {
  const [first] = lines;
  if (first === undefined) return csvLine(["period"]);
  return csvLine(Object.keys(first)) + lines.map((line) => csvLine(Object.values(line))).join("");
}
