import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useApi } from "#api/api.tsx";
import type { Report, ReportRun } from "#api/queries.ts";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { Status, Tag } from "#parts/status.tsx";
import type { Column } from "#parts/table/columns.ts";
import { countColumn, textColumn, timeColumn } from "#parts/table/kinds.tsx";
import { Table } from "#parts/table/table.tsx";
import { DownloadButton } from "./download-button.tsx";
import { toneOfRun } from "./report-words.ts";

/** What became of it: one line for each time that it was due, or asked for. */
export function RunsPanel({ report }: { readonly report: Report }) {
  const { queries } = useApi();
  const runs = useQuery(queries.reportRuns(report.id));
  const shown = useMemo(() => [...columns, downloadOf(report)], [report]);
  return (
    <Panel title="Runs" note="a download is made anew, as the report is now">
      <Loaded query={runs}>
        {({ items, isWhole }) => (
          <Table
            name="runs"
            columns={shown}
            rows={items}
            isWhole={isWhole}
            idOf={({ id }) => id}
            empty={<Empty>It was not due yet.</Empty>}
          />
        )}
      </Loaded>
    </Panel>
  );
}

const columns: readonly Column<ReportRun>[] = [
  timeColumn({ id: "due", header: "Due", value: ({ due_at: at }) => at }),
  {
    id: "state",
    header: "State",
    value: ({ state }) => state,
    cell: (run) => (
      <span className="inline-flex items-center gap-2">
        <Status tone={toneOfRun(run)}>{run.state}</Status>
        {run.late && <Tag tone="warn">late</Tag>}
      </span>
    ),
  },
  textColumn({ id: "error", header: "Why", value: ({ error }) => error ?? "" }),
  countColumn({ id: "rows", header: "Rows", value: ({ rows }) => rows }),
  countColumn({ id: "missed", header: "Missed before", value: ({ missed }) => missed }),
  countColumn({ id: "attempts", header: "Attempts", value: ({ attempts }) => attempts }),
  timeColumn({ id: "finished", header: "Finished", value: ({ finished_at: at }) => at }),
];

function downloadOf(report: Report): Column<ReportRun> {
  return {
    id: "download",
    header: "CSV",
    isUnsorted: true,
    value: () => null,
    cell: ({ due_at: at }) => <DownloadButton report={report} before={at} />,
  };
}
