import { Button } from "#parts/button.tsx";
import { formatCount } from "#format/number.ts";
import { pageSize } from "./columns.ts";
import type { View } from "./columns.ts";

/** `keys` -> `key`, `aliases` -> `alias`. */
function singularOf(name: string): string {
  return name.replace(/(?<=s)es$|s$/, "");
}

interface TableFootProps {
  readonly name: string;
  readonly view: View;
  readonly changeView: (change: Partial<View>) => void;
  /** How many rows are before the page. */
  readonly first: number;
  /** How many the filter leaves, of how many. */
  readonly count: number;
  readonly of: number;
  readonly isWhole: boolean;
}

export function TableFoot({ name, view, changeView, first, count, of, isWhole }: TableFootProps) {
  const whole = isWhole ? formatCount(of) : `over ${formatCount(of)}`;
  const found = count === of ? whole : `${formatCount(count)} of ${whole}`;
  const last = Math.min(count, first + pageSize);
  const page = Math.floor(first / pageSize) + 1;
  return (
    <footer className="flex min-h-[41px] flex-wrap items-center gap-2 border-t border-line px-4 py-1.5 text-muted">
      <span>
        {found} {of === 1 ? singularOf(name) : name}
      </span>
      <span className="flex-1" />
      {count > pageSize && (
        <>
          <span>
            {formatCount(first + 1)}–{formatCount(last)}
          </span>
          <Button disabled={first === 0} onClick={() => changeView({ ...view, page: page - 1 })}>
            Previous
          </Button>
          <Button disabled={last >= count} onClick={() => changeView({ ...view, page: page + 1 })}>
            Next
          </Button>
        </>
      )}
    </footer>
  );
}
