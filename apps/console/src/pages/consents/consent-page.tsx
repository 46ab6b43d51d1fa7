import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Consent } from "#api/queries.ts";
import { formatCount } from "#format/number.ts";
import { Page } from "#frame/page.tsx";
import { IdCell } from "#parts/copy.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { Loaded } from "#parts/states.tsx";
import { Status, Tag } from "#parts/status.tsx";
import { Time } from "#parts/values.tsx";
import { askerOf, classWord, costOf, modelOf, stateOf } from "./consent-words.ts";
import { DecidedPanel } from "./decided-panel.tsx";
import { DecisionPanel } from "./decision-panel.tsx";

type Fact = readonly [name: string, value: ReactNode];

export function ConsentPage() {
  const { id = "" } = useParams({ strict: false });
  const { queries } = useApi();
  const consent = useQuery(queries.consent(id));
  const title = consent.data === undefined ? "Request" : modelOf(consent.data);
  return (
    <Page title={title} parent={{ title: "Consent requests", path: "/consents" }}>
      <Loaded query={consent}>
        {(one) => (
          <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)]">
            <ConsentFacts consent={one} />
            {one.status === "pending" ? <DecisionPanel key={one.id} consent={one} /> : <DecidedPanel consent={one} />}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function ConsentFacts({ consent }: { readonly consent: Consent }) {
  const { tone, word } = stateOf(consent.status);
  const { key_name: keyName, key_id: keyId, team_id: teamId } = consent;
  return (
    <Panel title="Request" note="what is in it is not stored">
      <Facts
        facts={[
          ["Status", <Status tone={tone}>{word}</Status>],
          ["Who asks", askerOf(consent)],
          ["Key", <Somewhere path={`/keys/${keyId}`} needs="keys.read" name={keyName ?? "a key that is gone"} />],
          ...(teamId === null ? [] : [["Team", <TeamName id={teamId} />] as const]),
          ["Model", modelOf(consent)],
          ["Operation", `${consent.operation} by ${consent.dialect}`],
          ["Costs at most", consent.cost_usd === null ? "nobody can say" : costOf(consent)],
          ["Prompt", `${formatCount(consent.prompt_tokens)} tokens at most`],
          ["Personal data", <Found consent={consent} />],
          ["Held by", <Policies consent={consent} />],
          ["Asked", <Time at={consent.created_at} />],
          untilFact(consent),
          ["First request", <IdCell id={consent.request_id} />],
          ["Fingerprint", <IdCell id={consent.fingerprint} />],
          ["Id", <IdCell id={consent.id} />],
        ]}
      />
    </Panel>
  );
}

const untilNames: Readonly<Record<string, string>> = { pending: "Waits until", expired: "Was over" };

function untilFact({ status, ends_at: end }: Consent): Fact {
  return [untilNames[status] ?? "Counts until", <Time at={end} />];
}

interface SomewhereProps {
  readonly path: string;
  readonly needs: "keys.read" | "consent_policies.read";
  readonly name: string;
}

/** A link for whoever may follow it. */
function Somewhere({ path, needs, name }: SomewhereProps) {
  const { may } = useCaller();
  if (!may(needs)) return name;
  return (
    <Link to={path} className="text-accent hover:underline">
      {name}
    </Link>
  );
}

function TeamName({ id }: { readonly id: string }) {
  const { queries } = useApi();
  const { may } = useCaller();
  const { data } = useQuery({ ...queries.team(id), enabled: may("teams.read") });
  if (data === undefined) return <IdCell id={id} />;
  return (
    <Link to="/teams/$id" params={{ id }} className="text-accent hover:underline">
      {data.name}
    </Link>
  );
}

const deeds: Readonly<Record<string, string>> = { block: "refused", mask: "masked", replace: "replaced" };

function Found({ consent: { privacy } }: { readonly consent: Consent }) {
  if (privacy.length === 0) return <span className="text-faint">none found</span>;
  return (
    <ul>
      {privacy.map(({ class: name, action, count }) => (
        <li key={`${name} ${action}`}>
          {classWord(name)}: {formatCount(count)} <Tag>{deeds[action] ?? action}</Tag>
        </li>
      ))}
    </ul>
  );
}

function Policies({ consent: { policies } }: { readonly consent: Consent }) {
  return (
    <ul>
      {policies.map(({ id, name }) => (
        <li key={id}>
          <Somewhere path={`/consents/policies/${id}`} needs="consent_policies.read" name={name} />
        </li>
      ))}
    </ul>
  );
}
