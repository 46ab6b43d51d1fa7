import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useMemo } from "react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import { Page } from "#frame/page.tsx";
import { Button } from "#parts/button.tsx";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { Table } from "#parts/table/table.tsx";
import { useGo, useSearchValue } from "#parts/use-search.ts";
import { ViewsMenu } from "#views/views-menu.tsx";
import { useStrips, useTrouble } from "#providers/health-strip.tsx";
import { AddProvider } from "./add-provider.tsx";
import { providerColumns } from "./provider-columns.tsx";

const mostStrips = 100;

export function ProvidersPage() {
  const { queries } = useApi();
  const { may } = useCaller();
  const go = useGo();
  const [dialog, setDialog] = useSearchValue("new");
  const providers = useQuery(queries.providers);
  const columns = useColumns();
  const add = may("providers.create") && (
    <Button look="primary" onClick={() => setDialog("provider")}>
      <Plus aria-hidden className="size-3.5" />
      Add provider
    </Button>
  );
  return (
    <Page title="Providers" actions={add}>
      <Panel>
        <Loaded query={providers}>
          {({ items, isWhole }) => (
            <Table
              name="providers"
              tools={<ViewsMenu page="providers" />}
              columns={columns}
              rows={items}
              isWhole={isWhole}
              idOf={({ id }) => id}
              onOpen={({ id }) => void go(`/providers/${id}`)}
              empty={
                <Empty action={add}>
                  A provider is a vendor, or a server of your own, whose models clients ask for.
                </Empty>
              }
            />
          )}
        </Loaded>
      </Panel>
      {dialog === "provider" && may("providers.create") && <AddProvider onClose={() => setDialog(undefined)} />}
    </Page>
  );
}

function useColumns() {
  const { queries } = useApi();
  const { may } = useCaller();
  const types = useQuery(queries.providerTypes);
  const models = useQuery({ ...queries.models, enabled: may("models.read") });
  const mayUsage = may("usage.read");
  const strips = useStrips(mostStrips, { isWanted: mayUsage }).data?.groups;
  const troubleOf = useTrouble();
  return useMemo(() => {
    const modelCounts = new Map<string, number>();
    for (const { provider_id: id } of models.data?.items ?? []) modelCounts.set(id, (modelCounts.get(id) ?? 0) + 1);
    return providerColumns({
      ...{ types: new Map(types.data?.map((type) => [type.type, type])), modelCounts, troubleOf },
      strips: mayUsage ? new Map(strips?.map((group) => [group.key[0] ?? "", group])) : null,
    });
  }, [types.data, models.data, strips, mayUsage, troubleOf]);
}
