import { useState } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { CreatedApiKey } from "#api/queries.ts";
import { Dialog } from "#parts/dialog.tsx";
import { KeyForm, toBody } from "./key-form.tsx";
import { NewKey } from "./new-key.tsx";

export function CreateKey({ onClose }: { readonly onClose: () => void }) {
  const { client } = useApi();
  const { me } = useCaller();
  const refresh = useRefresh();
  const [created, setCreated] = useState<CreatedApiKey | null>(null);
  if (created !== null) return <NewKey created={created} onClose={onClose} />;
  return (
    <Dialog isOpen title="Create a key" onClose={onClose}>
      <KeyForm
        present={null}
        action="Create key"
        onCancel={onClose}
        send={async (values) => {
          const owner = values.user_id === "" ? me.user?.id : values.user_id;
          const body = { ...toBody(values), ...(owner !== undefined && { user_id: owner }) };
          setCreated(await client.apiKeys.create({ body }));
          await refresh("keys");
        }}
      />
    </Dialog>
  );
}
