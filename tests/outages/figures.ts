// What was seen of an outage, in figures: a row of a table.

import { latencyBetween, type Latency } from "./latency.ts";
import { answersOf, type Outage } from "./outage.ts";

export type Figures = Readonly<Record<string, string>>;

export function figuresOf(outage: Outage): Record<string, string> {
  const { place, fault, clients, beganAt, endedAt, noticedAt, wellAt } = outage;
  const usual = latencyBetween(clients, 0, beganAt);
  const during = latencyBetween(clients, beganAt, endedAt);
  const behind = latencyBetween(clients, endedAt, Infinity);
  return {
    place: place.name,
    outage: fault.name,
    seconds: inSeconds(endedAt - beganAt),
    "answers (meanwhile)": `${clients.answers.length} (${countBetween(outage, beganAt, endedAt)})`,
    "statuses meanwhile": statusesBetween(outage, beganAt, endedAt),
    "before, p50/p99/most ms": inMs(usual),
    meanwhile: inMs(during),
    "meanwhile, without the server": inMs(latencyBetween(clients, beganAt, endedAt, "direct")),
    afterwards: inMs(behind),
    "noticed after s": noticedAt === null ? "never" : inSeconds(noticedAt - beganAt),
    "well after s": wellAt === null ? "never" : inSeconds(wellAt - endedAt),
    "stored after s": storedAfter(outage),
    "journal at most": String(mostOf(outage, "ghostllm_journal_pending_records")),
    admin: adminBetween(outage),
    "own pauses": String(clients.pauses.length),
  };
}

const inSeconds = (ms: number): string => (ms / 1_000).toFixed(1);
const inMs = ({ p50Ms, p99Ms, mostMs }: Latency): string => [p50Ms, p99Ms, mostMs].map(Math.round).join("/");

function countBetween({ clients }: Outage, from: number, to: number): number {
  return clients.answers.filter(({ sentAt }) => sentAt >= from && sentAt < to).length;
}

/** Without those to whom no key belongs. */
function statusesBetween(outage: Outage, from: number, to: number): string {
  const counts = new Map<string, number>();
  for (const who of ["rich", "poor", "limited"] as const) {
    for (const { sentAt, status, code } of answersOf(outage, who)) {
      if (sentAt < from || sentAt >= to) continue;
      const name = code === null ? String(status) : `${status} ${code}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return [...counts].map(([name, count]) => `${count} x ${name}`).join(", ");
}

function mostOf({ watch }: Outage, name: string): number {
  return Math.max(0, ...watch.metrics.map(({ values }) => values.get(name) ?? 0));
}

/** Until the journal held no more than before. */
function storedAfter({ watch, beganAt, endedAt }: Outage): string {
  const pending = "ghostllm_journal_pending_records";
  const usual = Math.max(
    0,
    ...watch.metrics.filter(({ at }) => at < beganAt).map(({ values }) => values.get(pending) ?? 0),
  );
  const found = watch.metrics.find(({ at, values }) => at > endedAt && (values.get(pending) ?? 0) <= usual);
  return found === undefined ? "later" : inSeconds(found.at - endedAt);
}

/** Statuses of the admin API meanwhile, and the longest that it took. */
function adminBetween({ watch, beganAt, endedAt }: Outage): string {
  const during = watch.admin.filter(({ at }) => at >= beganAt && at < endedAt);
  const statuses = [...new Set(during.map(({ status }) => status))].join("/");
  return `${statuses}, ${Math.round(Math.max(0, ...during.map(({ ms }) => ms)))} ms`;
}

/** As Markdown: outages beside each other, since there is more to tell of each than a line holds. */
export function tableOf(all: readonly Figures[]): string {
  const names = [...new Set(all.flatMap((figures) => Object.keys(figures)))];
  const rows = names.map((name) => [name, ...all.map((figures) => figures[name] ?? "")]);
  const write = (row: readonly string[]): string => `| ${row.join(" | ")} |`;
  const [head = [], ...rest] = rows;
  return [write(head), write(head.map(() => "---")), ...rest.map(write)].join("\n");
}
