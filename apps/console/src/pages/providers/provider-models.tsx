import { useMutation, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Provider } from "#api/queries.ts";
import { modelColumns } from "#models/model-columns.tsx";
import { plural } from "#format/number.ts";
import { Button } from "#parts/button.tsx";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded, wordsOf } from "#parts/states.tsx";
import { Table } from "#parts/table/table.tsx";
import { useToast } from "#parts/toast.tsx";
import { useGo } from "#parts/use-search.ts";

export function ProviderModels({ provider }: { readonly provider: Provider }) {
  const { queries } = useApi();
  const { may } = useCaller();
  const go = useGo();
  const models = useQuery(queries.models);
  const columns = useMemo(() => modelColumns().filter(({ id }) => id !== "provider"), []);
  const discover = may("models.create") && <Discover provider={provider} />;
  return (
    <Panel title="Models" actions={discover}>
      <Loaded query={models}>
        {({ items, isWhole }) => (
          <Table
            name="models"
            columns={columns}
            rows={items.filter(({ provider_id }) => provider_id === provider.id)}
            isWhole={isWhole}
            idOf={({ id }) => id}
            onOpen={({ id }) => void go(`/models/${id}`)}
            empty={<Empty>No model of this provider is known yet.</Empty>}
          />
        )}
      </Loaded>
    </Panel>
  );
}

function Discover({ provider: { id } }: { readonly provider: Provider }) {
  const { client } = useApi();
  const refresh = useRefresh();
  const toast = useToast();
  const discovery = useMutation({
    mutationFn: () => client.providers.discoverModels({ params: { id } }),
    onSuccess: async ({ found, added, removed, note }) => {
      await refresh("models");
      const words = `${plural(found, "model")} found: ${added} added, ${removed} removed`;
      if (note === null) toast.tell(words);
      else toast.fail(`${words}. ${note}`);
    },
    onError: (error) => toast.fail(wordsOf(error)),
  });
  return (
    <Button isBusy={discovery.isPending} onClick={() => discovery.mutate()}>
      Discover models
    </Button>
  );
}
