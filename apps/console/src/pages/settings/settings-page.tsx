import { permissions } from "@ghostllm/contract";
import type { Permission } from "@ghostllm/contract";
import type { ReactNode } from "react";
import { useCaller } from "#api/me.ts";
import type { Caller } from "#api/me.ts";
import { Page } from "#frame/page.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { Tag } from "#parts/status.tsx";
import { Tabs } from "#parts/tabs.tsx";
import { themes, useTheme } from "#parts/theme.tsx";
import { useSearchValue } from "#parts/use-search.ts";
import { Time } from "#parts/values.tsx";
import { ConfigurationPanel } from "./configuration-panel.tsx";
import { PricesPanel } from "./prices-panel.tsx";
import { SystemPanels } from "./system-panels.tsx";

const themeNames = { system: "As the system", light: "Light", dark: "Dark" } as const;

export function SettingsPage() {
  const { may } = useCaller();
  const [chosen, choose] = useSearchValue("show");
  const sections = sectionsOf(may);
  const shown = sections.find(({ name }) => name === chosen) ?? sections[0];
  const tabs = sections.length > 1 && (
    <Tabs
      label="Part"
      names={sections.map(({ name }) => name)}
      chosen={shown?.name ?? ""}
      onChoose={(name) => choose(name === sections[0]?.name ? undefined : name)}
    />
  );
  return (
    <Page title="Settings" filters={tabs}>
      {shown?.render()}
    </Page>
  );
}

interface Section {
  readonly name: string;
  readonly render: () => ReactNode;
}

function sectionsOf(may: Caller["may"]): readonly Section[] {
  return [
    { name: "You", render: () => <You /> },
    ...(may("status.read") ? [{ name: "System", render: () => <SystemPanels /> }] : []),
    ...(may("configuration.read") ? [{ name: "Configuration", render: () => <ConfigurationPanel /> }] : []),
    ...(may("prices.read") ? [{ name: "Prices", render: () => <PricesPanel /> }] : []),
  ];
}

function You() {
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <Session />
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
