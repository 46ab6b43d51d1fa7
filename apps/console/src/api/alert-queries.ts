// The alerts, and how they are as the server sees it.

import type { Client } from "@ghostllm/contract/trusting-client";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { queryOptions } from "@tanstack/react-query";

export type Alert = RouteAnswer<AdminRoutes["alerts"]["list"]>["data"][number];
export type AlertReason = Alert["reasons"][number];

/** As often as the server looks. */
const everyMs = 15_000;

export function alertQueries(client: Client) {
  return {
    alerts: queryOptions({
      queryKey: ["alerts"],
      queryFn: async ({ signal }) => (await client.alerts.list({}, { signal })).data,
      refetchInterval: everyMs,
    }),
  };
}
