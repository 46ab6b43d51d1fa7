// What a report says: a row for each period and group that its owner may see.

import { labelsOf } from "#control/resources/group-labels.ts";
import { csvLine, type Cell } from "#control/resources/export-lines.ts";
import { pageMs } from "#control/resources/streamed.ts";
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
type Terms = Pick<ReportRow, "schedule" | "content">;

interface Made {
  /** Of the whole periods before that. */
  readonly at: number;
  readonly reach: Reach;
}

export async function makeReport(
  store: Sources,
  calendar: Calendar,
  { schedule, content }: Terms,
  { at, reach }: Made,
): Promise<MadeReport> {
  const partOf = partsOf(store, content, reach);
  const periods = periodsBefore(calendar, schedule, at, content.periods);
  const lines: ReportLine[] = [];
  let isCut = false;
  for (const period of periods) {
    const part = await partOf(period);
    lines.push(...part.lines);
    isCut ||= part.isCut;
  }
  return { from: periods[0]?.startsAt ?? at, to: periods.at(-1)?.endsAt ?? at, lines, isCut };
}

/** The same as CSV, a period each. */
export async function* reportPages(
  store: Sources & Pick<Store, "within">,
  calendar: Calendar,
  { schedule, content }: Terms,
  { at, reach }: Made,
): AsyncGenerator<string> {
  const partOf = partsOf(store, content, reach);
  let isBegun = false;
  for (const period of periodsBefore(calendar, schedule, at, content.periods)) {
    const { lines } = await store.within(pageMs, () => partOf(period));
    if (lines.length > 0) yield isBegun ? reportLines(lines) : reportCsv(lines);
    isBegun ||= lines.length > 0;
  }
  if (!isBegun) yield reportCsv([]);
}

type Part = Pick<MadeReport, "lines" | "isCut">;

function partsOf(store: Sources, content: ReportRow["content"], reach: Reach): (period: Period) => Promise<Part> {
  const lineOf = lineWriter({ bucket: null, dimensions: content.dimensions });
  return async (period) => {
    const rows = await store.usage.series(queryOf(content, period), reach);
    const shown = rows.slice(0, mostRows);
    const labels = await labelsOf(store, content.dimensions, shown);
    const lines = shown.map((row) => ({ period: period.name, ...lineOf(row, labels) }));
    return { lines, isCut: rows.length > mostRows };
  };
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
  return csvLine(Object.keys(first)) + reportLines(lines);
}

function reportLines(lines: readonly ReportLine[]): string {
  return lines.map((line) => csvLine(Object.values(line))).join("");
}
