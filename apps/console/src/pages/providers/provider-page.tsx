import { useMutation, useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Provider } from "#api/queries.ts";
import { BudgetLink } from "#budgets/budget-link.tsx";
import { HeldPanels } from "#budgets/held-panels.tsx";
import { Page } from "#frame/page.tsx";
import { Button } from "#parts/button.tsx";
import { IdCell } from "#parts/copy.tsx";
import { DeclaredPanel } from "#parts/declared.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { Removal } from "#parts/removal.tsx";
import { Loaded, wordsOf } from "#parts/states.tsx";
import { useToast } from "#parts/toast.tsx";
import { useChanged } from "#parts/use-changed.ts";
import { useSearchValue } from "#parts/use-search.ts";
import type { Call } from "#parts/versions.ts";
import { Time } from "#parts/values.tsx";
import { RequestsLink } from "#requests/requests-link.tsx";
import { ProviderForm, toBody } from "#providers/provider-form.tsx";
import { useTrouble } from "#providers/health-strip.tsx";
import { HealthPanel } from "./health-panel.tsx";
import { ProviderModels } from "./provider-models.tsx";
import { ProviderStatus } from "./provider-status.tsx";
import { TestResult } from "#providers/test-result.tsx";

export function ProviderPage() {
  const { id = "" } = useParams({ strict: false });
  const { client } = useApi();
  const { may } = useCaller();
  const provider = useQuery({
    queryKey: ["providers", id],
    queryFn: ({ signal }) => client.providers.get({ params: { id } }, { signal }),
  });
  const { data } = provider;
  return (
    <Page
      title={data?.name ?? "Provider"}
      parent={{ title: "Providers", path: "/providers" }}
      actions={data?.declared === null && may("providers.update") && <Switch provider={data} />}
    >
      <Loaded query={provider}>
        {(one) => (
          <>
            <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)]">
              <div className="grid min-w-0 gap-4">
                <ProviderPanel provider={one} />
                {may("usage.read") && <HealthPanel provider={one} />}
                <HeldPanels kind="provider" held={one} teamId={null} />
              </div>
              {one.declared !== null ? (
                <DeclaredPanel place={one.declared} />
              ) : (
                may("providers.update") && <SettingsPanel provider={one} />
              )}
            </div>
            {may("models.read") && <ProviderModels provider={one} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Switch({ provider }: { readonly provider: Provider }) {
  const { client } = useApi();
  const refresh = useRefresh();
  const toast = useToast();
  const { id, name, enabled } = provider;
  const change = useMutation({
    mutationFn: () => client.providers.update({ params: { id }, body: { enabled: !enabled } }),
    onSuccess: async () => {
      await refresh("providers");
      toast.tell(`“${name}” is ${enabled ? "disabled: requests at it end" : "enabled"}`);
    },
    onError: (error) => toast.fail(wordsOf(error)),
  });
  return (
    <Button look={enabled ? "danger" : "primary"} isBusy={change.isPending} onClick={() => change.mutate()}>
      {enabled ? "Disable" : "Enable"}
    </Button>
  );
}

function ProviderPanel({ provider }: { readonly provider: Provider }) {
  const { client } = useApi();
  const { may, mayForAll } = useCaller();
  const { id, name } = provider;
  const trouble = useTrouble()(name);
  return (
    <Panel title="Provider">
      <Facts
        facts={[
          ["Status", <ProviderStatus {...{ provider, trouble }} />],
          ...(trouble === undefined ? [] : [["Because", trouble.text] as const]),
          ["Vendor", provider.provider_type],
          ["Base URL", <span className="font-mono text-xs">{provider.effective_base_url ?? "—"}</span>],
          ["API key", provider.has_credential ? `stored ${provider.credential_hint ?? ""}` : "none"],
          ["Added", <Time at={provider.created_at} />],
          ...(mayForAll("usage.read") ? [["Spending", <BudgetLink kind="provider" id={id} />] as const] : []),
          ["Requests", <RequestsLink of="provider" id={id} />],
          ["Id", <IdCell id={id} />],
        ]}
      />
      <div className="grid gap-3 border-t border-line px-4 py-3">
        {may("providers.test") && <Test provider={provider} />}
        {provider.declared === null && may("providers.remove") && (
          <div>
            <Removal
              action="Delete provider"
              description="Its models go with it. Usage records stay, and so do aliases that name it."
              name={name}
              remove={() => client.providers.remove({ params: { id } })}
              touches={["providers", "models"]}
              leadsTo="/providers"
            />
          </div>
        )}
      </div>
    </Panel>
  );
}

function Test({ provider: { id } }: { readonly provider: Provider }) {
  const { client } = useApi();
  const [asked, setAsked] = useSearchValue("test");
  const refresh = useRefresh();
  // One that goes well ends what rests.
  const test = useMutation({
    mutationFn: () => client.providers.test({ params: { id } }),
    onSuccess: () => refresh("targets", "notifications"),
  });
  const start = test.mutate;
  const isStarted = useRef(false);
  // A provider that was just added is tested by itself.
  useEffect(() => {
    if (asked !== "now" || isStarted.current) return;
    isStarted.current = true;
    start();
    setAsked(undefined);
  });
  return (
    <>
      <div>
        <Button isBusy={test.isPending} onClick={() => start()}>
          {test.isPending ? "Asking the vendor" : "Test"}
        </Button>
      </div>
      {test.data !== undefined && !test.isPending && <TestResult test={test.data} />}
      {test.error !== null && <p className="text-bad">{wordsOf(test.error)}</p>}
    </>
  );
}

function SettingsPanel({ provider }: { readonly provider: Provider }) {
  const { client, queries } = useApi();
  const changed = useChanged();
  const types = useQuery(queries.providerTypes);
  const send = async (values: Parameters<typeof toBody>[0], call: Call): Promise<void> => {
    const { name } = await client.providers.update({ params: { id: provider.id }, body: toBody(values) }, call);
    await changed(name, "providers", "models");
  };
  return (
    <Panel title="Settings">
      <div className="px-4 py-3">
        <Loaded query={types}>
          {(known) => (
            <ProviderForm key={provider.id} types={known} present={provider} action="Save changes" send={send} />
          )}
        </Loaded>
      </div>
    </Panel>
  );
}
