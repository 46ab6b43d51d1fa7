import { Plus } from "lucide-react";
import { useCaller } from "#api/me.ts";
import { Page } from "#frame/page.tsx";
import { Button } from "#parts/button.tsx";
import { NotAllowed } from "#parts/states.tsx";
import { Tabs } from "#parts/tabs.tsx";
import { useGo, useSearchValue } from "#parts/use-search.ts";
import { ConsentsPanel } from "./consents-panel.tsx";
import { CreatePolicy, PoliciesPanel } from "./policies-panel.tsx";

const [requests, policies] = ["Requests", "Policies"] as const;

export function ConsentsPage() {
  const { may } = useCaller();
  const go = useGo();
  const [show = requests] = useSearchValue("show");
  const [dialog, setDialog] = useSearchValue("new");
  const isAllowed = may(show === policies ? "consent_policies.read" : "consents.read");
  const tabs = may("consent_policies.read") && (
    <Tabs
      label="Part"
      names={[requests, policies]}
      chosen={show}
      onChoose={(name) => void go(name === requests ? "/consents" : `/consents?show=${name}`)}
    />
  );
  const create = may("consent_policies.create") && (
    <Button
      look="primary"
      onClick={() => (show === policies ? setDialog("policy") : void go(`/consents?show=${policies}&new=policy`))}
    >
      <Plus aria-hidden className="size-3.5" />
      Create policy
    </Button>
  );
  return (
    <Page title="Consent requests" filters={tabs} actions={create}>
      {!isAllowed && <NotAllowed />}
      {isAllowed && (show === policies ? <PoliciesPanel create={create} /> : <ConsentsPanel />)}
      {dialog === "policy" && may("consent_policies.create") && <CreatePolicy onClose={() => setDialog(undefined)} />}
    </Page>
  );
}
