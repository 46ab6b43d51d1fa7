import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import { Dialog } from "#parts/dialog.tsx";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { Table } from "#parts/table/table.tsx";
import { useGo } from "#parts/use-search.ts";
import type { ReactNode } from "react";
import { NewSecret } from "./new-secret.tsx";
import { webhookColumns } from "./webhook-columns.tsx";
import { WebhookForm } from "./webhook-form.tsx";

export function WebhooksPanel({ create }: { readonly create: ReactNode }) {
  const { queries } = useApi();
  const go = useGo();
  const webhooks = useQuery(queries.webhooks);
  return (
    <Panel>
      <Loaded query={webhooks}>
        {({ items, isWhole }) => (
          <Table
            name="webhooks"
            columns={webhookColumns}
            rows={items}
            isWhole={isWhole}
            idOf={({ id }) => id}
            onOpen={({ id }) => void go(`/events/webhooks/${id}`)}
            empty={<Empty action={create}>A webhook tells another program what happens here.</Empty>}
          />
        )}
      </Loaded>
    </Panel>
  );
}

export function CreateWebhook({ onClose }: { readonly onClose: () => void }) {
  const { client } = useApi();
  const refresh = useRefresh();
  const [created, setCreated] = useState<{ readonly name: string; readonly secret: string } | null>(null);
  if (created !== null) return <NewSecret {...created} onClose={onClose} />;
  return (
    <Dialog isOpen title="Create a webhook" onClose={onClose}>
      <WebhookForm
        present={null}
        action="Create webhook"
        onCancel={onClose}
        send={async (body) => {
          setCreated(await client.webhooks.create({ body }));
          await refresh("webhooks");
        }}
      />
    </Dialog>
  );
}
