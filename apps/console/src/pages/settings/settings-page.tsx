import { permissions } from "@ghostllm/contract";
import type { Permission } from "@ghostllm/contract";
import type { ReactNode } from "react";
import { useCaller } from "#api/me.ts";
import { Page } from "#frame/page.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { NotAllowed } from "#parts/states.tsx";
import { Tag } from "#parts/status.tsx";
import { Tabs } from "#parts/tabs.tsx";
import { themes, useTheme } from "#parts/theme.tsx";
import { useSearchValue } from "#parts/use-search.ts";
import { Time } from "#parts/values.tsx";
import { SessionsList } from "#sessions/sessions-list.tsx";
import { BackupsSection } from "./backups-section.tsx";
import { CertificatesPanel } from "./certificates-panel.tsx";
import { ConfigurationPanel } from "./configuration-panel.tsx";
import { PricesPanel } from "./prices-panel.tsx";
import { PasskeysPanel } from "./passkeys-panel.tsx";
import { PasswordPanel } from "./password-panel.tsx";
import { ScimSection } from "./scim-section.tsx";
import { SecondFactorPanel } from "./second-factor-panel.tsx";
import { SignInSection } from "./sign-in-section.tsx";
import { SystemPanels } from "./system-panels.tsx";

const themeNames = { system: "As the system", light: "Light", dark: "Dark" } as const;

export function SettingsPage() {
  const { may } = useCaller();
  const [chosen, choose] = useSearchValue("show");
  const refused = allSections.find(({ name, needs }) => name === chosen && needs !== null && !may(needs));
  const sections = allSections.filter(({ needs }) => needs === null || may(needs));
  const shown = sections.find(({ name }) => name === chosen) ?? sections[0];
  const tabs = sections.length > 1 && (
    <Tabs
      label="Part"
      names={sections.map(({ name }) => name)}
      chosen={refused === undefined ? (shown?.name ?? "") : ""}
      onChoose={(name) => choose(name === sections[0]?.name ? undefined : name)}
    />
  );
  return (
    <Page title="Settings" filters={tabs}>
      {refused === undefined ? shown?.render() : <NotAllowed />}
    </Page>
  );
}

interface Section {
  readonly name: string;
  readonly needs: Permission | null;
  readonly render: () => ReactNode;
}

const allSections: readonly Section[] = [
  { name: "You", needs: null, render: () => <You /> },
  { name: "Sign-in", needs: "sign_in_methods.read", render: () => <SignInSection /> },
  { name: "SCIM", needs: "scim.read", render: () => <ScimSection /> },
  { name: "System", needs: "status.read", render: () => <SystemPanels /> },
  { name: "Certificates", needs: "certificates.read", render: () => <CertificatesPanel /> },
  { name: "Configuration", needs: "configuration.read", render: () => <ConfigurationPanel /> },
  { name: "Backups", needs: "backups.read", render: () => <BackupsSection /> },
  { name: "Prices", needs: "prices.read", render: () => <PricesPanel /> },
];

function You() {
  const { me } = useCaller();
  return (
    <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
      <Session />
      {me.user?.has_password === true && <SecondFactorPanel />}
      {me.user?.has_password === true && <PasskeysPanel />}
      {me.user !== null && (
        <Panel title="Your sessions">
          <SessionsList userId={me.user.id} />
        </Panel>
      )}
      {me.user?.has_password === true && <PasswordPanel />}
      <Permissions />
      <Appearance />
    </div>
  );
}

function Appearance() {
  const { theme, choose } = useTheme();
  return (
    <Panel title="Appearance">
      <div className="px-4 py-3">
        <Tabs
          label="Theme"
          names={themes.map((one) => themeNames[one])}
          chosen={themeNames[theme]}
          onChoose={(name) => choose(themes.find((one) => themeNames[one] === name) ?? "system")}
        />
      </div>
    </Panel>
  );
}

function Session() {
  const { me } = useCaller();
  return (
    <Panel title="You">
      <Facts
        facts={[
          ["Signed in as", me.user?.email ?? "the admin key"],
          ["Role", me.role],
          ["Session ends", <Time at={me.expires_at} />],
        ]}
      />
    </Panel>
  );
}

/** As the server has computed them. */
function Permissions() {
  const { me } = useCaller();
  const known = Object.entries(permissions) as readonly (readonly [Permission, string])[];
  const granted = known.filter(([name]) => me.permissions[name] !== undefined);
  return (
    <Panel title="What you may do" note={me.role}>
      <ul className="max-h-[320px] overflow-y-auto py-1.5" tabIndex={0} aria-label="Permissions">
        {granted.map(([name, words]) => (
          <li key={name} className="flex items-baseline gap-3 px-4 py-1">
            <span className="min-w-0 flex-1">{words.replaceAll("`", "")}</span>
            {me.permissions[name] === "own" && <Tag>your own</Tag>}
            <span className="font-mono text-xs text-muted">{name}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
