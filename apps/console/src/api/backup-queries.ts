// Backups: what became of them, which goes on while one looks.

import type { Client } from "@ghostllm/contract/trusting-client";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { queryOptions } from "@tanstack/react-query";
import { listOptions } from "./whole-list.ts";

export type BackupRun = RouteAnswer<AdminRoutes["backups"]["create"]>;
export type BackupPlan = RouteAnswer<AdminRoutes["backups"]["plan"]>;

const makingMs = 2_000;
const freshMs = 30_000;

/** What is known of them. */
interface Read {
  readonly state: { readonly data: { readonly items: readonly BackupRun[] } | undefined };
}

export const isUnderWay = ({ state }: BackupRun): boolean => state === "waiting" || state === "making";

export function backupQueries(client: Client) {
  return {
    backups: {
      ...listOptions("backups", (query, call) => client.backups.list({ query }, call)),
      refetchInterval: ({ state: { data } }: Read) => (data?.items.some(isUnderWay) === true ? makingMs : freshMs),
    },
    backupPlan: queryOptions({
      queryKey: ["backups", "plan"],
      queryFn: ({ signal }): Promise<BackupPlan> => client.backups.plan({}, { signal }),
      refetchInterval: freshMs,
    }),
  };
}
