import { useQuery } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import { useCallback, useEffect, useRef } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import { useFinishedRequests } from "#api/live.tsx";
import { useCaller } from "#api/me.ts";
import { useNeedsWelcome } from "#api/welcome.ts";
import { Page } from "#frame/page.tsx";
import { Loaded } from "#parts/states.tsx";
import { RangeControl } from "#parts/range-control.tsx";
import { useTimeRange } from "#parts/time-range.ts";
import { BudgetsPanel } from "./budgets-panel.tsx";
import { Cards, CardsSkeleton } from "./cards.tsx";
import { DashboardFilters, useDashboardView } from "./dashboard-view.tsx";
import { figuresOf } from "./figures.ts";
import { LivePanel } from "./live-panel.tsx";
import { ProvidersPanel } from "./providers-panel.tsx";
import { SpendPanel } from "./spend-panel.tsx";

const asked = { compare: "true", top: 6 } as const;

/** The home of who has signed in; of who may not see it, his keys or the settings of clients. */
export function DashboardPage() {
  const { may } = useCaller();
  const needsWelcome = useNeedsWelcome();
  if (needsWelcome) return <Navigate to="/welcome" replace />;
  return may("usage.read") ? <Dashboard /> : <Navigate to="/connect" replace />;
}

function Dashboard() {
  const { queries } = useApi();
  const range = useTimeRange();
  const view = useDashboardView();
  const offset = -new Date().getTimezoneOffset();
  const ofTeam = view.team === undefined ? {} : { team_id: view.team };
  const query = { ...asked, group_by: view.by, utc_offset_minutes: offset, ...ofTeam };
  const series = useQuery(queries.series(["dashboard", range.key], query, range.span));
  useFresh(range.name !== null);
  return (
    <Page
      title="Dashboard"
      filters={
        <span className="flex min-w-0 flex-wrap items-center gap-2.5 md:flex-nowrap">
          <DashboardFilters view={view} />
          <RangeControl range={range} />
        </span>
      }
    >
      <Loaded query={series} skeleton={<CardsSkeleton />}>
        {(data) => <Cards figures={figuresOf(data)} />}
      </Loaded>
      <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-[minmax(0,2.15fr)_minmax(0,1fr)]">
        <Loaded query={series}>{(data) => <SpendPanel by={view.by} series={data} onZoom={range.zoom} />}</Loaded>
        <ProvidersPanel team={view.team} />
        <LivePanel key={view.team ?? ""} team={view.team} />
        <BudgetsPanel isOfTeam={view.team !== undefined} />
      </div>
    </Page>
  );
}

const freshMs = 5_000;

/** The figures follow what happens: at once where it is quiet, and not more often than they can be read. */
function useFresh(isUpToNow: boolean): void {
  const refresh = useRefresh();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const readAt = useRef(0);
  const latest = useRef(refresh);
  useEffect(() => {
    latest.current = refresh;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  const onFinished = useCallback(() => {
    if (!isUpToNow || document.hidden) return;
    timer.current ??= setTimeout(
      () => {
        timer.current = undefined;
        readAt.current = Date.now();
        void latest.current("usage");
      },
      Math.max(0, readAt.current + freshMs - Date.now()),
    );
  }, [isUpToNow]);
  useFinishedRequests(onFinished);
}
