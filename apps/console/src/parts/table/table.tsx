// The table of every list: filter, order, page and columns are in the URL, and all of it can be done by the keyboard. A list that is
// read whole is arranged here; a longer one by the server, which is asked for what the URL says.

import { useRef, useState } from "react";
import type { ReactNode, RefObject } from "react";
import { Empty } from "#parts/states.tsx";
import { arrange, pageSize, shownColumns } from "./columns.ts";
import type { Column, View } from "./columns.ts";
import { TableFoot } from "./table-foot.tsx";
import { TableHead } from "./table-head.tsx";
import { TableTools } from "./table-tools.tsx";
import { useRowKeys } from "./use-row-keys.ts";
import { useView } from "./use-view.ts";

export interface Selection<Row> {
  readonly rows: readonly Row[];
  clear(): void;
}

/** Of rows that are a page already, as the server has filtered and sorted them. */
export interface Served<Row> {
  /** How many the filter leaves, of how many. */
  readonly count: number;
  readonly of: number;
  /** All that the filter leaves. */
  readonly readAll: () => Promise<readonly Row[]>;
}

interface TableProps<Row> {
  /** Of what it lists, in the plural: "keys". */
  readonly name: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** False where there are more than those. */
  readonly isWhole: boolean;
  readonly served?: Served<Row>;
  readonly idOf: (row: Row) => string;
  readonly onOpen?: (row: Row) => void;
  /** What can be done with what is selected; without it nothing is. */
  readonly selectionActions?: ((selection: Selection<Row>) => ReactNode) | undefined;
  /** Beside the filter. */
  readonly tools?: ReactNode;
  /** Where there are no rows at all. */
  readonly empty: ReactNode;
}

export function Table<Row>(props: TableProps<Row>) {
  const { name, columns, rows, idOf, onOpen, selectionActions } = props;
  const [view, changeView] = useView();
  const { selected, toggle, clear } = useSelected(selectionActions !== undefined);
  const filter = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const shown = shownColumns(columns, view);
  const { page, first, count, of, readRows } = pageOf(props, view);
  const open = (id: string): void => {
    const row = page.find((one) => idOf(one) === id);
    if (row !== undefined) onOpen?.(row);
  };
  useRowKeys({ filter, body, onSelect: toggle, onOpen: open });
  if (of === 0) return <>{props.empty}</>;
  const chosen = rows.filter((row) => selected.has(idOf(row)));
  const isSelectable = selectionActions !== undefined;
  return (
    <>
      <TableTools {...{ name, columns, view, changeView, filter, shown, readRows }} tools={props.tools}>
        {chosen.length > 0 && (
          <span className="flex items-center gap-2">
            <span className="text-muted">{chosen.length} selected</span>
            {selectionActions?.({ rows: chosen, clear })}
          </span>
        )}
      </TableTools>
      <TableBody
        {...{ body, page, shown, view, changeView, isSelectable, selected, toggle, open, idOf }}
        canOpen={onOpen !== undefined}
      />
      {page.length === 0 && <Empty>Nothing matches{view.filter === "" ? "" : ` “${view.filter}”`}.</Empty>}
      <TableFoot {...{ name, view, changeView, first, count, of }} isWhole={props.isWhole} />
    </>
  );
}

interface TableBodyProps<Row> {
  readonly body: RefObject<HTMLTableSectionElement | null>;
  readonly page: readonly Row[];
  readonly shown: readonly Column<Row>[];
  readonly view: View;
  readonly changeView: (change: Partial<View>) => void;
  readonly isSelectable: boolean;
  readonly selected: ReadonlySet<string>;
  readonly canOpen: boolean;
  readonly toggle: (id: string) => void;
  readonly open: (id: string) => void;
  readonly idOf: (row: Row) => string;
}

function TableBody<Row>({ body, page, shown, view, changeView, idOf, selected, ...rest }: TableBodyProps<Row>) {
  return (
    <div className="relative overflow-x-auto">
      <table className="w-full border-collapse">
        <TableHead {...{ shown, view, changeView }} isSelectable={rest.isSelectable} />
        <tbody ref={body}>
          {page.map((row) => {
            const id = idOf(row);
            return <TableRow key={id} {...{ row, id, shown }} {...rest} isSelected={selected.has(id)} />;
          })}
        </tbody>
      </table>
    </div>
  );
}

interface ShownPage<Row> extends Omit<Served<Row>, "readAll"> {
  readonly page: readonly Row[];
  /** How many rows are before it. */
  readonly first: number;
  readonly readRows: () => Promise<readonly Row[]>;
}

function pageOf<Row>({ rows, columns, served }: TableProps<Row>, view: View): ShownPage<Row> {
  if (served !== undefined) {
    const { count, of, readAll } = served;
    return { page: rows, first: (view.page - 1) * pageSize, count, of, readRows: readAll };
  }
  const arranged = arrange(rows, columns, view);
  const first = firstOfPage(view.page, arranged.length);
  const page = arranged.slice(first, first + pageSize);
  return { page, first, count: arranged.length, of: rows.length, readRows: async () => arranged };
}

/** The last page stands for all that are behind it. */
function firstOfPage(page: number, count: number): number {
  return (Math.min(page, Math.max(1, Math.ceil(count / pageSize))) - 1) * pageSize;
}

function useSelected(isSelectable: boolean) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string): void => {
    if (!isSelectable) return;
    setSelected((before) => new Set(before.has(id) ? [...before].filter((one) => one !== id) : [...before, id]));
  };
  return { selected, toggle, clear: () => setSelected(new Set()) };
}

interface TableRowProps<Row> {
  readonly row: Row;
  readonly id: string;
  readonly shown: readonly Column<Row>[];
  readonly isSelectable: boolean;
  readonly isSelected: boolean;
  readonly canOpen: boolean;
  readonly toggle: (id: string) => void;
  readonly open: (id: string) => void;
}

/** What is in a row and can be pressed by itself. */
const ownControls = "a, button, input, select, label";

function TableRow<Row>({ row, id, shown, isSelectable, isSelected, canOpen, toggle, open }: TableRowProps<Row>) {
  return (
    <tr
      data-id={id}
      tabIndex={-1}
      aria-selected={isSelectable ? isSelected : undefined}
      className={`border-b border-line outline-none last:border-0 hover:bg-hover focus:bg-selected ${isSelected ? "bg-selected" : ""} ${canOpen ? "cursor-pointer" : ""}`}
      onClick={({ target }) => {
        if (target instanceof Element && target.closest(ownControls) === null) open(id);
      }}
    >
      {isSelectable && (
        <td className="h-(--row) w-8 pl-4">
          <input
            type="checkbox"
            aria-label="Select"
            className="block size-3.5 accent-accent"
            checked={isSelected}
            onChange={() => toggle(id)}
          />
        </td>
      )}
      {shown.map(({ id: column, cell, isNumber }) => (
        <td
          key={column}
          className={`h-(--row) px-2.5 whitespace-nowrap first:pl-4 last:pr-4 ${isNumber === true ? "text-right" : ""}`}
        >
          {cell(row)}
        </td>
      ))}
    </tr>
  );
}
