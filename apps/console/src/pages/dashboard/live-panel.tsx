// The tail of what is finished. It can be stopped to be read; how many wait is said then.

import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { useApi } from "#api/api.tsx";
import { useFinishedRequests } from "#api/live.tsx";
import type { RequestRow } from "#api/queries.ts";
import { formatCount } from "#format/number.ts";
import { Button } from "#parts/button.tsx";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { Status } from "#parts/status.tsx";
import { RequestCells, RequestHeads, requestTableClass } from "#requests/request-columns.tsx";
import { useRowKeys } from "#parts/table/use-row-keys.ts";
import { useGo } from "#parts/use-search.ts";

const shownRows = 12;
const rateMs = 10_000;

/** Made anew for another team. */
export function LivePanel({ team }: { readonly team: string | undefined }) {
  const { queries } = useApi();
  const query = { limit: shownRows, ...(team !== undefined && { team_id: team }) };
  // Who comes back to it has missed what was told meanwhile.
  const first = useQuery({ ...queries.requests(query), staleTime: Infinity, gcTime: 0 });
  const tail = useTail(first.data?.data, team);
  return (
    <Panel
      title="Live requests"
      note={
        <span className="text-xs text-muted">
          <Status tone={tail.isPaused ? "off" : "info"}>{tail.perSecond} / s</Status>
        </span>
      }
      actions={
        <Button onClick={tail.toggle}>
          {tail.isPaused ? `Continue${tail.waiting > 0 ? `, ${formatCount(tail.waiting)} wait` : ""}` : "Pause"}
        </Button>
      }
    >
      <Loaded query={first}>
        {() =>
          tail.rows.length === 0 ? (
            <Empty>No request has been made yet. The page Connect has settings for every client.</Empty>
          ) : (
            <Rows rows={tail.rows} />
          )
        }
      </Loaded>
    </Panel>
  );
}

function Rows({ rows }: { readonly rows: readonly RequestRow[] }) {
  const go = useGo();
  const body = useRef<HTMLTableSectionElement>(null);
  useRowKeys({ body, onOpen: (id) => void go(`/requests/${id}`) });
  return (
    <div role="group" aria-label="The latest requests" tabIndex={0} className="relative overflow-x-auto">
      <table className={requestTableClass}>
        <thead>
          <RequestHeads />
        </thead>
        <tbody ref={body}>
          {rows.map((row) => (
            <tr
              key={row.id}
              data-id={row.id}
              tabIndex={-1}
              className="cursor-pointer outline-none hover:bg-hover focus:bg-selected"
              onClick={() => void go(`/requests/${row.id}`)}
            >
              <RequestCells row={row} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What was read may be told as well, a moment later: each stands there once. */
function joined(newer: readonly RequestRow[], older: readonly RequestRow[]): readonly RequestRow[] {
  const ids = new Set(newer.map(({ id }) => id));
  return [...newer, ...older.filter(({ id }) => !ids.has(id))].slice(0, shownRows);
}

function useTail(first: readonly RequestRow[] | undefined, team: string | undefined) {
  const [rows, setRows] = useState<readonly RequestRow[]>([]);
  const [waiting, setWaiting] = useState(0);
  const [isPaused, setPaused] = useState(false);
  const isPausedNow = useRef(isPaused);
  const held = useRef<readonly RequestRow[]>([]);
  const { perSecond, count } = useRate();
  useEffect(() => {
    isPausedNow.current = isPaused;
  });
  useEffect(() => setRows((before) => (before.length === 0 ? (first ?? []) : before)), [first]);
  const take = useCallback(
    (all: readonly RequestRow[], missedOfAll: number) => {
      const finished = team === undefined ? all : all.filter(({ team_id: id }) => id === team);
      // Whose those are that were not told, nobody knows here.
      const missed = team === undefined ? missedOfAll : 0;
      count(finished.length + missed);
      const newest = finished.toReversed();
      if (isPausedNow.current) {
        held.current = joined(newest, held.current);
        setWaiting((before) => before + finished.length + missed);
      } else setRows((before) => joined(newest, before));
    },
    [count, team],
  );
  useFinishedRequests(take);
  const toggle = (): void => {
    const kept = held.current;
    held.current = [];
    if (isPaused) setRows((before) => joined(kept, before));
    setWaiting(0);
    setPaused(!isPaused);
  };
  return { rows, waiting, isPaused, perSecond, toggle };
}

/** How many were finished in a second, over the last ten. */
function useRate() {
  const [perSecond, setPerSecond] = useState("0");
  const lately = useRef<readonly (readonly [at: number, count: number])[]>([]);
  const count = useCallback((finished: number) => {
    lately.current = [...lately.current, [Date.now(), finished]];
  }, []);
  useEffect(() => {
    const timer = setInterval(() => {
      const since = Date.now() - rateMs;
      lately.current = lately.current.filter(([at]) => at >= since);
      const rate = lately.current.reduce((sum, [, finished]) => sum + finished, 0) / (rateMs / 1000);
      setPerSecond(rate >= 10 || rate === 0 ? String(Math.round(rate)) : rate.toFixed(1));
    }, 1_000);
    return () => clearInterval(timer);
  }, []);
  return { perSecond, count };
}
