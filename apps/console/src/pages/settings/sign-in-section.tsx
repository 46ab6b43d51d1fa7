// How people sign in: by a password, and at issuers.

import { useQuery } from "@tanstack/react-query";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { SignInMethod } from "#api/queries.ts";
import { Button } from "#parts/button.tsx";
import { CopyButton } from "#parts/copy.tsx";
import { Dialog } from "#parts/dialog.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { Status } from "#parts/status.tsx";
import { Table } from "#parts/table/table.tsx";
import { nameColumn, textColumn, timeColumn } from "#parts/table/kinds.tsx";
import type { Column } from "#parts/table/columns.ts";
import { useGo, useSearchValue } from "#parts/use-search.ts";
import { MethodForm } from "./method-form.tsx";

const columns: readonly Column<SignInMethod>[] = [
  nameColumn({ id: "name", header: "Name", value: ({ label }) => label }),
  {
    id: "state",
    header: "State",
    value: ({ is_active: isActive }) => (isActive ? "on" : "off"),
    cell: ({ is_active: isActive }) => <Status tone={isActive ? "good" : "off"}>{isActive ? "on" : "off"}</Status>,
  },
  textColumn({ id: "issuer", header: "Issuer", value: ({ issuer }) => issuer }),
  textColumn({ id: "domains", header: "New users", value: ({ provision_domains: domains }) => domainWords(domains) }),
  textColumn({
    id: "groups",
    header: "Groups",
    value: ({ group_roles: roles, group_teams: teams }) =>
      [...new Set([...roles, ...teams].map(({ group }) => group))].join(", "),
  }),
  timeColumn({ id: "changed", header: "Changed", value: ({ updated_at: at }) => at }),
];

function domainWords(domains: readonly string[]): string {
  if (domains.length === 0) return "made by hand";
  return domains.includes("*") ? "anybody" : `of ${domains.join(", ")}`;
}

export function SignInSection() {
  const { may } = useCaller();
  const [dialog, setDialog] = useSearchValue("new");
  return (
    <>
      <PasswordFacts />
      <IssuersPanel onAdd={() => setDialog("issuer")} />
      {dialog === "issuer" && may("sign_in_methods.create") && <AddIssuer onClose={() => setDialog(undefined)} />}
    </>
  );
}

const askedOf: Readonly<Record<string, string>> = {
  admins:
    "Asked of whoever may change what is everybody's, and wanted of whoever has set one up. The issuer sees to its own",
  all: "Asked of everybody who signs in with a password. The issuer sees to its own",
};

/** As the configuration has it, for whoever may see that. */
function useAskedOf(): string | undefined {
  const { queries } = useApi();
  const { may } = useCaller();
  const configuration = useQuery({ ...queries.configuration, enabled: may("configuration.read") });
  const found = configuration.data?.settings.find(({ path }) => path === "sign_in.require_second_factor");
  return askedOf[String(found?.value)];
}

function PasswordFacts() {
  const asked = useAskedOf();
  return (
    <Panel title="Password">
      <Facts
        facts={[
          ["Who", "Every user who has one, by the e-mail address"],
          ["Second factor", asked ?? "Wanted of whoever has set one up, in Settings, You. The issuer sees to its own"],
        ]}
      />
    </Panel>
  );
}

function IssuersPanel({ onAdd }: { readonly onAdd: () => void }) {
  const { queries } = useApi();
  const { may } = useCaller();
  const go = useGo();
  const methods = useQuery(queries.signInMethods);
  const add = may("sign_in_methods.create") && (
    <Button look="primary" onClick={onAdd}>
      Add issuer
    </Button>
  );
  return (
    <Panel title="Issuers" note="OpenID Connect" actions={add}>
      <Loaded query={methods}>
        {({ items, isWhole }) => (
          <Table
            name="issuers"
            columns={columns}
            rows={items}
            isWhole={isWhole}
            idOf={({ id }) => id}
            onOpen={({ id }) => void go(`/settings/sign-in/${id}`)}
            empty={
              <Empty>At an issuer people sign in as they do everywhere else: Keycloak, Entra ID, Google, Okta.</Empty>
            }
          />
        )}
      </Loaded>
    </Panel>
  );
}

function AddIssuer({ onClose }: { readonly onClose: () => void }) {
  const { client } = useApi();
  const refresh = useRefresh();
  const go = useGo();
  return (
    <Dialog
      isOpen
      title="Add an issuer"
      description="First register a web application there, with the authorisation code flow. It may lead back to:"
      onClose={onClose}
    >
      <div className="mb-3.5">
        <ReturnAddresses />
      </div>
      <MethodForm
        present={null}
        action="Add issuer"
        onCancel={onClose}
        send={async (body) => {
          const { id } = await client.signInMethods.create({ body });
          await refresh("sign-in-methods", "sign-in");
          await go(`/settings/sign-in/${id}`);
        }}
      />
    </Dialog>
  );
}

/** What the issuer has to be told. */
export function ReturnAddresses() {
  const { consoleUrl } = useApi();
  const addresses = [
    ["After signing in", `${consoleUrl}/sign-in/return`],
    ["After signing out", `${consoleUrl}/sign-in`],
  ] as const;
  return (
    <dl className="grid gap-1.5 rounded-sm border border-line bg-sunken px-3 py-2">
      {addresses.map(([name, address]) => (
        <div key={name} className="sm:flex sm:items-center sm:gap-2">
          <dt className="w-28 shrink-0 text-xs text-muted">{name}</dt>
          <dd className="flex min-w-0 flex-1 items-center gap-1">
            <code className="min-w-0 flex-1 font-mono text-xs break-all">{address}</code>
            <CopyButton text={address} label={`Copy address ${name.toLowerCase()}`} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
