// The services that a server can run, and which of them answers what: a group of routes that belongs to none does not compile. The
// server binds by this table, and the example of a balancer in deploy/ is made of it.

import type { AdminRoutes } from "./admin-routes.ts";
import type { AdminRoute } from "./route.ts";

/**
 * `proxy`: requests to models, and their journal. `auth`: users, teams, keys and sessions. `analytics`: what was used, events, the console and
 * what its pages are told. `providers`: whom models are asked of, and at which prices.
 */
export const services = ["proxy", "auth", "analytics", "providers"] as const;

export type Service = (typeof services)[number];

export const serviceOfGroup: Readonly<Record<keyof AdminRoutes, Service>> = {
  sessions: "auth",
  secondFactor: "auth",
  passkeys: "auth",
  passwords: "auth",
  signIn: "auth",
  signInMethods: "auth",
  scim: "auth",
  users: "auth",
  personalData: "auth",
  organisations: "auth",
  teams: "auth",
  roles: "auth",
  serviceAccounts: "auth",
  apiKeys: "auth",
  ownKeys: "auth",
  consents: "auth",
  consentPolicies: "auth",
  guardrails: "auth",
  providers: "providers",
  models: "providers",
  targets: "providers",
  prices: "providers",
  aliases: "providers",
  cache: "providers",
  requests: "analytics",
  usage: "analytics",
  budgets: "analytics",
  notifications: "analytics",
  views: "analytics",
  chatSessions: "analytics",
  events: "analytics",
  webhooks: "analytics",
  reports: "analytics",
  alerts: "analytics",
  backups: "analytics",
  audit: "analytics",
  system: "analytics",
  certificates: "providers",
  encryption: "providers",
  imports: "auth",
  bulk: "auth",
};

/** Where directories create and change users (SCIM), and of which service that is. */
export const scimPath = "/scim/v2";
export const serviceOfScim: Service = "auth";

/** Chats over a WebSocket, where models are asked (docs/websocket.md). */
export const chatStreamPath = "/v1/chat/stream";
/** Sessions in real time. */
export const realtimePath = "/v1/realtime";

/** Of the console, and of what open pages are told. Health and documentation are answered by every server. */
export const serviceOfConsole: Service = "analytics";

export function serviceOf({ id }: Pick<AdminRoute, "id">): Service {
  const [group = ""] = id.split(".");
  const known: Readonly<Record<string, Service>> = serviceOfGroup;
  const service = known[group];
  if (service === undefined) throw new Error(`The route ${id} is of no group`);
  return service;
}
