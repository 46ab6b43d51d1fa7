// How the server and its machine are, a few seconds ago at most.

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useApi } from "#api/api.tsx";
import type { System } from "#api/queries.ts";
import { formatBytes } from "#format/bytes.ts";
import { formatCount } from "#format/number.ts";
import { formatDuration } from "#format/time.ts";
import { Meter } from "#parts/meter.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { Loaded } from "#parts/states.tsx";
import { Status } from "#parts/status.tsx";
import { Time } from "#parts/values.tsx";
import { InstancesPanel, LeasesPanel } from "./instance-panels.tsx";

export function SystemPanels() {
  const { queries } = useApi();
  const system = useQuery(queries.system);
  return (
    <Loaded query={system}>
      {(one) => (
        <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
          <ServerPanel system={one} />
          <MachinePanel system={one} />
          <StoragePanel system={one} />
          <PartsPanel system={one} />
          <InstancesPanel system={one} />
          <LeasesPanel system={one} />
        </div>
      )}
    </Loaded>
  );
}

interface SystemProps {
  readonly system: System;
}

function ServerPanel({
  system: { version, node_version, started_at, uptime_seconds, event_loop, looking_on },
}: SystemProps) {
  const { p50_ms: usual, p99_ms: rare, max_ms: worst } = event_loop;
  return (
    <Panel title="Server">
      <Facts
        facts={[
          ["Version", version],
          ["Node", node_version],
          ["Started", <Time at={started_at} />],
          ["Up for", formatDuration(uptime_seconds * 1000)],
          ["Turns come late", `${ms(usual)} · ${ms(rare)} in a hundredth · ${ms(worst)} at worst`],
          ["Open pages", formatCount(looking_on)],
        ]}
      />
    </Panel>
  );
}

function ms(value: number | null): string {
  return value === null ? "—" : formatDuration(value);
}

interface ShareProps {
  readonly label: string;
  readonly share: number;
  readonly children: ReactNode;
}

function Share({ label, share, children }: ShareProps) {
  return (
    <span className="block">
      {children}
      <Meter share={Math.min(0.999, share)} label={label} />
    </span>
  );
}

function MachinePanel({ system: { platform, cpu, memory, network } }: SystemProps) {
  const used = memory.machine_total_bytes - memory.machine_free_bytes;
  return (
    <Panel title="Machine">
      <Facts
        facts={[
          ["Platform", platform],
          [
            "CPU",
            <Share label="CPU of one core" share={cpu.percent / 100}>
              {cpu.percent.toFixed(0)} % of one core of {cpu.cores}, load {cpu.load_1m.toFixed(2)}
            </Share>,
          ],
          [
            "Memory",
            <Share label="Memory of the machine" share={used / memory.machine_total_bytes}>
              {formatBytes(used)} of {formatBytes(memory.machine_total_bytes)}
            </Share>,
          ],
          ...(network === null
            ? []
            : [
                [
                  "Network",
                  `${formatBytes(network.received_bytes_per_second)} / s in, ${formatBytes(network.sent_bytes_per_second)} / s out`,
                ] as const,
              ]),
          ["Of this process", formatBytes(memory.rss_bytes)],
          ["Heap", formatBytes(memory.heap_used_bytes)],
          ["Buffers", formatBytes(memory.buffers_bytes)],
        ]}
      />
    </Panel>
  );
}

function StoragePanel({ system: { database, journal, disk } }: SystemProps) {
  const backlog = `${formatCount(journal.pending_records)} records, ${formatBytes(journal.pending_bytes)}`;
  return (
    <Panel title="Storage">
      <Facts
        facts={[
          [
            "Database",
            <Status tone={database.healthy ? "good" : "bad"}>
              {database.detail === database.kind ? database.kind : `${database.kind}: ${database.detail}`}
            </Status>,
          ],
          ...(database.replica === null
            ? []
            : [
                [
                  "Replica",
                  <Status tone={database.replica.healthy ? "good" : "bad"}>{database.replica.detail}</Status>,
                ] as const,
              ]),
          ["Its size", database.size_bytes === null ? "—" : formatBytes(database.size_bytes)],
          ["Journal", <Status tone={journal.healthy ? "good" : "bad"}>{backlog} to be stored</Status>],
          ...(disk === null
            ? []
            : [
                [
                  "Disk",
                  <Share label="Disk" share={(disk.total_bytes - disk.free_bytes) / disk.total_bytes}>
                    {formatBytes(disk.free_bytes)} free of {formatBytes(disk.total_bytes)}
                  </Share>,
                ] as const,
                ["Data directory", <span className="font-mono text-xs break-all">{disk.path}</span>] as const,
              ]),
        ]}
      />
    </Panel>
  );
}

function PartsPanel({ system: { parts } }: SystemProps) {
  return (
    <Panel title="Parts">
      <Facts
        facts={parts.map(({ name, healthy, detail }) => [
          name,
          <Status tone={healthy ? "good" : "bad"}>{detail === "" ? (healthy ? "well" : "not well") : detail}</Status>,
        ])}
      />
    </Panel>
  );
}
