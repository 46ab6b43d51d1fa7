// Reports, and what became of them: that goes on while one looks, and is read anew now and then.

import type { Client } from "@ghostllm/contract/trusting-client";
import type { AdminRoutes, RouteAnswer, RouteInput } from "@ghostllm/contract/routes";
import { queryOptions } from "@tanstack/react-query";
import { listOptions } from "./whole-list.ts";

export type Report = RouteAnswer<AdminRoutes["reports"]["get"]>;
export type ReportInput = RouteInput<AdminRoutes["reports"]["create"]>["body"];
export type ReportRun = RouteAnswer<AdminRoutes["reports"]["run"]>;

/** One that waits is made within seconds. */
const waitingMs = 2_000;
const freshMs = 15_000;

/** What is known of them. */
interface Read {
  readonly state: { readonly data: { readonly items: readonly ReportRun[] } | undefined };
}

export function reportQueries(client: Client) {
  return {
    reports: listOptions("reports", (query, call) => client.reports.list({ query }, call)),
    report: (id: string) =>
      queryOptions({
        queryKey: ["reports", "one", id],
        queryFn: ({ signal }): Promise<Report> => client.reports.get({ params: { id } }, { signal }),
        refetchInterval: freshMs,
      }),
    reportRuns: (id: string) => ({
      ...listOptions("reports", (query, call) => client.reports.runs({ params: { id }, query }, call), ["runs", id]),
      refetchInterval: ({ state: { data } }: Read) =>
        data?.items.some(({ state }) => state === "waiting") === true ? waitingMs : freshMs,
    }),
  };
}
