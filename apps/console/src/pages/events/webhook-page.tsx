import { useMutation, useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Webhook } from "#api/queries.ts";
import { Page } from "#frame/page.tsx";
import { Button } from "#parts/button.tsx";
import { IdCell } from "#parts/copy.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { Removal } from "#parts/removal.tsx";
import { Loaded, wordsOf } from "#parts/states.tsx";
import { Status } from "#parts/status.tsx";
import { useToast } from "#parts/toast.tsx";
import { useChanged } from "#parts/use-changed.ts";
import { Time } from "#parts/values.tsx";
import { DeliveriesPanel } from "./deliveries-panel.tsx";
import { NewSecret } from "./new-secret.tsx";
import { WebhookForm } from "./webhook-form.tsx";
import { stateOfWebhook } from "./webhook-state.ts";

export function WebhookPage() {
  const { id = "" } = useParams({ strict: false });
  const { client } = useApi();
  const webhook = useQuery({
    queryKey: ["webhooks", id],
    queryFn: ({ signal }) => client.webhooks.get({ params: { id } }, { signal }),
    refetchInterval: 5_000,
  });
  const { data } = webhook;
  return (
    <Page
      title={data?.name ?? "Webhook"}
      parent={{ title: "Events", path: "/events" }}
      actions={data !== undefined && <WebhookActions webhook={data} />}
    >
      <Loaded query={webhook}>
        {(one) => (
          <>
            <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.2fr)]">
              <WebhookFacts webhook={one} />
              <Settings webhook={one} />
            </div>
            <DeliveriesPanel webhook={one} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function WebhookActions({ webhook: { id, name } }: { readonly webhook: Webhook }) {
  const { client } = useApi();
  const { may } = useCaller();
  return (
    <>
      {may("webhooks.test") && <TestButton id={id} />}
      {may("webhooks.remove") && (
        <Removal
          action="Delete webhook"
          description="What waits for it is not sent any more."
          name={name}
          remove={() => client.webhooks.remove({ params: { id } })}
          touches={["webhooks"]}
          leadsTo="/events?show=Webhooks"
        />
      )}
    </>
  );
}

function TestButton({ id }: { readonly id: string }) {
  const { client } = useApi();
  const toast = useToast();
  const test = useMutation({
    mutationFn: () => client.webhooks.test({ params: { id } }),
    onSuccess: ({ delivered, status, error, duration_ms: ms }) => {
      if (delivered) toast.tell(`The receiver took it: HTTP ${status} after ${ms} ms`);
      else toast.fail(`The test has not arrived: ${error}`);
    },
    onError: (error) => toast.fail(wordsOf(error)),
  });
  return (
    <Button onClick={() => test.mutate()} isBusy={test.isPending}>
      Send test
    </Button>
  );
}

function WebhookFacts({ webhook }: { readonly webhook: Webhook }) {
  const { tone, word } = stateOfWebhook(webhook);
  return (
    <Panel title="Webhook">
      <Facts
        facts={[
          ["Status", <Status tone={tone}>{word}</Status>],
          ...(webhook.inactive_reason === null ? [] : [["Reason", webhook.inactive_reason] as const]),
          ...(webhook.failing_since === null ? [] : [["Failing since", <Time at={webhook.failing_since} />] as const]),
          ["To be sent", String(webhook.waiting)],
          ["Changed", <Time at={webhook.updated_at} />],
          ["Created", <Time at={webhook.created_at} />],
          ["Id", <IdCell id={webhook.id} />],
        ]}
      />
    </Panel>
  );
}

function Settings({ webhook }: { readonly webhook: Webhook }) {
  const { client } = useApi();
  const { may } = useCaller();
  const changed = useChanged();
  if (!may("webhooks.update")) return null;
  const { id } = webhook;
  return (
    <Panel title="Settings" actions={<SettingActions webhook={webhook} />}>
      <div className="px-4 py-3">
        <WebhookForm
          key={webhook.id}
          present={webhook}
          action="Save changes"
          send={async (body, call) => {
            await client.webhooks.update({ params: { id }, body }, call);
            await changed(body.name, "webhooks");
          }}
        />
      </div>
    </Panel>
  );
}

function SettingActions({ webhook: { id, name, is_active: isActive } }: { readonly webhook: Webhook }) {
  const { client } = useApi();
  const refresh = useRefresh();
  const toast = useToast();
  const [secret, setSecret] = useState<string | null>(null);
  const onError = (error: unknown): void => toast.fail(wordsOf(error));
  const rotate = useMutation({
    mutationFn: () => client.webhooks.rotateSecret({ params: { id } }),
    onSuccess: (answer) => setSecret(answer.secret),
    onError,
  });
  const toggle = useMutation({
    mutationFn: () => client.webhooks.update({ params: { id }, body: { is_active: !isActive } }),
    onSuccess: () => refresh("webhooks"),
    onError,
  });
  return (
    <>
      <Button onClick={() => rotate.mutate()} isBusy={rotate.isPending}>
        New secret
      </Button>
      <Button onClick={() => toggle.mutate()} isBusy={toggle.isPending}>
        {isActive ? "Switch off" : "Switch on"}
      </Button>
      {secret !== null && <NewSecret name={name} secret={secret} onClose={() => setSecret(null)} />}
    </>
  );
}
