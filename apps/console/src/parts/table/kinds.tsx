// Columns as most tables have them.

import { formatShort } from "#format/number.ts";
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
  return {
    ...kind,
    cell: (row) => (
      <span className="block max-w-72 truncate font-medium" title={kind.value(row)}>
        {kind.value(row)}
      </span>
    ),
  };
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

interface Limited {
  readonly limits: {
    readonly requests_per_minute: number | null;
    readonly tokens_per_minute: number | null;
    readonly concurrent_requests: number | null;
  };
}

/** Shown when they are chosen. */
export function limitColumns<Row extends Limited>(): readonly Column<Row>[] {
  return [
    countColumn({
      id: "rpm",
      header: "Requests / min",
      value: (row) => row.limits.requests_per_minute,
      isHidden: true,
    }),
    countColumn({ id: "tpm", header: "Tokens / min", value: (row) => row.limits.tokens_per_minute, isHidden: true }),
    countColumn({ id: "at-once", header: "At once", value: (row) => row.limits.concurrent_requests, isHidden: true }),
  ];
}
