import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { UsageSeries } from "#api/queries.ts";
import { Empty } from "#parts/states.tsx";
import { Table } from "#parts/table/table.tsx";
import type { TimeRange } from "#parts/time-range.ts";
import { useGo } from "#parts/use-search.ts";
import { groupColumns } from "./group-columns.tsx";
import type { UsageGroup } from "./group-columns.tsx";
import type { Dimension, UsageView } from "./usage-view.ts";

interface GroupsTableProps {
  readonly series: UsageSeries;
  readonly view: UsageView;
  readonly range: TimeRange;
}

export function GroupsTable({ series, view: { by, compares }, range }: GroupsTableProps) {
  const go = useGo();
  const providerIds = useProviderIds();
  const columns = useMemo(
    () => groupColumns(by, compares, Number(series.sum.total.cost_usd)),
    [by, compares, series.sum.total.cost_usd],
  );
  const rows = series.groups.filter(({ is_rest: isRest }) => !isRest);
  return (
    <Table
      name="groups"
      columns={columns}
      rows={rows}
      isWhole={series.group_count === rows.length}
      idOf={({ key }) => key.join("\n")}
      onOpen={({ key }) => void go(requestsOf(by, key, range, providerIds))}
      empty={<Empty>There were no requests in this time.</Empty>}
    />
  );
}

/** A provider is grouped by its name, and requests are found by its id. */
function useProviderIds(): ReadonlyMap<string, string> {
  const { queries } = useApi();
  const { may } = useCaller();
  const providers = useQuery({ ...queries.providers, enabled: may("providers.read") });
  return useMemo(() => new Map(providers.data?.items.map(({ id, name }) => [name, id])), [providers.data]);
}

const filters: Readonly<Record<Dimension, string>> = {
  model: "model",
  provider: "provider",
  key: "key",
  user: "user",
  team: "team",
  organisation: "organisation",
  alias: "asked",
  status: "status",
};

/** Where its requests are listed. */
function requestsOf(
  by: UsageView["by"],
  key: UsageGroup["key"],
  range: TimeRange,
  providerIds: ReadonlyMap<string, string>,
): string {
  const { from, to } = range.span();
  const search = new URLSearchParams(range.name === null ? { from, to } : { range: range.name });
  by.forEach((dimension, at) => {
    const value = key[at] ?? "";
    const given = dimension === "provider" ? providerIds.get(value) : value;
    if (given !== undefined && given !== "") search.set(filters[dimension], given);
  });
  return `/requests?${search.toString()}`;
}
