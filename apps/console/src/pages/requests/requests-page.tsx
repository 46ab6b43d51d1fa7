import { useMemo, useRef, useState } from "react";
import type { RefObject } from "react";
import { formatCount } from "#format/number.ts";
import { formatMoment } from "#format/time.ts";
import { Page } from "#frame/page.tsx";
import { Button } from "#parts/button.tsx";
import { Panel } from "#parts/panel.tsx";
import { RangeControl } from "#parts/range-control.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { Status } from "#parts/status.tsx";
import { shownColumns } from "#parts/table/columns.ts";
import { useRowKeys } from "#parts/table/use-row-keys.ts";
import { useTimeRange } from "#parts/time-range.ts";
import type { TimeRange } from "#parts/time-range.ts";
import { useGo, useSearchValue } from "#parts/use-search.ts";
import { FilterBar } from "./filter-bar.tsx";
import { requestColumns } from "./request-columns.tsx";
import { useRequestView } from "./request-filter.ts";
import { RequestTable } from "./request-table.tsx";
import { useRequests, useTail } from "./use-requests.ts";
import { useRowWindow } from "./use-window.ts";

export function RequestsPage() {
  const range = useTimeRange();
  return (
    <Page title="Requests" filters={<RangeControl range={range} />}>
      <RequestsPanel range={range} />
    </Page>
  );
}

function RequestsPanel({ range }: { readonly range: TimeRange }) {
  const view = useRequestView();
  const [columns, setColumns] = useSearchValue("columns");
  const toggled = useMemo(() => columns?.split(".").filter(Boolean) ?? [], [columns]);
  const shown = useMemo(() => shownColumns(requestColumns, { toggled }), [toggled]);
  const { query, rows, isLive, queryKey } = useRequests(view, range);
  const [isStopped, setStopped] = useState(false);
  const container = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const { body, open } = useRows(search);
  const seen = useRowWindow(container);
  const waiting = useTail({ filter: view.filter, queryKey, isLive, isHeld: isStopped || !seen.isAtTop });
  const toTop = (): void => {
    setStopped(false);
    container.current?.scrollTo({ top: 0 });
  };
  return (
    <Panel className="flex h-[calc(100dvh-var(--topbar)-60px)] min-h-[420px] flex-col overflow-hidden">
      <FilterBar
        {...{ view, range, rows, shown, search, toggled }}
        onToggled={(next) => setColumns(next.length === 0 ? undefined : next.join("."))}
      />
      <div ref={container} data-scroll-restoration-id="requests" className="relative min-h-0 flex-1 overflow-auto">
        <Loaded query={query}>
          {() =>
            rows.length === 0 ? (
              <Empty>{emptyWords(Object.keys(view.filter).length > 0)}</Empty>
            ) : (
              <RequestTable {...{ rows, shown, seen, body, view, query }} onOpen={open} />
            )
          }
        </Loaded>
      </div>
      <footer className="flex min-h-[41px] flex-wrap items-center gap-x-4 gap-y-1 border-t border-line px-4 py-1.5 text-muted">
        <Count count={query.data?.pages[0]?.count ?? null} />
        <KeptSince since={query.data?.pages[0]?.kept_since ?? null} from={range.span().from} />
        <span className="flex-1" />
        {isLive && (
          <Tail isHeld={isStopped || !seen.isAtTop} waiting={waiting} onStop={() => setStopped(true)} onGo={toTop} />
        )}
      </footer>
    </Panel>
  );
}

/** Rows by the keyboard, and the search also while there are none. */
function useRows(filter: RefObject<HTMLInputElement | null>) {
  const go = useGo();
  const body = useRef<HTMLTableSectionElement>(null);
  const open = (id: string): void => void go(`/requests/${id}`);
  useRowKeys({ filter, body, onOpen: open });
  return { body, open };
}

function KeptSince({ since, from }: { readonly since: string | null; readonly from: string }) {
  if (since === null || Date.parse(from) >= Date.parse(since)) return null;
  return <span>Requests of before {formatMoment(since)} are not kept</span>;
}

function emptyWords(isFiltered: boolean): string {
  return isFiltered
    ? "No request in this time is like that."
    : "No request was made in this time. The page Connect has settings for every client.";
}

interface CountProps {
  readonly count: { readonly value: number; readonly is_exact: boolean } | null;
}

function Count({ count }: CountProps) {
  if (count === null) return null;
  const number = formatCount(count.value);
  return (
    <span>
      {count.is_exact ? number : `Over ${number}`} {count.value === 1 ? "request" : "requests"}
    </span>
  );
}

interface TailProps {
  readonly isHeld: boolean;
  readonly waiting: number;
  readonly onStop: () => void;
  readonly onGo: () => void;
}

function Tail({ isHeld, waiting, onStop, onGo }: TailProps) {
  return (
    <>
      <Status tone={isHeld ? "off" : "info"}>{isHeld ? "paused" : "live"}</Status>
      <Button onClick={isHeld ? onGo : onStop}>
        {isHeld ? `Continue${waiting > 0 ? `, ${formatCount(waiting)} wait` : ""}` : "Pause"}
      </Button>
    </>
  );
}
