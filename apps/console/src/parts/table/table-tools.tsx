import { useMutation } from "@tanstack/react-query";
import { Columns3, Download, Search } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ReactNode, RefObject } from "react";
import { IconButton } from "#parts/button.tsx";
import { saveFile } from "#parts/save-file.ts";
import { wordsOf } from "#parts/states.tsx";
import { useToast } from "#parts/toast.tsx";
import { useTyped } from "#parts/use-typed.ts";
import { menuClass, menuItemClass } from "#parts/menu-look.ts";
import { toCsv } from "./columns.ts";
import type { Column, View } from "./columns.ts";

interface TableToolsProps<Row> {
  readonly name: string;
  readonly columns: readonly Column<Row>[];
  readonly shown: readonly Column<Row>[];
  /** All that the filter leaves. */
  readonly readRows: () => Promise<readonly Row[]>;
  readonly view: View;
  readonly changeView: (change: Partial<View>) => void;
  readonly filter: RefObject<HTMLInputElement | null>;
  readonly tools: ReactNode;
  readonly children: ReactNode;
}

export function TableTools<Row>(props: TableToolsProps<Row>) {
  const { name, columns, shown, readRows, view, changeView } = props;
  const toast = useToast();
  const download = useMutation({
    mutationFn: readRows,
    onSuccess: (rows) => saveFile(`${name}.csv`, "text/csv", toCsv(rows, shown)),
    onError: (error) => toast.fail(wordsOf(error)),
  });
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2">
      <Filter {...props} />
      {props.tools}
      {props.children}
      <span className="hidden flex-1 sm:block" />
      <ColumnChooser {...{ columns, view, changeView }} />
      <IconButton label="Download as CSV" icon={<Download />} onClick={() => download.mutate()} />
    </div>
  );
}

function Filter<Row>({ name, view, changeView, filter }: TableToolsProps<Row>) {
  const [typed, setTyped] = useTyped(view.filter, (words) => changeView({ filter: words }));
  return (
    <label className="relative max-w-[260px] min-w-0 flex-1">
      <span className="sr-only">Filter {name}</span>
      <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-3.5 text-faint" />
      <input
        ref={filter}
        type="search"
        value={typed}
        placeholder={`Filter ${name}`}
        className="h-(--control) w-full rounded-sm border border-line-strong bg-surface pr-7 pl-8"
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      {typed === "" && (
        <kbd
          aria-hidden
          className="absolute top-1.5 right-2 rounded-[4px] border border-line px-1 font-mono text-xs text-faint"
        >
          /
        </kbd>
      )}
    </label>
  );
}

interface ColumnChooserProps<Row> {
  readonly columns: readonly Column<Row>[];
  readonly view: Pick<View, "toggled">;
  readonly changeView: (change: Pick<View, "toggled">) => void;
}

export function ColumnChooser<Row>({ columns, view, changeView }: ColumnChooserProps<Row>) {
  const { toggled } = view;
  const toggle = (id: string): void =>
    changeView({ toggled: toggled.includes(id) ? toggled.filter((one) => one !== id) : [...toggled, id] });
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <IconButton label="Choose columns" icon={<Columns3 />} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Content align="end" sideOffset={4} className={menuClass}>
        {columns.map(({ id, header, isHidden }) => (
          <DropdownMenu.CheckboxItem
            key={id}
            className={menuItemClass}
            checked={(isHidden === true) === toggled.includes(id)}
            onCheckedChange={() => toggle(id)}
            onSelect={(event) => event.preventDefault()}
          >
            <span className="w-4 shrink-0">
              <DropdownMenu.ItemIndicator>✓</DropdownMenu.ItemIndicator>
            </span>
            {header}
          </DropdownMenu.CheckboxItem>
        ))}
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  );
}
