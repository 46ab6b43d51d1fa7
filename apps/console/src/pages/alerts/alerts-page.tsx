import { useQuery } from "@tanstack/react-query";
import type { Alert } from "#api/alert-queries.ts";
import { useApi } from "#api/api.tsx";
import { formatDuration } from "#format/time.ts";
import { Page } from "#frame/page.tsx";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { Status } from "#parts/status.tsx";
import type { Column } from "#parts/table/columns.ts";
import { Table } from "#parts/table/table.tsx";
import { useSearchValue } from "#parts/use-search.ts";
import { Time } from "#parts/values.tsx";
import { AlertDialog } from "./alert-dialog.tsx";
import { stateTones, stateWords } from "./alert-words.ts";
import { ReasonList } from "./reason-list.tsx";

/** What is wrong now as the server sees it, and all that is watched over. */
export function AlertsPage() {
  const { queries } = useApi();
  const alerts = useQuery(queries.alerts);
  const [opened, open] = useSearchValue("alert");
  const lookedAt = alerts.data
    ?.map(({ looked_at: at }) => at ?? "")
    .reduce((one, other) => (one > other ? one : other));
  return (
    <Page title="Alerts">
      <Panel title="Now" note={lookedAt !== undefined && lookedAt !== "" && <LookedAt at={lookedAt} />}>
        <Loaded query={alerts}>{(list) => <ReasonList alerts={list} onOpen={open} />}</Loaded>
      </Panel>
      <Panel title="All alerts" note="rates over time are seen by Prometheus alone">
        <Loaded query={alerts}>
          {(list) => (
            <Table
              name="alerts"
              columns={columns}
              rows={list}
              isWhole
              idOf={({ name }) => name}
              onOpen={({ name }) => open(name)}
              empty={<Empty>There are no alerts.</Empty>}
            />
          )}
        </Loaded>
      </Panel>
      <AlertDialog alert={alerts.data?.find(({ name }) => name === opened)} onClose={() => open(undefined)} />
    </Page>
  );
}

function LookedAt({ at }: { readonly at: string }) {
  return (
    <>
      as this server saw it <Time at={at} />
    </>
  );
}

const columns: readonly Column<Alert>[] = [
  {
    id: "state",
    header: "State",
    value: ({ state }) => stateWords[state] ?? state,
    cell: ({ state }) => <Status tone={stateTones[state] ?? "off"}>{stateWords[state] ?? state}</Status>,
  },
  {
    id: "alert",
    header: "Alert",
    value: ({ name }) => name,
    cell: ({ name }) => <span className="font-medium">{name}</span>,
  },
  {
    id: "severity",
    header: "Severity",
    value: ({ severity }) => severity,
    cell: ({ severity }) => <span className="text-muted">{severity}</span>,
  },
  {
    id: "means",
    header: "Means",
    value: ({ meaning }) => meaning,
    cell: ({ meaning }) => (
      <span className="block max-w-[400px] truncate text-muted" title={meaning}>
        {meaning.replaceAll("`", "")}
      </span>
    ),
  },
  {
    id: "seen-by",
    header: "Seen by",
    value: (alert) => seers(alert),
    cell: (alert) => <span className="text-muted">{seers(alert)}</span>,
  },
  {
    id: "for",
    header: "After",
    value: ({ for_seconds: seconds }) => seconds,
    cell: ({ for_seconds: seconds }) => (
      <span className="text-muted">{seconds === 0 ? "at once" : formatDuration(seconds * 1_000)}</span>
    ),
  },
];

function seers({ looked_at: at, condition }: Alert): string {
  const names = [...(at === null ? [] : ["this server"]), ...(condition === null ? [] : ["Prometheus"])];
  return names.join(", ");
}
