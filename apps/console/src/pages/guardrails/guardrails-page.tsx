import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import type { ReactNode } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import { Page } from "#frame/page.tsx";
import { Button } from "#parts/button.tsx";
import { Dialog } from "#parts/dialog.tsx";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded, NotAllowed } from "#parts/states.tsx";
import { Table } from "#parts/table/table.tsx";
import { Tabs } from "#parts/tabs.tsx";
import { useToast } from "#parts/toast.tsx";
import { useGo, useSearchValue } from "#parts/use-search.ts";
import { ViewsMenu } from "#views/views-menu.tsx";
import { DryRunPanel } from "./dry-run-panel.tsx";
import { guardrailColumns } from "./guardrail-columns.tsx";
import { GuardrailForm } from "./guardrail-form.tsx";
import { mayCreate } from "./guardrail-rights.ts";
import { NewSecret } from "./new-secret.tsx";
import type { SecretOf } from "./new-secret.tsx";

const [list, dryRun] = ["Guardrails", "Dry run"] as const;

export function GuardrailsPage() {
  const caller = useCaller();
  const [show = list, setShow] = useSearchValue("show");
  const [dialog, setDialog] = useSearchValue("new");
  const create = mayCreate(caller) && (
    <Button look="primary" onClick={() => setDialog("guardrail")}>
      <Plus aria-hidden className="size-3.5" />
      Create guardrail
    </Button>
  );
  const tabs = caller.may("guardrails.read") && (
    <Tabs
      label="Part"
      names={[list, dryRun]}
      chosen={show}
      onChoose={(name) => setShow(name === list ? undefined : name)}
    />
  );
  return (
    <Page title="Guardrails" filters={tabs} actions={create}>
      {!caller.may("guardrails.read") && <NotAllowed />}
      {caller.may("guardrails.read") &&
        (show === dryRun ? <DryRunPanel ids={null} /> : <GuardrailList create={create} />)}
      {dialog === "guardrail" && mayCreate(caller) && <CreateGuardrail onClose={() => setDialog(undefined)} />}
    </Page>
  );
}

function GuardrailList({ create }: { readonly create: ReactNode }) {
  const { queries } = useApi();
  const go = useGo();
  const guardrails = useQuery(queries.guardrails);
  return (
    <Panel>
      <Loaded query={guardrails}>
        {({ items, isWhole }) => (
          <Table
            name="guardrails"
            tools={<ViewsMenu page="guardrails" />}
            columns={guardrailColumns}
            rows={items}
            isWhole={isWhole}
            idOf={({ id }) => id}
            onOpen={({ id }) => void go(`/guardrails/${id}`)}
            empty={
              <Empty action={create}>
                A guardrail looks at requests before a vendor is asked, and at answers before the client is told.
              </Empty>
            }
          />
        )}
      </Loaded>
    </Panel>
  );
}

function CreateGuardrail({ onClose }: { readonly onClose: () => void }) {
  const { client } = useApi();
  const refresh = useRefresh();
  const toast = useToast();
  const go = useGo();
  const [created, setCreated] = useState<(SecretOf & { readonly id: string }) | null>(null);
  if (created !== null) return <NewSecret {...created} onClose={() => void go(`/guardrails/${created.id}`)} />;
  return (
    <Dialog
      isOpen
      title="Create a guardrail"
      description="It is held against requests, answers or both within a second, whichever way they are asked for and told."
      onClose={onClose}
    >
      <GuardrailForm
        present={null}
        action="Create guardrail"
        onCancel={onClose}
        send={async (body) => {
          const { id, name, secret } = await client.guardrails.create({ body });
          await refresh("guardrails");
          toast.tell(`“${name}” is created, and in force`);
          if (secret === null) await go(`/guardrails/${id}`);
          else setCreated({ id, name, secret });
        }}
      />
    </Dialog>
  );
}
