import { useQuery } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import type { Configuration } from "#api/queries.ts";
import { useCaller } from "#api/me.ts";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { Tag } from "#parts/status.tsx";
import type { Column } from "#parts/table/columns.ts";
import { Table } from "#parts/table/table.tsx";
import { FilePanel } from "./file-panel.tsx";
import { HistoryPanel } from "./history-panel.tsx";

type Setting = Configuration["settings"][number];

const columns: readonly Column<Setting>[] = [
  {
    id: "setting",
    header: "Setting",
    value: ({ path }) => path,
    cell: ({ path, help }) => (
      <span className="font-mono text-xs" title={help}>
        {path}
      </span>
    ),
  },
  {
    id: "value",
    header: "Value",
    value: ({ value }) => (typeof value === "boolean" ? String(value) : value),
    cell: ({ value }) =>
      value === null || value === "" ? (
        <span className="text-faint">none</span>
      ) : (
        <span className="block max-w-72 truncate font-mono text-xs" title={String(value)}>
          {String(value)}
        </span>
      ),
  },
  {
    id: "origin",
    header: "From",
    value: ({ origin }) => origin,
    cell: ({ origin }) => (origin === "default" ? <span className="text-faint">default</span> : <Tag>{origin}</Tag>),
  },
  {
    id: "variable",
    header: "Variable",
    isHidden: true,
    value: ({ variable }) => variable,
    cell: ({ variable }) => <span className="font-mono text-xs text-muted">{variable}</span>,
  },
  {
    id: "help",
    header: "What it is",
    value: ({ help }) => help,
    cell: ({ help }) => (
      <span className="block max-w-[480px] truncate text-muted" title={help}>
        {help.replaceAll("`", "")}
      </span>
    ),
  },
];

/** The file, what is in force and where each value is from, and what the file has changed. It is changed in the file or the environment. */
export function ConfigurationPanel() {
  const { may } = useCaller();
  return (
    <div className="grid grid-cols-1 gap-4">
      <FilePanel />
      <SettingsPanel />
      {may("audit.read") && <HistoryPanel />}
    </div>
  );
}

function SettingsPanel() {
  const { queries } = useApi();
  const configuration = useQuery(queries.configuration);
  return (
    <Panel title="Configuration in force" note={configuration.data?.file ?? "no file was read"}>
      <Loaded query={configuration}>
        {({ settings }) => (
          <Table
            name="settings"
            columns={columns}
            rows={settings}
            isWhole
            idOf={({ path }) => path}
            empty={<Empty>There are no settings.</Empty>}
          />
        )}
      </Loaded>
    </Panel>
  );
}
