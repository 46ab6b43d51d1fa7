// What somebody has himself: his limits and his budget, what he is in his teams, and his keys.

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Me, Team, User } from "#api/queries.ts";
import { BudgetLink } from "#budgets/budget-link.tsx";
import { BudgetMeter } from "#budgets/budget-meter.tsx";
import { Page } from "#frame/page.tsx";
import { KeyTable } from "#keys/key-table.tsx";
import { Button } from "#parts/button.tsx";
import { limitWords } from "#parts/limit-words.ts";
import { Facts, Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { Tag } from "#parts/status.tsx";
import { useGo } from "#parts/use-search.ts";
import { ExportLink } from "#personal/export-link.tsx";
import { RequestsLink } from "#requests/requests-link.tsx";

const linkClass = "text-accent hover:underline";

export function AccountPage() {
  const { me, may } = useCaller();
  const { user } = me;
  return (
    <Page title="Your access">
      {user === null ? (
        <Panel>
          <Empty>The admin key belongs to nobody: it has no limits, no teams and no keys.</Empty>
        </Panel>
      ) : (
        <>
          <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
            <OwnFacts me={me} user={user} />
            {may("teams.read") && <OwnTeams userId={user.id} />}
          </div>
          {may("keys.read") && <OwnKeys userId={user.id} />}
          {may("users.export") && <OwnData user={user} />}
        </>
      )}
    </Page>
  );
}

function OwnFacts({ me, user }: { readonly me: Me; readonly user: User }) {
  const { may } = useCaller();
  const usage = (
    <Link to="/usage" search={{ by: "key", range: "30d" }} className={linkClass}>
      by key, of the last 30 days
    </Link>
  );
  return (
    <Panel title="Limits and budget" note="over all your keys together">
      <Facts
        facts={[
          ["Spent", <BudgetMeter spent={user.spent_usd} budget={user.budget_usd} />],
          ["Limits", limitWords(user.limits)],
          ["Budget", <BudgetLink kind="user" id={user.id} />],
          ["Usage", may("usage.read") ? usage : <span className="text-faint">—</span>],
          ["Requests", <RequestsLink of="user" id={user.id} />],
          ["Role", me.role],
          [
            "Sign-in",
            <Link to="/settings" className={linkClass}>
              password, second factor, passkeys and sessions
            </Link>,
          ],
        ]}
      />
    </Panel>
  );
}

function OwnData({ user: { id, email } }: { readonly user: User }) {
  return (
    <Panel title="Your data" actions={<ExportLink userId={id} email={email} />}>
      <p className="px-4 py-3 text-muted">
        All that is stored about you, a line each as JSON: your account, keys and sessions without their secrets,
        requests, with prompts and answers where those are stored, usage, entries of the audit log and events.
      </p>
    </Panel>
  );
}

function OwnTeams({ userId }: { readonly userId: string }) {
  const { queries } = useApi();
  const teams = useQuery(queries.teamsOfUser(userId));
  return (
    <Panel title="Teams" note="whose limits and budget hold for your keys in them">
      <Loaded query={teams}>
        {({ items }) => (
          <ul className="divide-y divide-line">
            {items.length === 0 && <li className="px-4 py-3 text-muted">You are in no team.</li>}
            {items.map((team) => (
              <OwnTeam key={team.id} team={team} />
            ))}
          </ul>
        )}
      </Loaded>
    </Panel>
  );
}

function OwnTeam({ team }: { readonly team: Team }) {
  const { me } = useCaller();
  const own = me.teams.find(({ id }) => id === team.id);
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
      <span className="min-w-0 flex-1 basis-48">
        <span className="flex items-center gap-2">
          <Link to="/teams/$id" params={{ id: team.id }} className={`truncate ${linkClass}`}>
            {team.name}
          </Link>
          {own !== undefined && <Tag>{own.role}</Tag>}
        </span>
        <span className="block text-xs text-muted">
          {limitWords(team.limits)}
          {own?.makes_keys === true && ", and you make keys of your own in it"}
        </span>
      </span>
      <BudgetMeter spent={team.spent_usd} budget={team.budget_usd} />
    </li>
  );
}

function OwnKeys({ userId }: { readonly userId: string }) {
  const { queries } = useApi();
  const { me, may } = useCaller();
  const go = useGo();
  const keys = useQuery(queries.keysOfUser(userId));
  const create = (may("keys.create") || me.teams.some(({ makes_keys: makesKeys }) => makesKeys)) && (
    <Button onClick={() => void go("/keys?new=key")}>
      <Plus aria-hidden className="size-3.5" />
      Create key
    </Button>
  );
  return (
    <Panel title="Your keys" actions={create}>
      <KeyTable
        keys={keys}
        hasTeams={may("teams.read")}
        empty={<Empty>You have no key. Whoever manages a team that you are in can let its members make keys.</Empty>}
      />
    </Panel>
  );
}
