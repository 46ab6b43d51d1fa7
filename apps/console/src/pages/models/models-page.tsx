import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useMemo } from "react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import { Page } from "#frame/page.tsx";
import { modelColumns } from "#models/model-columns.tsx";
import { Button } from "#parts/button.tsx";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { Table } from "#parts/table/table.tsx";
import { useGo, useSearchValue } from "#parts/use-search.ts";
import { ViewsMenu } from "#views/views-menu.tsx";
import { AddModel } from "./add-model.tsx";

export function ModelsPage() {
  const { queries } = useApi();
  const { may } = useCaller();
  const go = useGo();
  const [dialog, setDialog] = useSearchValue("new");
  const models = useQuery(queries.models);
  const columns = useMemo(modelColumns, []);
  const add = may("models.create") && (
    <Button look="primary" onClick={() => setDialog("model")}>
      <Plus aria-hidden className="size-3.5" />
      Add model
    </Button>
  );
  return (
    <Page title="Models" actions={add}>
      <Panel>
        <Loaded query={models}>
          {({ items, isWhole }) => (
            <Table
              name="models"
              tools={<ViewsMenu page="models" />}
              columns={columns}
              rows={items}
              isWhole={isWhole}
              idOf={({ id }) => id}
              onOpen={({ id }) => void go(`/models/${id}`)}
              empty={<Empty>Models come with providers: add one, and those that it lists are here.</Empty>}
            />
          )}
        </Loaded>
      </Panel>
      {dialog === "model" && may("models.create") && <AddModel onClose={() => setDialog(undefined)} />}
    </Page>
  );
}
