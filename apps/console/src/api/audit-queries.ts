// What is read of the audit log.

import type { Client } from "@ghostllm/contract/trusting-client";
import type { AdminRoutes, RouteAnswer, RouteInput } from "@ghostllm/contract/routes";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

export type AuditPage = RouteAnswer<AdminRoutes["audit"]["list"]>;
export type AuditEntry = RouteAnswer<AdminRoutes["audit"]["get"]>;
export type AuditChange = AuditEntry["changes"][number];
export type AuditVerification = RouteAnswer<AdminRoutes["audit"]["verify"]>;
export type AuditQuery = NonNullable<RouteInput<AdminRoutes["audit"]["list"]>["query"]>;

const entriesPerPage = 200;

export function auditQueries(client: Client) {
  return {
    /** `asked` is called at each reading, so that a time up to now goes with it. */
    auditPages: (name: readonly string[], asked: () => AuditQuery) =>
      infiniteQueryOptions({
        queryKey: ["audit", "pages", ...name],
        queryFn: ({ pageParam: before, signal }): Promise<AuditPage> =>
          client.audit.list(
            { query: { ...asked(), limit: entriesPerPage, ...(before !== undefined && { before }) } },
            { signal },
          ),
        initialPageParam: undefined as string | undefined,
        getNextPageParam: ({ next }: AuditPage) => next ?? undefined,
      }),
    auditEntry: (id: string) =>
      queryOptions({
        queryKey: ["audit", "one", id],
        queryFn: ({ signal }) => client.audit.get({ params: { id } }, { signal }),
        // It does not change.
        staleTime: Infinity,
      }),
    /** Where the log ends, and one entry that is looked at. */
    auditEnds: queryOptions({
      queryKey: ["audit", "ends"],
      queryFn: ({ signal }) => client.audit.verify({ query: { limit: 1 } }, { signal }),
    }),
  };
}
