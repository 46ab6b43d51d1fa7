// Only the rows in sight are in the page, however many have been read.

import { memo, useEffect } from "react";
import type { RefObject } from "react";
import { ArrowDown, ArrowUp } from "lucide-react";
import type { RequestRow } from "#api/queries.ts";
import type { RequestColumn } from "./request-columns.tsx";
import type { RequestView } from "./request-filter.ts";
import { rowHeight } from "./use-window.ts";
import type { RowWindow } from "./use-window.ts";

interface RequestTableProps {
  readonly rows: readonly RequestRow[];
  readonly shown: readonly RequestColumn[];
  readonly seen: RowWindow;
  readonly body: RefObject<HTMLTableSectionElement | null>;
  readonly onOpen: (id: string) => void;
  readonly view: RequestView;
  readonly query: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly isFetchNextPageError: boolean;
    fetchNextPage(): Promise<unknown>;
  };
}

/** Read on when so many rows are left below what is in sight. */
const readAhead = 60;

export function RequestTable({ rows, shown, seen, body, onOpen, view, query }: RequestTableProps) {
  const end = Math.min(seen.end, rows.length);
  const first = Math.min(seen.first, Math.max(0, end - 1));
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError } = query;
  const isNearEnd = hasNextPage && !isFetchingNextPage && !isFetchNextPageError && end > rows.length - readAhead;
  useEffect(() => {
    if (isNearEnd) void query.fetchNextPage();
  });
  return (
    <table className="w-full table-fixed border-separate border-spacing-0" style={{ minWidth: widthOf(shown) }}>
      <Heads shown={shown} view={view} />
      <Gap rows={first} />
      <tbody
        ref={body}
        onClick={({ target }) => {
          if (!(target instanceof Element) || target.closest("a, button") !== null) return;
          const id = target.closest("tr")?.dataset["id"];
          if (id !== undefined) onOpen(id);
        }}
      >
        {rows.slice(first, end).map((row) => (
          <Row key={row.id} row={row} shown={shown} />
        ))}
      </tbody>
      <Gap rows={rows.length - end} />
      {hasNextPage && <More {...query} columns={shown.length} />}
    </table>
  );
}

const widthOfFlexible = 150;

function widthOf(shown: readonly RequestColumn[]): number {
  return shown.reduce((sum, { width = widthOfFlexible }) => sum + width, 0);
}

function Gap({ rows }: { readonly rows: number }) {
  if (rows <= 0) return null;
  return (
    <tbody aria-hidden>
      <tr>
        <td style={{ height: rows * rowHeight }} />
      </tr>
    </tbody>
  );
}

function More({ columns, ...query }: RequestTableProps["query"] & { readonly columns: number }) {
  return (
    <tbody>
      <tr>
        <td colSpan={columns} className="h-(--row) px-4 text-muted">
          {query.isFetchNextPageError ? (
            <button type="button" className="text-bad underline" onClick={() => void query.fetchNextPage()}>
              Older requests could not be read. Try again
            </button>
          ) : (
            "Reading older requests"
          )}
        </td>
      </tr>
    </tbody>
  );
}

const Row = memo(function Row({ row, shown }: { readonly row: RequestRow; readonly shown: readonly RequestColumn[] }) {
  return (
    <tr data-id={row.id} tabIndex={-1} className="cursor-pointer outline-none hover:bg-hover focus:bg-selected">
      {shown.map(({ id, cell, isNumber }) => (
        <td
          key={id}
          className={`h-(--row) border-b border-line px-2.5 whitespace-nowrap first:pl-4 last:pr-4 ${isNumber === true ? "text-right" : ""}`}
        >
          {cell(row)}
        </td>
      ))}
    </tr>
  );
});

function Heads({ shown, view }: Pick<RequestTableProps, "shown" | "view">) {
  return (
    <thead>
      <tr>
        {shown.map((column) => (
          <Head key={column.id} column={column} view={view} />
        ))}
      </tr>
    </thead>
  );
}

interface HeadProps {
  readonly column: RequestColumn;
  readonly view: RequestView;
}

function Head({ column: { header, width, isNumber, order }, view }: HeadProps) {
  const isSorted = order === view.order.by;
  const { isAscending } = view.order;
  const Arrow = isAscending ? ArrowUp : ArrowDown;
  const side = isNumber === true ? "text-right" : "text-left";
  return (
    <th
      scope="col"
      style={{ width }}
      aria-sort={isSorted ? (isAscending ? "ascending" : "descending") : undefined}
      className={`sticky top-0 z-10 h-[30px] border-b border-line bg-surface px-2.5 text-xs font-medium whitespace-nowrap text-faint first:pl-4 last:pr-4 ${side}`}
    >
      {order === undefined ? (
        header
      ) : (
        <button
          type="button"
          className={`inline-flex items-center gap-1 rounded-sm hover:text-text ${isSorted ? "text-text" : ""}`}
          onClick={() => view.setOrder({ by: order, isAscending: isSorted && !isAscending })}
        >
          {header}
          {isSorted && <Arrow aria-hidden className="size-3" />}
        </button>
      )}
    </th>
  );
}
