// The configuration file, and what was changed by it.

import type { Client } from "@ghostllm/contract/trusting-client";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { queryOptions } from "@tanstack/react-query";

export type CheckedConfiguration = RouteAnswer<AdminRoutes["system"]["check"]>;

const mostReloads = 20;

export function configurationQueries(client: Client) {
  return {
    configurationFile: queryOptions({
      queryKey: ["configuration", "file"],
      queryFn: ({ signal }) => client.system.file({}, { signal }),
    }),
    reloads: queryOptions({
      queryKey: ["audit", "reloads"],
      queryFn: async ({ signal }) => {
        const query = { action: "configuration.reloaded", limit: mostReloads } as const;
        return (await client.audit.list({ query }, { signal })).data;
      },
    }),
  };
}
