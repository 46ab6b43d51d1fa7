// What the server tells while the page is open: over one WebSocket for the whole tab. What has changed is read anew where it
// is shown, at most every few seconds; requests that were finished go to whoever watches them. A connection that is lost
// is sought again, and whatever is shown is then read anew, since some of it may have been missed.

import type { LiveChange } from "@ghostllm/contract/routes";
import { useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo, useState } from "react";
import type { ReactNode } from "react";
import { useApi } from "./api.tsx";
import { livePath } from "./contract-facts.at-build.ts";
import { LiveConnection } from "./live-connection.ts";
import type { RequestRow } from "./queries.ts";

/** What is read anew, by what the server says has changed. */
const groupsOf: Readonly<Record<string, readonly string[]>> = {
  users: ["users", "budgets", "roles"],
  organisations: ["organisations", "budgets"],
  teams: ["teams", "budgets", "me"],
  roles: ["roles", "me"],
  service_accounts: ["service-accounts"],
  keys: ["keys", "budgets", "teams"],
  providers: ["providers", "budgets"],
  models: ["models"],
  aliases: ["aliases", "budgets"],
  prices: ["prices", "models"],
  views: ["views"],
  webhooks: ["webhooks"],
  reports: ["reports"],
  backups: ["backups"],
  alerts: ["alerts", "notifications"],
  consents: ["consents"],
  "consent-policies": ["consent-policies"],
  guardrails: ["guardrails"],
  health: ["notifications", "targets"],
  budgets: ["notifications", "keys", "users", "teams", "organisations", "service-accounts", "budgets"],
};

const quietMs = 2_000;
const leavingMs = 1_000;

interface Live {
  readonly connection: LiveConnection;
  /** Epoch ms since when nothing can be heard; null while the connection is there, or is only just being made. */
  readonly lostSince: number | null;
}

const LiveContext = createContext<Live | null>(null);

export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const { serverUrl } = useApi();
  const queryClient = useQueryClient();
  const [lostSince, setLostSince] = useState<number | null>(null);
  const connection = useMemo(() => {
    const url = serverUrl.replace(/^http/, "ws") + livePath;
    return new LiveConnection(url);
  }, [serverUrl]);
  useEffect(() => {
    const readAnew = gatherChanges((groups) => {
      for (const group of groups ?? []) void queryClient.invalidateQueries({ queryKey: [group] });
      if (groups === null) void queryClient.invalidateQueries();
    });
    let asking: ReturnType<typeof setTimeout> | undefined;
    connection.onChanged = (changed) => readAnew.add(changed);
    connection.onState = (state) => {
      setLostSince((before) => (state === "open" ? null : (before ?? Date.now())));
      if (state === "open again") readAnew.all();
      if (state === "open again") setLostSince(null);
      // A session that was ended elsewhere is heard of by nothing else. Whoever signs out has left by then.
      if (state !== "lost") return;
      clearTimeout(asking);
      asking = setTimeout(() => void queryClient.invalidateQueries({ queryKey: ["me"] }), leavingMs);
    };
    connection.open();
    return () => {
      readAnew.stop();
      clearTimeout(asking);
      connection.close();
    };
  }, [connection, queryClient]);
  const live = useMemo(() => ({ connection, lostSince }), [connection, lostSince]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

/** Gathers what changes for a while, so that many changes are read once. Null stands for everything. */
function gatherChanges(read: (groups: ReadonlySet<string> | null) => void) {
  let waiting: Set<string> | null = new Set();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    timer = undefined;
    read(waiting);
    waiting = new Set();
  };
  const start = (): void => {
    timer ??= setTimeout(flush, quietMs);
  };
  return {
    add: (changed: readonly LiveChange[]) => {
      if (changed.some(({ what }) => what === "everything")) waiting = null;
      for (const { what } of changed) for (const group of groupsOf[what] ?? []) waiting?.add(group);
      start();
    },
    all: () => {
      waiting = null;
      start();
    },
    stop: () => clearTimeout(timer),
  };
}

function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === null) throw new Error("There is no LiveProvider above");
  return live;
}

export function useLostSince(): number | null {
  return useLive().lostSince;
}

/** Calls with those that were just finished, newest last, and how many more there were. */
export function useFinishedRequests(onFinished: (requests: readonly RequestRow[], missed: number) => void): void {
  const { connection } = useLive();
  useEffect(() => connection.watch(onFinished), [connection, onFinished]);
}
