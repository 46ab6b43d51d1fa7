import { useQuery } from "@tanstack/react-query";
import { Download, Search } from "lucide-react";
import type { ReactNode, RefObject } from "react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { RequestRow } from "#api/queries.ts";
import { shortenId } from "#format/id.ts";
import { formatCount } from "#format/number.ts";
import { Button, IconButton } from "#parts/button.tsx";
import { saveFile } from "#parts/save-file.ts";
import { toCsv } from "#parts/table/columns.ts";
import { ColumnChooser } from "#parts/table/table-tools.tsx";
import type { TimeRange } from "#parts/time-range.ts";
import { useTyped } from "#parts/use-typed.ts";
import { ViewsMenu } from "#views/views-menu.tsx";
import type { RequestColumn } from "./request-columns.tsx";
import { requestColumns } from "./request-columns.tsx";
import { statuses } from "./request-filter.ts";
import type { FilterName, RequestView } from "./request-filter.ts";

interface FilterBarProps {
  readonly view: RequestView;
  readonly range: TimeRange;
  readonly rows: readonly RequestRow[];
  readonly shown: readonly RequestColumn[];
  readonly search: RefObject<HTMLInputElement | null>;
  readonly toggled: readonly string[];
  readonly onToggled: (toggled: readonly string[]) => void;
}

export function FilterBar({ view, range, rows, shown, search, toggled, onToggled }: FilterBarProps) {
  const isFiltered = Object.keys(view.filter).length > 0;
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2">
      <IdSearch view={view} field={search} />
      <Choices view={view} range={range} />
      {isFiltered && (
        <Button look="quiet" onClick={view.clear}>
          Clear
        </Button>
      )}
      <ViewsMenu page="requests" />
      <span className="ml-auto flex">
        <ColumnChooser columns={requestColumns} view={{ toggled }} changeView={(next) => onToggled(next.toggled)} />
        <IconButton
          label={`Download the ${formatCount(rows.length)} requests read so far as CSV`}
          icon={<Download />}
          onClick={() => saveFile("requests.csv", "text/csv", toCsv(rows, shown))}
        />
      </span>
    </div>
  );
}

function IdSearch({ view, field }: { readonly view: RequestView; readonly field: FilterBarProps["search"] }) {
  const [typed, setTyped] = useTyped(view.filter.id ?? "", (id) => view.setFilter("id", id.trim()));
  return (
    <label className="relative w-full min-w-0 sm:w-44">
      <span className="sr-only">Request id</span>
      <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-3.5 text-faint" />
      <input
        ref={field}
        type="search"
        value={typed}
        placeholder="Request id"
        spellCheck={false}
        className="h-(--control) w-full rounded-sm border border-line-strong bg-surface pr-7 pl-8"
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
    </label>
  );
}

type Choice = readonly [value: string, label: string];

const statusWords: Readonly<Record<(typeof statuses)[number], string>> = {
  ok: "ok",
  failed: "not ok",
  error: "error",
  client_abort: "client left",
  timeout: "timeout",
  shutdown: "shutdown",
};
const statusChoices = statuses.map((status): Choice => [status, statusWords[status]]);
const streamedChoices: readonly Choice[] = [
  ["true", "streamed"],
  ["false", "not streamed"],
];

function Choices({ view, range }: Pick<FilterBarProps, "view" | "range">) {
  const { may } = useCaller();
  const { queries } = useApi();
  const models = useOccurring("model", range);
  const keys = useOccurring("key", range);
  const users = useOccurring("user", range);
  const providers = useQuery({ ...queries.providers, enabled: may("providers.read") });
  const providerChoices = providers.data?.items.map(({ id, name }): Choice => [id, name]) ?? [];
  return (
    <>
      <Select name="model" all="All models" choices={models} view={view} />
      <Select name="asked" all="Any name asked for" choices={[]} view={view} />
      <Select name="provider" all="All providers" choices={providerChoices} view={view} />
      <Select name="user" all="All users" choices={users} view={view} />
      <Select name="key" all="All keys" choices={keys} view={view} />
      <Select name="status" all="Any status" choices={statusChoices} view={view} />
      <Select name="streamed" all="Streamed or not" choices={streamedChoices} view={view} />
    </>
  );
}

/** Those that made, or answered, requests in this time, the busiest first. */
function useOccurring(dimension: "model" | "key" | "user", range: TimeRange): readonly Choice[] {
  const { queries } = useApi();
  const query = { group_by: dimension, bucket: "none", order_by: "requests", top: 200 } as const;
  const series = useQuery({ ...queries.series(["choices", range.key], query, range.span), staleTime: 60_000 });
  return (
    series.data?.groups.flatMap(({ key: [value = ""], labels: [label = ""] }): Choice[] =>
      value === "" ? [] : [[value, label]],
    ) ?? []
  );
}

interface SelectProps {
  readonly name: FilterName;
  readonly all: string;
  readonly choices: readonly Choice[];
  readonly view: RequestView;
}

/** Absent where there is nothing to choose. */
function Select({ name, all, choices, view }: SelectProps): ReactNode {
  const chosen = view.filter[name] ?? "";
  const isKnown = chosen === "" || choices.some(([value]) => value === chosen);
  if (choices.length < 2 && chosen === "") return null;
  return (
    <select
      aria-label={all}
      value={chosen}
      onChange={(event) => view.setFilter(name, event.target.value)}
      className={`h-(--control) max-w-36 rounded-sm border bg-surface px-2 ${chosen === "" ? "border-line-strong text-muted" : "border-accent text-text"}`}
    >
      <option value="">{all}</option>
      {!isKnown && (
        <option value={chosen}>
          {name === "key" || name === "user" || name === "provider" ? shortenId(chosen) : chosen}
        </option>
      )}
      {choices.map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
}
