// What is read of requests.

import type { Client } from "@ghostllm/contract/trusting-client";
import type { AdminRoutes, RouteAnswer, RouteInput } from "@ghostllm/contract/routes";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

export type RequestPage = RouteAnswer<AdminRoutes["requests"]["list"]>;
export type RequestRow = RequestPage["data"][number];
export type RequestDetail = RouteAnswer<AdminRoutes["requests"]["get"]>;
export type RequestContent = RouteAnswer<AdminRoutes["requests"]["content"]>;
export type RefusedRequest = RouteAnswer<AdminRoutes["requests"]["refused"]>["data"][number];
export type RequestsQuery = NonNullable<RouteInput<AdminRoutes["requests"]["list"]>["query"]>;

export function requestQueries(client: Client) {
  return {
    /** `asked` is called at each reading, so that a time up to now goes with it. */
    requestPages: (name: readonly string[], asked: () => RequestsQuery) =>
      infiniteQueryOptions({
        queryKey: ["requests", "pages", ...name],
        queryFn: ({ pageParam: after, signal }): Promise<RequestPage> =>
          client.requests.list(
            { query: { ...asked(), limit: 100, ...(after !== undefined && { after }) } },
            { signal },
          ),
        initialPageParam: undefined as string | undefined,
        getNextPageParam: ({ next }: RequestPage) => next ?? undefined,
        staleTime: Infinity,
      }),
    request: (id: string) =>
      queryOptions({
        queryKey: ["requests", "one", id],
        queryFn: ({ signal }) => client.requests.get({ params: { id } }, { signal }),
        // What has been written down does not change.
        staleTime: Infinity,
      }),
    /** Every reading is told in the audit log: it is asked for once, and only when somebody wants it. */
    requestContent: (id: string) =>
      queryOptions({
        queryKey: ["request-content", id],
        queryFn: ({ signal }) => client.requests.content({ params: { id } }, { signal }),
        staleTime: Infinity,
        gcTime: 0,
      }),
    /** The last of those that no vendor was asked for, which are not written down. */
    refusedRequests: queryOptions({
      queryKey: ["requests", "refused"],
      queryFn: async ({ signal }) => (await client.requests.refused({}, { signal })).data,
    }),
  };
}
