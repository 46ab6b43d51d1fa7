// What is read of the server, each with the name under which it is kept and read anew: the group of its route comes first.

import { ClientError } from "@ghostllm/contract/trusting-client";
import type { Client } from "@ghostllm/contract/trusting-client";
import type { AdminRoutes, RouteAnswer, RouteInput } from "@ghostllm/contract/routes";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { accessQueries } from "./access-queries.ts";
import { auditQueries } from "./audit-queries.ts";
import { alertQueries } from "./alert-queries.ts";
import { configurationQueries } from "./configuration-queries.ts";
import { declaredQueries } from "./declared-queries.ts";
import { backupQueries } from "./backup-queries.ts";
import { budgetQueries } from "./budget-queries.ts";
import { consentQueries } from "./consent-queries.ts";
import { guardrailQueries } from "./guardrail-queries.ts";
import { personalQueries } from "./personal-queries.ts";
import { reportQueries } from "./report-queries.ts";
import { requestQueries } from "./request-queries.ts";
import type { RequestsQuery } from "./request-queries.ts";
import { mayBeSignedIn, noteSignedIn } from "./signed-in.ts";
import { listOptions } from "./whole-list.ts";

export type Session = RouteAnswer<AdminRoutes["sessions"]["list"]>["data"][number];
export type Passkey = RouteAnswer<AdminRoutes["passkeys"]["list"]>["data"][number];
export type SignInOptions = RouteAnswer<AdminRoutes["signIn"]["options"]>;
export type SignInMethod = RouteAnswer<AdminRoutes["signInMethods"]["get"]>;
export type SignInMethodInput = NonNullable<RouteInput<AdminRoutes["signInMethods"]["update"]>["body"]>;
export type ScimToken = RouteAnswer<AdminRoutes["scim"]["listTokens"]>["data"][number];
export type ScimRoles = RouteAnswer<AdminRoutes["scim"]["roles"]>;
export type Me = RouteAnswer<AdminRoutes["sessions"]["me"]>;
export type User = RouteAnswer<AdminRoutes["users"]["get"]>;
export type ApiKey = RouteAnswer<AdminRoutes["apiKeys"]["get"]>;
export type CreatedApiKey = RouteAnswer<AdminRoutes["apiKeys"]["create"]>;
export type Provider = RouteAnswer<AdminRoutes["providers"]["get"]>;
export type ProviderType = RouteAnswer<AdminRoutes["providers"]["types"]>["data"][number];
export type ProviderTest = RouteAnswer<AdminRoutes["providers"]["test"]>;
export type Model = RouteAnswer<AdminRoutes["models"]["get"]>;
export type Alias = RouteAnswer<AdminRoutes["aliases"]["get"]>;
export type TargetNow = RouteAnswer<AdminRoutes["targets"]["list"]>["data"][number];
export type Cache = RouteAnswer<AdminRoutes["cache"]["get"]>;
export type Webhook = RouteAnswer<AdminRoutes["webhooks"]["get"]>;
export type WebhookDelivery = RouteAnswer<AdminRoutes["webhooks"]["resend"]>;
export type SavedView = RouteAnswer<AdminRoutes["views"]["create"]>;
export type UsageSeries = RouteAnswer<AdminRoutes["usage"]["series"]>;
export type Notification = RouteAnswer<AdminRoutes["notifications"]["list"]>["data"][number];
export type System = RouteAnswer<AdminRoutes["system"]["read"]>;
export type Certificate = RouteAnswer<AdminRoutes["certificates"]["list"]>["data"][number];
export type Configuration = RouteAnswer<AdminRoutes["system"]["configuration"]>;
export type SeriesQuery = NonNullable<RouteInput<AdminRoutes["usage"]["series"]>["query"]>;

export interface TimeSpan {
  /** RFC 3339. */
  readonly from: string;
  readonly to: string;
}

export type * from "./access-queries.ts";
export type * from "./audit-queries.ts";
export type * from "./backup-queries.ts";
export type * from "./budget-queries.ts";
export type * from "./consent-queries.ts";
export type * from "./guardrail-queries.ts";
export type * from "./personal-queries.ts";
export type * from "./report-queries.ts";
export type * from "./request-queries.ts";
export type { WholeList } from "./whole-list.ts";

export type Queries = ReturnType<typeof createQueries>;

