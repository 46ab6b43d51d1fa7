// Columns as most tables have them.

import { formatCap } from "#format/money.ts";
import { formatShort } from "#format/number.ts";
import { DeclaredMark } from "#parts/declared.tsx";
import { windowLimits } from "#parts/limit-names.ts";
import type { LimitName, Limits } from "#parts/limit-names.ts";
import { Time } from "#parts/values.tsx";
import type { Column } from "./columns.ts";

interface Kind<Row, Value> {
  readonly id: string;
  readonly header: string;
  readonly value: (row: Row) => Value;
  readonly isHidden?: true;
}

/** What a row is called. */
export function nameColumn<Row>(kind: Kind<Row, string>): Column<Row> {
  return { ...kind, cell: (row) => <NameCell name={kind.value(row)} /> };
}

/** The same of what the configuration file may declare. */
export function declarableNameColumn<Row extends { readonly declared: string | null }>(
  kind: Kind<Row, string>,
): Column<Row> {
  return {
    ...kind,
    cell: (row) => (
      <span className="flex items-center gap-2">
        <NameCell name={kind.value(row)} />
        <DeclaredMark place={row.declared} />
      </span>
    ),
  };
}

function NameCell({ name }: { readonly name: string }) {
  return (
    <span className="block max-w-72 truncate font-medium" title={name}>
      {name}
    </span>
  );
}

export function textColumn<Row>(kind: Kind<Row, string>): Column<Row> {
  return {
    ...kind,
    cell: (row) => (
      <span className="block max-w-64 truncate text-muted" title={kind.value(row)}>
        {kind.value(row)}
      </span>
    ),
  };
}

export function timeColumn<Row>(kind: Kind<Row, string | null>): Column<Row> {
  return {
    ...kind,
    cell: (row) => (
      <span className="text-muted">
        <Time at={kind.value(row)} />
      </span>
    ),
  };
}

export function countColumn<Row>(kind: Kind<Row, number | null>): Column<Row> {
  return {
    ...kind,
    isNumber: true,
    cell: (row) => {
      const count = kind.value(row);
      return count === null ? <span className="text-faint">—</span> : formatShort(count);
    },
  };
}

/** Shown when they are chosen. */
export function limitColumns<Row extends { readonly limits: Limits }>(): readonly Column<Row>[] {
  const column = (id: LimitName, header: string): Column<Row> => ({
    ...countColumn<Row>({ id: columnIds[id] ?? id, header, value: ({ limits }) => numberOf(limits[id]) }),
    isHidden: true,
  });
  const ofCost = (id: LimitName, header: string): Column<Row> => ({
    ...column(id, header),
    cell: ({ limits }) => {
      const most = limits[id];
      return most === null ? <span className="text-faint">—</span> : formatCap(String(most));
    },
  });
  return [
    ...windowLimits.map(({ thing, limit, label }) => (thing === "cost_usd" ? ofCost : column)(limit, label)),
    column("concurrent_requests", "At once"),
  ];
}

/** As they are in the URL, and in views that were saved. */
const columnIds: Readonly<Partial<Record<LimitName, string>>> = {
  ...{ requests_per_minute: "rpm", tokens_per_minute: "tpm", concurrent_requests: "at-once" },
};

function numberOf(value: string | number | null): number | null {
  return value === null ? null : Number(value);
}
