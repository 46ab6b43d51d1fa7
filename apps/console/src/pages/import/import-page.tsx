import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import { Page } from "#frame/page.tsx";
import { CodeBlock, Panel } from "#parts/panel.tsx";
import { NotAllowed, wordsOf } from "#parts/states.tsx";
import { Tabs } from "#parts/tabs.tsx";
import { OutcomePanels } from "./outcome-panels.tsx";
import { gateways, runImport, type Gateway, type Outcome, type Source } from "./run-import.ts";
import { SourceForm } from "./source-form.tsx";

const nothing = { text: "", variables: "", name: "portkey", model: "" };

/** What another gateway has: first what would become of it, then it is carried out. */
export function ImportPage() {
  const { may } = useCaller();
  const [gateway, setGateway] = useState<Gateway>("LiteLLM");
  if (!may("imports.run"))
    return (
      <Page title="Import">
        <NotAllowed />
      </Page>
    );
  return (
    <Page
      title="Import"
      filters={
        <Tabs
          label="Gateway"
          names={gateways}
          chosen={gateway}
          onChoose={(name) => setGateway(gateways.find((one) => one === name) ?? "LiteLLM")}
        />
      }
    >
      {gateway === "one-api" ? <OfDatabases /> : <Wizard key={gateway} gateway={gateway} />}
    </Page>
  );
}

/** Which databases there are is known where they can be reached. */
function OfDatabases() {
  return (
    <Panel title="By the command line">
      <div className="grid gap-3 px-4 py-3">
        <p className="text-muted">
          What one-api and new-api have is in their database, which a browser cannot reach. The command line reads it,
          and says the same of each thing that it finds; with --apply it is carried out.
        </p>
        <CodeBlock
          label="Command"
          code={"ghostllm import one-api one-api.db\nghostllm import one-api postgres://USER@HOST/oneapi"}
        />
      </div>
    </Panel>
  );
}

function Wizard({ gateway }: { readonly gateway: Gateway }) {
  const [source, setSource] = useState<Source>({ gateway, ...nothing });
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const running = useRun(source, setOutcome);
  // What was said is of another source.
  const change = (next: Partial<Source>): void => {
    setSource((before) => ({ ...before, ...next }));
    setOutcome(null);
    running.reset();
  };
  return (
    <>
      <SourceForm
        source={source}
        onChange={change}
        isBusy={running.isPending}
        onTry={() => running.mutate(false)}
        error={running.error === null ? undefined : wordsOf(running.error)}
      />
      {outcome !== null && (
        <OutcomePanels outcome={outcome} isBusy={running.isPending} onApply={() => running.mutate(true)} />
      )}
    </>
  );
}

function useRun(source: Source, onDone: (outcome: Outcome) => void) {
  const { client } = useApi();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (isApplied: boolean) => runImport(client, source, isApplied),
    onSuccess: async (outcome) => {
      onDone(outcome);
      if (outcome.changes.isApplied) await refresh("providers", "models", "aliases");
    },
  });
}