export function createQueries(client: Client) {
  return {
    ...createUsageQueries(client),
    ...createSignInQueries(client),
    ...createTlsQueries(client),
    ...accessQueries(client),
    ...consentQueries(client),
    ...guardrailQueries(client),
    ...personalQueries(client),
    ...{ ...reportQueries(client), ...backupQueries(client), ...alertQueries(client) },
    ...{ ...configurationQueries(client), ...declaredQueries(client) },
    /** Null for who has not signed in. */
    me: queryOptions({
      queryKey: ["me"],
      queryFn: async ({ signal }): Promise<Me | null> =>
        mayBeSignedIn() ? client.sessions.me({}, { signal }).catch(nobodyIfUnknown) : null,
      staleTime: 60_000,
    }),
    users: listOptions("users", (query, call) => client.users.list({ query }, call)),
    providers: listOptions("providers", (query, call) => client.providers.list({ query }, call)),
    models: listOptions("models", (query, call) => client.models.list({ query }, call)),
    aliases: listOptions("aliases", (query, call) => client.aliases.list({ query }, call)),
    webhooks: listOptions("webhooks", (query, call) => client.webhooks.list({ query }, call)),
    /** One's own, and those that are shared, of all pages. */
    views: listOptions("views", (query, call) => client.views.list({ query }, call)),
    providerTypes: queryOptions({
      queryKey: ["provider-types"],
      queryFn: async ({ signal }) => (await client.providers.types({}, { signal })).data,
      staleTime: Infinity,
    }),
    notifications: queryOptions({
      queryKey: ["notifications"],
      queryFn: async ({ signal }) => (await client.notifications.list({}, { signal })).data,
      refetchInterval: 60_000,
    }),
    system: queryOptions({
      queryKey: ["system"],
      queryFn: ({ signal }) => client.system.read({}, { signal }),
      refetchInterval: 5_000,
    }),
    configuration: queryOptions({
      queryKey: ["configuration"],
      queryFn: ({ signal }) => client.system.configuration({}, { signal }),
    }),
    prices: queryOptions({
      queryKey: ["prices"],
      queryFn: ({ signal }) => client.prices.get({}, { signal }),
    }),
  };
}

function createTlsQueries(client: Client) {
  return {
    certificates: queryOptions({
      queryKey: ["certificates"],
      queryFn: ({ signal }) => client.certificates.list({}, { signal }),
      refetchInterval: 5_000,
    }),
  };
}

function createSignInQueries(client: Client) {
  return {
    sessionsOf: (userId: string) =>
      listOptions("sessions", (query, call) => client.sessions.list({ query: { ...query, user_id: userId } }, call), [
        "of",
        userId,
      ]),
    secondFactorOf: (userId: string) =>
      queryOptions({
        queryKey: ["second-factor", userId],
        queryFn: ({ signal }) => client.secondFactor.ofUser({ params: { id: userId } }, { signal }),
      }),
    signInMethods: listOptions("sign-in-methods", (query, call) => client.signInMethods.list({ query }, call)),
    signInMethod: (id: string) =>
      queryOptions({
        queryKey: ["sign-in-methods", id],
        queryFn: ({ signal }) => client.signInMethods.get({ params: { id } }, { signal }),
      }),
    scimTokens: queryOptions({
      queryKey: ["scim", "tokens"],
      queryFn: async ({ signal }) => (await client.scim.listTokens({}, { signal })).data,
    }),
    scimRoles: queryOptions({
      queryKey: ["scim", "roles"],
      queryFn: ({ signal }) => client.scim.roles({}, { signal }),
    }),
    passkeysOf: (userId: string) =>
      queryOptions({
        queryKey: ["passkeys", userId],
        queryFn: async ({ signal }) => (await client.passkeys.ofUser({ params: { id: userId } }, { signal })).data,
      }),
    passkeys: queryOptions({
      queryKey: ["passkeys"],
      queryFn: async ({ signal }) => (await client.passkeys.list({}, { signal })).data,
    }),
    secondFactor: queryOptions({
      queryKey: ["second-factor"],
      queryFn: ({ signal }) => client.secondFactor.get({}, { signal }),
    }),
    signIn: queryOptions({
      queryKey: ["sign-in"],
      queryFn: ({ signal }) => client.signIn.options({}, { signal }),
    }),
  };
}

const firstStripMs = 5_000;
const freshStripMs = 30_000;

function createUsageQueries(client: Client) {
  return {
    cache: queryOptions({
      queryKey: ["cache"],
      queryFn: ({ signal }) => client.cache.get({}, { signal }),
      refetchInterval: 10_000,
    }),
    /** `when` is asked for at each reading, so that a time up to now goes with it. */
    series: (name: readonly string[], query: SeriesQuery, when: () => TimeSpan) =>
      queryOptions({
        queryKey: ["usage", "series", ...name, query],
        queryFn: ({ signal }) => client.usage.series({ query: { ...query, ...when() } }, { signal }),
        placeholderData: keepPreviousData,
      }),
    /** Hours that are over change no more: read anew more rarely than the figures beside them, until there is something to see. */
    strips: (query: SeriesQuery, when: () => TimeSpan) =>
      queryOptions({
        queryKey: ["strips", query],
        queryFn: ({ signal }) => client.usage.series({ query: { ...query, ...when() } }, { signal }),
        placeholderData: keepPreviousData,
        refetchInterval: ({ state: { data } }: { readonly state: { readonly data: UsageSeries | undefined } }) =>
          data === undefined || data.groups.length === 0 ? firstStripMs : freshStripMs,
      }),
    requests: (query: RequestsQuery) =>
      queryOptions({
        queryKey: ["requests", "list", query],
        queryFn: ({ signal }) => client.requests.list({ query }, { signal }),
      }),
    targets: listOptions("targets", (query, call) => client.targets.list({ query }, call)),
    ...requestQueries(client),
    ...budgetQueries(client),
    ...auditQueries(client),
  };
}

function nobodyIfUnknown(error: unknown): null {
  if (!(error instanceof ClientError && error.status === 401)) throw error;
  noteSignedIn(false);
  return null;
}
