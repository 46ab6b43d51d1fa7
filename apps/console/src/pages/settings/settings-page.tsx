import { useMutation, useQuery } from "@tanstack/react-query";
import { permissions } from "@ghostllm/contract";
import type { Permission } from "@ghostllm/contract";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import { formatCount } from "#format/number.ts";
import { Page } from "#frame/page.tsx";
import { themes, useTheme } from "#parts/theme.tsx";
import { Button } from "#parts/button.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { Loaded, wordsOf } from "#parts/states.tsx";
import { Status, Tag } from "#parts/status.tsx";
import { Tabs } from "#parts/tabs.tsx";
import { useToast } from "#parts/toast.tsx";
import { Time } from "#parts/values.tsx";

const themeNames = { system: "As the system", light: "Light", dark: "Dark" } as const;

export function SettingsPage() {
  const { may } = useCaller();
  return (
    <Page title="Settings">
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Appearance />
        <Session />
        {may("prices.read") && <Prices />}
        <Permissions />
      </div>
    </Page>
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

function Prices() {
  const { client, queries } = useApi();
  const { may } = useCaller();
  const refresh = useRefresh();
  const toast = useToast();
  const prices = useQuery(queries.prices);
  const reading = useMutation({
    mutationFn: () => client.prices.refresh(),
    onSuccess: () => refresh("prices", "models"),
    onError: (error) => toast.fail(wordsOf(error)),
  });
  const read = may("prices.refresh") && typeof prices.data?.source === "string" && (
    <Button isBusy={reading.isPending} onClick={() => reading.mutate()}>
      Read anew
    </Button>
  );
  return (
    <Panel title="Price list" actions={read}>
      <Loaded query={prices}>
        {({ version, source, built_in, models, loaded_at, checked_at, problem }) => (
          <Facts
            facts={[
              [
                "In force",
                <Status tone={problem === null ? "good" : "warn"}>
                  {built_in ? "the built-in list" : "your list"}
                </Status>,
              ],
              ["Version", version],
              ["Models", formatCount(models)],
              ["Source", source ?? "none is configured"],
              ["Read", <Time at={loaded_at} />],
              ["Last asked", <Time at={checked_at} />],
              ...(problem === null ? [] : [["Problem", problem] as const]),
            ]}
          />
        )}
      </Loaded>
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
