import { ArrowDown, ArrowUp } from "lucide-react";
import type { Column, View } from "./columns.ts";

interface TableHeadProps<Row> {
  readonly shown: readonly Column<Row>[];
  readonly view: View;
  readonly changeView: (change: Partial<View>) => void;
  readonly isSelectable: boolean;
}

/** Up, down, and as it came. */
function nextOrder(id: string, { sort, isDescending }: View): Partial<View> {
  if (sort !== id) return { sort: id, isDescending: false };
  return isDescending ? { sort: null, isDescending: false } : { sort: id, isDescending: true };
}

export function TableHead<Row>({ shown, view, changeView, isSelectable }: TableHeadProps<Row>) {
  return (
    <thead>
      <tr className="border-b border-line">
        {isSelectable && (
          <th className="w-8 pl-4">
            <span className="sr-only">Selected</span>
          </th>
        )}
        {shown.map(({ id, header, isNumber, isUnsorted }) => {
          const isSorted = view.sort === id;
          const Arrow = view.isDescending ? ArrowDown : ArrowUp;
          return (
            <th
              key={id}
              scope="col"
              aria-sort={isSorted ? (view.isDescending ? "descending" : "ascending") : undefined}
              className={`h-[30px] px-2.5 text-xs font-medium whitespace-nowrap text-faint first:pl-4 last:pr-4 ${isNumber === true ? "text-right" : "text-left"}`}
            >
              {isUnsorted === true ? (
                header
              ) : (
                <button
                  type="button"
                  className={`inline-flex items-center gap-1 rounded-sm hover:text-text ${isSorted ? "text-text" : ""}`}
                  onClick={() => changeView(nextOrder(id, view))}
                >
                  {header}
                  {isSorted && <Arrow aria-hidden className="size-3" />}
                </button>
              )}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}
