import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Budget, Budgets } from "#api/queries.ts";
import { Page } from "#frame/page.tsx";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { pageSize } from "#parts/table/columns.ts";
import { Table } from "#parts/table/table.tsx";
import { useView } from "#parts/table/use-view.ts";
import { useGo } from "#parts/use-search.ts";
import { ViewsMenu } from "#views/views-menu.tsx";
import { budgetColumns } from "./budget-columns.tsx";
import { BudgetFilter } from "./budget-filter.tsx";
import { useBudgetView } from "./budget-view.ts";
import type { BudgetView } from "./budget-view.ts";

/** A link may be to a page that is no more: the last one stands for it. */
function useLastPage(count: number): void {
  const [{ page }, change] = useView();
  const last = Math.max(1, Math.ceil(count / pageSize));
  useEffect(() => {
    if (page > last) change({ page: last });
  });
}

/** As many as the server tells at once. */
const most = 1_000;

export function BudgetsPage() {
  const { queries } = useApi();
  const view = useBudgetView();
  const budgets = useQuery(queries.budgets(view.query));
  return (
    <Page title="Budgets & limits">
      <Panel>
        <Loaded query={budgets}>{(data) => <List budgets={data} view={view} />}</Loaded>
      </Panel>
    </Page>
  );
}

function List({
  budgets: { data, count, total, counts },
  view,
}: {
  readonly budgets: Budgets;
  readonly view: BudgetView;
}) {
  const { client } = useApi();
  const { mayForAll } = useCaller();
  const go = useGo();
  const knowsOthers = mayForAll("usage.read");
  useLastPage(count);
  const columns = useMemo(() => budgetColumns(knowsOthers), [knowsOthers]);
  const readAll = async () => {
    const rows: Budget[] = [];
    let page: Budgets;
    do {
      page = await client.budgets.list({ query: { ...view.query, limit: most, offset: rows.length } });
      rows.push(...page.data);
    } while (page.data.length > 0 && rows.length < page.count);
    return rows;
  };
  return (
    <Table
      name="budgets"
      columns={columns}
      rows={data}
      isWhole
      served={{ count, of: total, readAll }}
      idOf={({ kind, id }) => `${kind}/${id}`}
      onOpen={({ kind, id }) => void go(`/budgets/${kind}/${id}`)}
      tools={
        <>
          <BudgetFilter view={view} counts={counts} />
          <ViewsMenu page="budgets" />
        </>
      }
      empty={<Empty>Whoever has a key has a budget and limits here, or could have them.</Empty>}
    />
  );
}
