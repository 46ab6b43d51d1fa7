// The aliases whose answers are kept, with what that has saved.

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useApi } from "#api/api.tsx";
import type { Alias, UsageSeries } from "#api/queries.ts";
import { formatMoney } from "#format/money.ts";
import { formatDuration } from "#format/time.ts";
import { cacheScopeWords, isCacheScope } from "#models/cache-words.ts";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import type { Column } from "#parts/table/columns.ts";
import { countColumn, nameColumn } from "#parts/table/kinds.tsx";
import { Table } from "#parts/table/table.tsx";
import { useGo } from "#parts/use-search.ts";

interface KeptPanelProps {
  readonly savings: UsageSeries | undefined;
}

export function KeptPanel({ savings }: KeptPanelProps) {
  const { queries } = useApi();
  const go = useGo();
  const aliases = useQuery(queries.aliases);
  const columns = useMemo(() => columnsOf(savings), [savings]);
  return (
    <Panel title="Aliases whose answers are kept">
      <Loaded query={aliases}>
        {({ items, isWhole }) => (
          <Table
            name="aliases"
            columns={columns}
            rows={items.filter(({ cache }) => cache !== null)}
            isWhole={isWhole}
            idOf={({ id }) => id}
            onOpen={({ id }) => void go(`/aliases/${id}`)}
            empty={
              <Empty
                action={
                  <Link to="/aliases" className="text-accent hover:underline">
                    To the aliases
                  </Link>
                }
              >
                No alias has its answers kept. That is said on the page of an alias.
              </Empty>
            }
          />
        )}
      </Loaded>
    </Panel>
  );
}

function columnsOf(savings: UsageSeries | undefined): readonly Column<Alias>[] {
  const totals = new Map(savings?.groups.map(({ key, total }) => [key[0] ?? "", total]));
  const savedBy = ({ name }: Alias): number => Number(totals.get(name)?.saved_usd ?? 0);
  return [
    nameColumn({ id: "name", header: "Alias", value: ({ name }) => name }),
    {
      id: "ttl",
      header: "Kept for",
      value: ({ cache }) => cache?.ttl_seconds ?? null,
      cell: ({ cache }) => <span className="text-muted">{formatDuration((cache?.ttl_seconds ?? 0) * 1000)}</span>,
    },
    {
      id: "scope",
      header: "Told again within",
      value: ({ cache }) => scopeWords(cache?.scope ?? ""),
      cell: ({ cache }) => <span className="text-muted">{scopeWords(cache?.scope ?? "")}</span>,
    },
    {
      id: "semantic",
      header: "By meaning",
      value: ({ cache }) => cache?.semantic?.threshold ?? null,
      cell: ({ cache }) => <span className="text-muted">{meaningWords(cache?.semantic?.threshold ?? null)}</span>,
    },
    ...(savings === undefined
      ? []
      : [
          countColumn<Alias>({
            ...{ id: "requests", header: "Requests" },
            value: ({ name }) => totals.get(name)?.requests ?? 0,
          }),
          {
            ...{ id: "saved", header: "Saved", isNumber: true as const, value: savedBy },
            cell: (alias: Alias) => formatMoney(savedBy(alias)),
          },
          {
            ...{ id: "spent", header: "Spent", isNumber: true as const },
            value: ({ name }: Alias) => Number(totals.get(name)?.cost_usd ?? 0),
            cell: ({ name }: Alias) => formatMoney(totals.get(name)?.cost_usd ?? 0),
          },
        ]),
  ];
}

function meaningWords(threshold: number | null): string {
  return threshold === null ? "no" : `from ${threshold}`;
}

function scopeWords(scope: string): string {
  return isCacheScope(scope) ? cacheScopeWords[scope] : scope;
}
