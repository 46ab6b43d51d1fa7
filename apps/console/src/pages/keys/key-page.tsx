import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { ApiKey } from "#api/queries.ts";
import { Page } from "#frame/page.tsx";
import { BudgetMeter } from "#budgets/budget-meter.tsx";
import { Button } from "#parts/button.tsx";
import { IdCell } from "#parts/copy.tsx";
import { DeclaredPanel } from "#parts/declared.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { Loaded } from "#parts/states.tsx";
import { Status } from "#parts/status.tsx";
import { useChanged } from "#parts/use-changed.ts";
import { Time } from "#parts/values.tsx";
import { BudgetLink } from "#budgets/budget-link.tsx";
import { PeriodBudgetsOf } from "#budgets/period-budgets.tsx";
import { RequestsLink } from "#requests/requests-link.tsx";
import { useKeyNames } from "#keys/key-names.ts";
import { stateOf } from "#keys/key-state.ts";
import { storingWordOf } from "#parts/storing-words.ts";
import { timeoutWords } from "#parts/time-limits.ts";
import { KeyForm } from "./key-form.tsx";
import { actingWords } from "./acting-words.ts";
import { toBody, toWholeBody } from "./key-values.ts";
import { isOwn } from "./own-key.ts";
import { RenameKey } from "./rename-key.tsx";
import { RotateKey } from "./rotate-key.tsx";
import { RevokeKeys } from "./revoke-keys.tsx";

export function KeyPage() {
  const { id = "" } = useParams({ strict: false });
  const { client } = useApi();
  const { me, mayWith } = useCaller();
  const [isRevoking, setRevoking] = useState(false);
  const key = useQuery({
    queryKey: ["keys", id],
    queryFn: ({ signal }) => client.apiKeys.get({ params: { id } }, { signal }),
  });
  // What the file declares is rotated and revoked there.
  const active = key.data?.is_active === true && key.data.declared === null ? key.data : null;
  const actions = active !== null && (
    <>
      {mayWith("keys.rotate", active) && <RotateKey apiKey={active} />}
      {(mayWith("keys.revoke", active) || isOwn(me, active)) && (
        <Button look="danger" onClick={() => setRevoking(true)}>
          Revoke key
        </Button>
      )}
    </>
  );
  return (
    <Page title={key.data?.name ?? "Key"} parent={{ title: "Keys", path: "/keys" }} actions={actions}>
      <Loaded query={key}>{(one) => <KeyPanels apiKey={one} />}</Loaded>
      {isRevoking && key.data !== undefined && <RevokeKeys keys={[key.data]} onClose={() => setRevoking(false)} />}
    </Page>
  );
}

function KeyPanels({ apiKey }: { readonly apiKey: ApiKey }) {
  const { client } = useApi();
  const { me, mayForAll, mayWith } = useCaller();
  const changed = useChanged();
  const isOpen = apiKey.is_active && apiKey.declared === null;
  const mayChange = mayWith("keys.update", apiKey);
  return (
    <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)]">
      {apiKey.declared !== null && <DeclaredPanel place={apiKey.declared} className="lg:order-2" />}
      {!mayChange && isOwn(me, apiKey) && isOpen && <RenameKey key={apiKey.id} apiKey={apiKey} />}
      {mayChange && isOpen && (
        <Panel title="Settings" className="lg:order-2">
          <div className="px-4 py-3">
            <KeyForm
              key={apiKey.id}
              present={apiKey}
              action="Save changes"
              send={async (values, call) => {
                const body = mayForAll("keys.update") ? toWholeBody(values) : toBody(values);
                await client.apiKeys.update({ params: { id: apiKey.id }, body }, call);
                await changed(values.name, "keys");
              }}
            />
          </div>
        </Panel>
      )}
      <div className="grid gap-4">
        <KeyFacts apiKey={apiKey} />
        <PeriodBudgetsOf kind="key" id={apiKey.id} isDeclared={apiKey.declared !== null} />
      </div>
    </div>
  );
}

function KeyFacts({ apiKey }: { readonly apiKey: ApiKey }) {
  const { ownerOf, teamOf } = useKeyNames();
  const { tone, word } = stateOf(apiKey);
  const { previous } = apiKey;
  const { models, endpoints, addresses, acts_for: actsFor, timeouts } = apiKey.permissions;
  const owner = ownerOf(apiKey);
  return (
    <Panel title="Key">
      <Facts
        facts={[
          ["Status", <Status tone={tone}>{word}</Status>],
          ["Key", <IdCell id={apiKey.public_id} />],
          ["Owner", owner === "" ? <IdCell id={apiKey.user_id} /> : <Owner apiKey={apiKey} name={owner} />],
          ...(apiKey.team_id === null
            ? []
            : [["Team", <TeamLink id={apiKey.team_id} name={teamOf(apiKey)} />] as const]),
          ["Spent", <BudgetMeter spent={apiKey.spent_usd} budget={apiKey.budget_usd} />],
          ["Budget", <BudgetLink kind="key" id={apiKey.id} />],
          ["Models", models?.join(", ") ?? "all"],
          ["Endpoints", endpoints?.join(", ") ?? "all"],
          ["Addresses", addresses?.join(", ") ?? "all"],
          ...(timeouts === null ? [] : [["Waits", timeoutWords(timeouts)] as const]),
          ...(actsFor === null ? [] : [["Acts for", actingWords[actsFor]] as const]),
          ["Stored prompts", storingWordOf(apiKey.store_prompts)],
          ...(apiKey.tags.length === 0 ? [] : [["Tags", apiKey.tags.join(", ")] as const]),
          ...(previous === null ? [] : [["Secret of before", <Previous {...previous} />] as const]),
          ["Last used", <Time at={apiKey.last_used_at} />],
          ["Expires", <Time at={apiKey.expires_at} />],
          ["Requests", <RequestsLink of="key" id={apiKey.id} />],
          ["Created", <Time at={apiKey.created_at} />],
          ["Id", <IdCell id={apiKey.id} />],
        ]}
      />
    </Panel>
  );
}

const linkClass = "text-accent hover:underline";

function Owner({ apiKey: { owner, user_id: id }, name }: { readonly apiKey: ApiKey; readonly name: string }) {
  const { may } = useCaller();
  if (owner === "service_account")
    return (
      <Link to="/service-accounts/$id" params={{ id }} className={linkClass}>
        {name}
      </Link>
    );
  if (owner !== "user" || !may("users.read")) return name;
  return (
    <Link to="/users/$id" params={{ id }} className={linkClass}>
      {name}
    </Link>
  );
}

function TeamLink({ id, name }: { readonly id: string; readonly name: string }) {
  if (name === "") return <IdCell id={id} />;
  return (
    <Link to="/teams/$id" params={{ id }} className={linkClass}>
      {name}
    </Link>
  );
}

function Previous({ public_id: publicId, works_until: until }: NonNullable<ApiKey["previous"]>) {
  return (
    <span className="inline-flex flex-wrap items-center gap-1.5">
      <IdCell id={publicId} /> ends <Time at={until} />
    </span>
  );
}
