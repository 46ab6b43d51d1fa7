import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Guardrail } from "#api/queries.ts";
import { Page } from "#frame/page.tsx";
import { Button } from "#parts/button.tsx";
import { Panel } from "#parts/panel.tsx";
import { Removal } from "#parts/removal.tsx";
import { Loaded } from "#parts/states.tsx";
import { useChanged } from "#parts/use-changed.ts";
import { useTask } from "#parts/use-task.ts";
import { DryRunPanel } from "./dry-run-panel.tsx";
import { GuardrailFacts } from "./guardrail-facts.tsx";
import { GuardrailForm } from "./guardrail-form.tsx";
import { isAsked, mayWith } from "./guardrail-rights.ts";
import { NewSecret } from "./new-secret.tsx";
import type { SecretOf } from "./new-secret.tsx";

export function GuardrailPage() {
  const { id = "" } = useParams({ strict: false });
  const { queries } = useApi();
  const caller = useCaller();
  const guardrail = useQuery(queries.guardrail(id));
  const { data } = guardrail;
  return (
    <Page
      title={data?.name ?? "Guardrail"}
      parent={{ title: "Guardrails", path: "/guardrails" }}
      actions={data !== undefined && <Actions guardrail={data} />}
    >
      <Loaded query={guardrail}>
        {(one) => (
          <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.2fr)]">
            <div className="grid min-w-0 gap-4">
              <GuardrailFacts guardrail={one} />
              <DryRunPanel key={one.id} ids={[one.id]} />
            </div>
            {mayWith(caller, "guardrails.update", one) && <Settings guardrail={one} />}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

interface GuardrailProps {
  readonly guardrail: Guardrail;
}

function Actions({ guardrail }: GuardrailProps) {
  const { id, name, is_active: isActive } = guardrail;
  const { client } = useApi();
  const caller = useCaller();
  const changed = useChanged();
  const switching = useTask(async () => {
    await client.guardrails.update({ params: { id }, body: { is_active: !isActive } });
    await changed(name, "guardrails");
  });
  return (
    <>
      {mayWith(caller, "guardrails.update", guardrail) && (
        <Button onClick={() => switching.mutate()} isBusy={switching.isPending}>
          {isActive ? "Switch off" : "Switch on"}
        </Button>
      )}
      {mayWith(caller, "guardrails.remove", guardrail) && (
        <Removal
          action="Delete guardrail"
          description="It is held against nothing any more. Records of requests still tell what it has found."
          name={name}
          remove={() => client.guardrails.remove({ params: { id } })}
          touches={["guardrails"]}
          leadsTo="/guardrails"
        />
      )}
    </>
  );
}

function Settings({ guardrail }: GuardrailProps) {
  const { client } = useApi();
  const { mayForAll } = useCaller();
  const changed = useChanged();
  const [shown, setShown] = useState<SecretOf | null>(null);
  const mayAsk = mayForAll("guardrails.update");
  const params = { id: guardrail.id };
  return (
    <Panel
      title="Settings"
      actions={mayAsk && guardrail.check.kind === "webhook" && <NewSecretButton {...{ guardrail, onMade: setShown }} />}
    >
      <div className="px-4 py-3">
        <GuardrailForm
          key={guardrail.id}
          present={guardrail}
          action="Save changes"
          send={async ({ check, ...rest }, call) => {
            // Whom it asks is not everybody's to say again.
            const body = mayAsk || !isAsked(guardrail.check.kind) ? { ...rest, check } : rest;
            const { name, secret } = await client.guardrails.update({ params, body }, call);
            await changed(name, "guardrails");
            // One that is made a webhook has a new one.
            if (secret !== null) setShown({ name, secret });
          }}
        />
      </div>
      {shown !== null && <NewSecret {...shown} onClose={() => setShown(null)} />}
    </Panel>
  );
}

function NewSecretButton({ guardrail, onMade }: GuardrailProps & { readonly onMade: (made: SecretOf) => void }) {
  const { client } = useApi();
  const making = useTask(async () => {
    const { id } = guardrail;
    const { name, secret } = await client.guardrails.update({ params: { id }, body: { new_secret: true } });
    if (secret !== null) onMade({ name, secret });
  });
  return (
    <Button onClick={() => making.mutate()} isBusy={making.isPending}>
      New secret
    </Button>
  );
}
