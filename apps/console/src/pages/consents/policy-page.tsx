import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { ConsentPolicy } from "#api/queries.ts";
import { plural } from "#format/number.ts";
import { Page } from "#frame/page.tsx";
import { useHolderName } from "#holders/holder-name.ts";
import { Button } from "#parts/button.tsx";
import { IdCell } from "#parts/copy.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { Removal } from "#parts/removal.tsx";
import { Loaded } from "#parts/states.tsx";
import { Status } from "#parts/status.tsx";
import { useChanged } from "#parts/use-changed.ts";
import { useTask } from "#parts/use-task.ts";
import { Time } from "#parts/values.tsx";
import { PolicyForm } from "./policy-form.tsx";
import { conditionsOf } from "./policy-words.ts";

export function ConsentPolicyPage() {
  const { id = "" } = useParams({ strict: false });
  const { queries } = useApi();
  const { may } = useCaller();
  const policy = useQuery(queries.consentPolicy(id));
  const { data } = policy;
  return (
    <Page
      title={data?.name ?? "Policy"}
      parent={{ title: "Consent requests", path: "/consents", search: { show: "Policies" } }}
      actions={data !== undefined && <Actions policy={data} />}
    >
      <Loaded query={policy}>
        {(one) => (
          <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.2fr)]">
            <PolicyFacts policy={one} />
            {may("consent_policies.update") && <Settings policy={one} />}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Actions({ policy: { id, name, is_active: isActive } }: { readonly policy: ConsentPolicy }) {
  const { client } = useApi();
  const { may } = useCaller();
  const changed = useChanged();
  const switching = useTask(async () => {
    await client.consentPolicies.update({ params: { id }, body: { is_active: !isActive } });
    await changed(name, "consent-policies");
  });
  return (
    <>
      {may("consent_policies.update") && (
        <Button onClick={() => switching.mutate()} isBusy={switching.isPending}>
          {isActive ? "Switch off" : "Switch on"}
        </Button>
      )}
      {may("consent_policies.remove") && (
        <Removal
          action="Delete policy"
          description="It holds nothing any more. What it has held stays in the list."
          name={name}
          remove={() => client.consentPolicies.remove({ params: { id } })}
          touches={["consent-policies"]}
          leadsTo="/consents?show=Policies"
        />
      )}
    </>
  );
}

function PolicyFacts({ policy }: { readonly policy: ConsentPolicy }) {
  const holder = useHolderName(policy.applies_to);
  const { is_active: isActive, valid_minutes: minutes } = policy;
  return (
    <Panel title="Policy">
      <Facts
        facts={[
          ["State", <Status tone={isActive ? "good" : "off"}>{isActive ? "on" : "off: it holds nothing"}</Status>],
          ["Applies to", holder],
          ["Holds what", <Conditions policy={policy} />],
          ["A decision counts", plural(minutes, "minute")],
          ["Created", <Time at={policy.created_at} />],
          ["Changed", <Time at={policy.updated_at} />],
          ["Id", <IdCell id={policy.id} />],
        ]}
      />
    </Panel>
  );
}

function Conditions({ policy }: { readonly policy: ConsentPolicy }) {
  const conditions = conditionsOf(policy);
  if (conditions.length === 0) return "every request";
  return (
    <ul>
      {conditions.map((words, index) => (
        <li key={words}>
          {index > 0 && <span className="text-faint">and </span>}
          {words}
        </li>
      ))}
    </ul>
  );
}

function Settings({ policy }: { readonly policy: ConsentPolicy }) {
  const { client } = useApi();
  const changed = useChanged();
  return (
    <Panel title="Settings">
      <div className="px-4 py-3">
        <PolicyForm
          key={policy.id}
          present={policy}
          action="Save changes"
          send={async (body, call) => {
            await client.consentPolicies.update({ params: { id: policy.id }, body }, call);
            await changed(body.name, "consent-policies");
          }}
        />
      </div>
    </Panel>
  );
}
