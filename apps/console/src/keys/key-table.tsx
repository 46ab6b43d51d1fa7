import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { ApiKey, WholeList } from "#api/queries.ts";
import { Loaded } from "#parts/states.tsx";
import { Table } from "#parts/table/table.tsx";
import type { Selection } from "#parts/table/table.tsx";
import { useGo } from "#parts/use-search.ts";
import { keyColumns } from "./key-columns.tsx";
import { useKeyNames } from "./key-names.ts";

interface KeyTableProps {
  readonly keys: UseQueryResult<WholeList<ApiKey>>;
  /** Keys of several teams are among them. */
  readonly hasTeams?: boolean;
  readonly tools?: ReactNode;
  readonly empty: ReactNode;
  readonly selectionActions?: ((selection: Selection<ApiKey>) => ReactNode) | undefined;
}

export function KeyTable({ keys, hasTeams = false, ...rest }: KeyTableProps) {
  const go = useGo();
  const names = useKeyNames();
  return (
    <Loaded query={keys}>
      {({ items, isWhole }) => (
        <Table
          name="keys"
          columns={keyColumns(names, hasTeams)}
          rows={items}
          isWhole={isWhole}
          idOf={({ id }) => id}
          onOpen={({ id }) => void go(`/keys/${id}`)}
          {...rest}
        />
      )}
    </Loaded>
  );
}
