import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Alias } from "#api/queries.ts";
import { BudgetLink } from "#budgets/budget-link.tsx";
import { HeldPanels } from "#budgets/held-panels.tsx";
import { Page } from "#frame/page.tsx";
import { cacheWords } from "#models/cache-words.ts";
import { PlaygroundLink } from "#models/playground-link.tsx";
import { IdCell } from "#parts/copy.tsx";
import { DeclaredPanel } from "#parts/declared.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { Removal } from "#parts/removal.tsx";
import { Loaded } from "#parts/states.tsx";
import { useChanged } from "#parts/use-changed.ts";
import { Time } from "#parts/values.tsx";
import { RequestsLink } from "#requests/requests-link.tsx";
import { AliasForm } from "./alias-form.tsx";
import { DryRunPanel } from "./dry-run-panel.tsx";
import { continuationWords, fallbackWords, hedgeWords, queueWords, retryWords, shadowWords } from "./policy-values.ts";
import { timeoutWords } from "#parts/time-limits.ts";
import { strategyName } from "./strategies.ts";
import { QueuePanel, TargetsPanel } from "./targets-panel.tsx";
import { useTeamName } from "./alias-teams.tsx";

export function AliasPage() {
  const { id = "" } = useParams({ strict: false });
  const { client, queries } = useApi();
  const { may, mayOf } = useCaller();
  const alias = useQuery({
    queryKey: ["aliases", id],
    queryFn: ({ signal }) => client.aliases.get({ params: { id } }, { signal }),
  });
  const providers = useQuery({ ...queries.providers, enabled: may("providers.read") });
  const { data } = alias;
  const remove = data?.declared === null && mayOf("aliases.remove", data.team_id) && (
    <Removal
      action="Delete alias"
      description="Clients that ask for its name are told from then on that there is no such model."
      name={data.name}
      remove={() => client.aliases.remove({ params: { id } })}
      touches={["aliases"]}
      leadsTo="/aliases"
    />
  );
  return (
    <Page title={data?.name ?? "Alias"} parent={{ title: "Aliases", path: "/aliases" }} actions={remove}>
      <Loaded query={alias}>
        {(one) => (
          <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.4fr)]">
            <div className="grid min-w-0 gap-4">
              <AliasFacts alias={one} />
              <TargetsPanel alias={one} />
              <QueuePanel alias={one} />
              <DryRunPanel key={one.name} name={one.name} />
              <HeldPanels kind="alias" held={one} teamId={one.team_id} />
            </div>
            {one.declared !== null && <DeclaredPanel place={one.declared} />}
            {one.declared === null &&
              mayOf("aliases.update", one.team_id) &&
              (may("providers.read") ? (
                <Loaded query={providers}>{() => <Settings alias={one} />}</Loaded>
              ) : (
                <Settings alias={one} />
              ))}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function AliasFacts({ alias }: { readonly alias: Alias }) {
  const { mayOf } = useCaller();
  const nameOf = useTeamName();
  const targets = alias.targets.map(({ provider, model, weight }) => {
    const name = `${provider}/${model}`;
    return alias.strategy === "weighted" ? `${name} × ${weight}` : name;
  });
  return (
    <Panel title="Alias">
      <Facts
        facts={[
          ["Asked for as", <IdCell id={alias.name} shown={alias.name} />],
          ["Team", alias.team_id === null ? "everybody" : nameOf(alias.team_id)],
          ["Ask it", <PlaygroundLink model={alias.name} />],
          [
            "Strategy",
            `${strategyName(alias.strategy)}${alias.sticky_by === null ? "" : `, the same for each ${alias.sticky_by}`}`,
          ],
          ["Kept answers", cacheWords(alias.cache)],
          ["Targets", <span className="font-mono text-xs whitespace-pre-line">{targets.join("\n")}</span>],
          ["Retries", retryWords(alias.retries)],
          ["Fallbacks", <span className="whitespace-pre-line">{fallbackWords(alias.fallbacks)}</span>],
          ["Time", timeoutWords(alias.timeouts) || "as the server has it"],
          ["Hedge", hedgeWords(alias.hedge)],
          ["Continuation", continuationWords(alias.continuation)],
          ["Shadow", shadowWords(alias.shadow)],
          ["Queue", queueWords(alias.queue)],
          ...(mayOf("usage.read", alias.team_id)
            ? [["Spending", <BudgetLink kind="alias" id={alias.id} />] as const]
            : []),
          ["Requests", <RequestsLink of="asked" id={alias.name} />],
          ["Changed", <Time at={alias.updated_at} />],
          ["Created", <Time at={alias.created_at} />],
          ["Id", <IdCell id={alias.id} />],
        ]}
      />
    </Panel>
  );
}

function Settings({ alias }: { readonly alias: Alias }) {
  const { client } = useApi();
  const changed = useChanged();
  return (
    <Panel title="Settings">
      <div className="px-4 py-3">
        <AliasForm
          key={alias.id}
          present={alias}
          action="Save changes"
          send={async (body, call) => {
            await client.aliases.update({ params: { id: alias.id }, body }, call);
            await changed(body.name, "aliases");
          }}
        />
      </div>
    </Panel>
  );
}
