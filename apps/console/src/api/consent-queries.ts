// What is read of requests that wait for consent, and of the policies that hold them.

import type { Client } from "@ghostllm/contract/trusting-client";
import type { AdminRoutes, RouteAnswer, RouteInput } from "@ghostllm/contract/routes";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { listOptions } from "./whole-list.ts";

export type Consent = RouteAnswer<AdminRoutes["consents"]["get"]>;
export type ConsentPage = RouteAnswer<AdminRoutes["consents"]["list"]>;
export type ConsentsQuery = NonNullable<RouteInput<AdminRoutes["consents"]["list"]>["query"]>;
export type ConsentPolicy = RouteAnswer<AdminRoutes["consentPolicies"]["get"]>;
export type ConsentPolicyInput = RouteInput<AdminRoutes["consentPolicies"]["create"]>["body"];

const requestsPerPage = 200;
/** More are counted as more. */
const mostCounted = 100;
/** What waits ends without anybody's doing. */
const freshMs = 60_000;

export function consentQueries(client: Client) {
  return {
    /** All that wait, so that they can stand before what was decided. */
    waitingConsents: {
      ...listOptions(
        "consents",
        (query, call) => client.consents.list({ query: { ...query, status: "pending" } }, call),
        ["waiting"],
      ),
      refetchInterval: freshMs,
    },
    consentPages: (asked: ConsentsQuery) =>
      infiniteQueryOptions({
        queryKey: ["consents", "pages", asked],
        queryFn: ({ pageParam: after, signal }): Promise<ConsentPage> =>
          client.consents.list(
            { query: { ...asked, limit: requestsPerPage, ...(after !== undefined && { after }) } },
            { signal },
          ),
        initialPageParam: undefined as string | undefined,
        getNextPageParam: ({ next }: ConsentPage) => next ?? undefined,
      }),
    consent: (id: string) =>
      queryOptions({
        queryKey: ["consents", "one", id],
        queryFn: ({ signal }) => client.consents.get({ params: { id } }, { signal }),
        refetchInterval: freshMs,
      }),
    /** How many the caller may decide on. */
    consentsToDecide: queryOptions({
      queryKey: ["consents", "to decide"],
      queryFn: async ({ signal }) => {
        const query = { status: "pending", limit: mostCounted } as const;
        const { data, next } = await client.consents.list({ query }, { signal });
        return { count: data.filter(({ may_decide: mayDecide }) => mayDecide).length, isAll: next === null };
      },
      refetchInterval: freshMs,
    }),
    consentPolicies: listOptions("consent-policies", (query, call) => client.consentPolicies.list({ query }, call)),
    consentPolicy: (id: string) =>
      queryOptions({
        queryKey: ["consent-policies", "one", id],
        queryFn: ({ signal }) => client.consentPolicies.get({ params: { id } }, { signal }),
      }),
  };
}
