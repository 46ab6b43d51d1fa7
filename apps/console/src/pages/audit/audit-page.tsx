import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { AuditEntry } from "#api/queries.ts";
import { Page } from "#frame/page.tsx";
import { Button, buttonClass } from "#parts/button.tsx";
import { Panel } from "#parts/panel.tsx";
import { RangeControl } from "#parts/range-control.tsx";
import { Empty, Loaded, NotAllowed } from "#parts/states.tsx";
import { Table } from "#parts/table/table.tsx";
import { useTimeRange, type TimeRange } from "#parts/time-range.ts";
import { useGo } from "#parts/use-search.ts";
import { ViewsMenu } from "#views/views-menu.tsx";
import { auditColumns } from "./audit-columns.tsx";
import { AuditFilter } from "./audit-filter.tsx";
import { toQuery, useAuditView, type AuditView } from "./audit-view.ts";
import { ChainPanel } from "./chain-panel.tsx";

const idOf = ({ id }: AuditEntry): string => id;

export function AuditPage() {
  const range = useTimeRange("7d");
  const view = useAuditView();
  const { may } = useCaller();
  const isAllowed = may("audit.read");
  return (
    <Page
      title="Audit"
      filters={isAllowed && <RangeControl range={range} />}
      actions={isAllowed && <ExportLinks view={view} range={range} />}
    >
      {may("audit.verify") && <ChainPanel />}
      {isAllowed ? <EntriesPanel view={view} range={range} /> : <NotAllowed />}
    </Page>
  );
}

interface ViewProps {
  readonly view: AuditView;
  readonly range: TimeRange;
}

function EntriesPanel({ view, range }: ViewProps) {
  const { queries } = useApi();
  const go = useGo();
  const { filter, words } = view;
  const entries = useInfiniteQuery(
    queries.auditPages([range.key, JSON.stringify([filter, words])], () => {
      const { from, to } = range.span();
      return toQuery(view, range.name === null ? { from, to } : { from });
    }),
  );
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = entries;
  const rows = useMemo(() => entries.data?.pages.flatMap(({ data }) => data) ?? [], [entries.data]);
  const tools = (
    <div className="order-first flex w-full flex-wrap items-center gap-2 sm:order-none sm:w-auto">
      <AuditFilter view={view} />
      <ViewsMenu page="audit" />
    </div>
  );
  return (
    <Panel>
      <Loaded query={entries}>
        {() => (
          <Table
            name="entries"
            columns={auditColumns}
            rows={rows}
            isWhole={!hasNextPage}
            idOf={idOf}
            onOpen={({ id }) => void go(`/audit/${id}`)}
            tools={tools}
            empty={
              <>
                <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2">{tools}</div>
                <Empty>Nothing in this time is like that.</Empty>
              </>
            }
          />
        )}
      </Loaded>
      {hasNextPage && (
        <div className="flex justify-center border-t border-line px-4 py-2">
          <Button onClick={() => void fetchNextPage()} isBusy={isFetchingNextPage}>
            Read older entries
          </Button>
        </div>
      )}
    </Panel>
  );
}

const forms = [
  ["NDJSON", "ndjson"],
  ["CEF", "cef"],
] as const;

/** What is shown, whole: a link, so that the browser keeps it without the page holding it. */
function ExportLinks({ view, range }: ViewProps) {
  const { serverUrl } = useApi();
  const { from, to } = range.span();
  const query = new URLSearchParams(
    toQuery(view, range.name === null ? { from, to } : { from }) as Record<string, string>,
  );
  return (
    <span className="flex gap-2">
      {forms.map(([name, form]) => (
        <a
          key={form}
          className={buttonClass()}
          download={`audit.${form}`}
          href={`${serverUrl}/admin/audit/export/${form}?${query.toString()}`}
        >
          Export {name}
        </a>
      ))}
    </span>
  );
}
