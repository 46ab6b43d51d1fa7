import type { UsageSeries } from "#api/queries.ts";
import { formatMoney } from "#format/money.ts";
import { formatCount, formatShare, formatShort } from "#format/number.ts";
import { formatDuration } from "#format/time.ts";
import type { Column } from "#parts/table/columns.ts";
import { formatGrowth, growthOf } from "./change.ts";
import { errorsOf } from "./usage-figures.tsx";
import type { Dimension, UsageView } from "./usage-view.ts";

export type UsageGroup = UsageSeries["groups"][number];
type GroupColumn = Column<UsageGroup>;

const headers: Readonly<Record<Dimension, string>> = {
  model: "Model",
  provider: "Provider",
  key: "Key",
  team: "Team",
  organisation: "Organisation",
  user: "User",
  alias: "Asked for",
  status: "Status",
};

interface NumberKind {
  readonly id: string;
  readonly header: string;
  readonly isHidden?: true;
}

function number(
  kind: NumberKind,
  value: (group: UsageGroup) => number | null,
  show: (value: number) => string,
): GroupColumn {
  const cell = (group: UsageGroup) => {
    const known = value(group);
    return known === null ? <span className="text-faint">—</span> : show(known);
  };
  return { ...kind, isNumber: true, value, cell };
}

export function groupColumns(by: UsageView["by"], compares: boolean, wholeCost: number): readonly GroupColumn[] {
  return [
    ...by.map((dimension, at) => labelColumn(dimension, at)),
    number({ id: "spend", header: "Spend" }, ({ total }) => Number(total.cost_usd), formatMoney),
    ...(compares ? [changeColumn] : []),
    number({ id: "share", header: "Of all" }, ({ total }) => shareOf(Number(total.cost_usd), wholeCost), formatShare),
    ...counted,
  ];
}

function labelColumn(dimension: Dimension, at: number): GroupColumn {
  const value = ({ labels }: UsageGroup): string => labels[at] ?? "";
  const look = dimension === "model" || dimension === "alias" ? "font-mono text-xs" : "";
  return {
    ...{ id: dimension, header: headers[dimension], value },
    cell: (group) => (
      <span className={`block max-w-64 truncate ${look}`} title={value(group)}>
        {value(group) || "none"}
      </span>
    ),
  };
}

const changeColumn: GroupColumn = {
  ...{ id: "change", header: "Change", isNumber: true },
  value: ({ total, previous }) => growthOf(Number(total.cost_usd), costOf(previous)),
  cell: ({ total, previous }) => (
    <span className="text-muted" title={previous === null ? undefined : `$${previous.cost_usd} in the period before`}>
      {formatGrowth(Number(total.cost_usd), costOf(previous))}
    </span>
  ),
};

function costOf(measures: UsageGroup["previous"]): number | undefined {
  return measures === null ? undefined : Number(measures.cost_usd);
}

function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

const counted: readonly GroupColumn[] = [
  number({ id: "requests", header: "Requests" }, ({ total }) => total.requests, formatCount),
  number({ id: "errors", header: "Errors" }, ({ total }) => errorsOf(total), formatShare),
  number({ id: "input", header: "Input" }, ({ total }) => total.prompt_tokens, formatShort),
  number(
    { id: "cached", header: "Cached" },
    ({ total }) => shareOf(total.cached_tokens, total.prompt_tokens),
    formatShare,
  ),
  number({ id: "output", header: "Output" }, ({ total }) => total.completion_tokens, formatShort),
  number({ id: "saved", header: "Saved", isHidden: true }, ({ total }) => Number(total.saved_usd), formatMoney),
  number(
    { id: "per-request", header: "Per request", isHidden: true },
    ({ total }) => shareOf(Number(total.cost_usd), total.requests),
    formatMoney,
  ),
  number({ id: "p50", header: "p50", isHidden: true }, ({ total }) => total.latency_ms?.p50 ?? null, formatDuration),
  number({ id: "p95", header: "p95" }, ({ total }) => total.latency_ms?.p95 ?? null, formatDuration),
  number({ id: "first", header: "First token p95" }, ({ total }) => total.ttft_ms?.p95 ?? null, formatDuration),
];
