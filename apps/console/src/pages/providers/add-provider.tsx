import { useQuery } from "@tanstack/react-query";
import { useApi, useRefresh } from "#api/api.tsx";
import { Dialog } from "#parts/dialog.tsx";
import { Loaded } from "#parts/states.tsx";
import { ProviderForm, toBody } from "#providers/provider-form.tsx";
import { useGo } from "#parts/use-search.ts";

export function AddProvider({ onClose }: { readonly onClose: () => void }) {
  const { client, queries } = useApi();
  const refresh = useRefresh();
  const go = useGo();
  const types = useQuery(queries.providerTypes);
  return (
    <Dialog isOpen title="Add a provider" onClose={onClose}>
      <Loaded query={types}>
        {(known) => (
          <ProviderForm
            types={known}
            present={null}
            action="Add provider"
            onCancel={onClose}
            send={async (values) => {
              const body = { ...toBody(values), provider_type: values.provider_type };
              const { id } = await client.providers.create({ body });
              await refresh("providers", "models");
              await go(`/providers/${id}?test=now`);
            }}
          />
        )}
      </Loaded>
    </Dialog>
  );
}
