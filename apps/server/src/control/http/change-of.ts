// What a route has changed, for those who look at it: it follows from the route's name and from what it answers.

import type { AdminRoute } from "@ghostllm/contract/routes";
import type { ObjectChange } from "#link/signals.ts";

/** By the group of the route. */
const objects: Readonly<Record<string, string>> = {
  sessions: "sessions",
  secondFactor: "second-factors",
  passkeys: "passkeys",
  passwords: "passwords",
  signIn: "sessions",
  signInMethods: "sign-in-methods",
  scim: "scim",
  users: "users",
  personalData: "users",
  organisations: "organisations",
  teams: "teams",
  roles: "roles",
  serviceAccounts: "service_accounts",
  ownKeys: "keys",
  apiKeys: "keys",
  providers: "providers",
  models: "models",
  aliases: "aliases",
  consents: "consents",
  consentPolicies: "consent-policies",
  guardrails: "guardrails",
  prices: "prices",
  views: "views",
  chatSessions: "chat-sessions",
  webhooks: "webhooks",
  reports: "reports",
  backups: "backups",
};

/** One of them, as the audit log calls it. */
export function kindOfGroup(group: string): string {
  const several = objects[group] ?? group;
  return irregular[several] ?? several.replace(/s$/, "").replaceAll("-", "_");
}

const irregular: Readonly<Record<string, string>> = {
  aliases: "alias",
  "consent-policies": "consent_policy",
  prices: "price_list",
};

/** Tests, trials and discoveries change models, if anything. */
const others: Readonly<Record<string, string | null>> = {
  "providers.test": null,
  "providers.discoverModels": "models",
  "guardrails.try": null,
  "sessions.create": null,
  "signIn.begin": null,
  "signIn.beginPasskey": null,
  "passkeys.begin": null,
  "signInMethods.test": null,
};

/** Null where nothing was changed that anybody looks at. */
export function changeOf(route: AdminRoute, params: unknown, answer: unknown): ObjectChange | null {
  if (route.method === "GET") return null;
  const [group = ""] = route.id.split(".");
  const known = others[route.id];
  const what = known === undefined ? objects[group] : known;
  if (what === undefined || what === null) return null;
  const id = textOf(params, "id") ?? textOf(answer, "id");
  const userId = textOf(answer, "user_id") ?? (what === "users" ? id : null);
  return { what, id, userId, teamId: textOf(answer, "team_id") ?? (what === "teams" ? id : null) };
}

function textOf(value: unknown, name: string): string | null {
  const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
  return typeof found === "string" ? found : null;
}
