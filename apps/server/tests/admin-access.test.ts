import { adminRoutes } from "@ghostllm/contract/routes";
import type { AdminRoute, AdminRoutes } from "@ghostllm/contract/routes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adminKey, startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";

type RouteOf<Group> = Group extends Readonly<Record<string, AdminRoute>> ? Group[keyof Group] : never;
type RouteId = RouteOf<AdminRoutes[keyof AdminRoutes]>["id"];

const callers = [
  "nobody",
  "a member's session",
  "a member's key",
  "an admin's session",
  "an admin's key",
  "the admin key",
] as const;

type Answers = readonly [number, number, number, number, number, number];

/**
 * What each route answers to each of the callers, in their order, when it is asked without a body and for ids that do not
 * exist: who gets past the guard is told 200, 400 or 404. A route that is not here does not compile.
 */
const answers: Readonly<Record<RouteId, Answers>> = {
  "sessions.create": [400, 400, 400, 400, 400, 400],
  "sessions.createForBrowser": [400, 400, 400, 400, 400, 400],
  "sessions.end": [401, 200, 400, 200, 400, 400],
  "sessions.list": [401, 200, 200, 200, 200, 200],
  "sessions.remove": [401, 404, 404, 404, 404, 404],
  "sessions.removeOfUser": [401, 404, 404, 404, 404, 404],
  "sessions.me": [401, 200, 200, 200, 200, 200],
  "secondFactor.get": [401, 200, 400, 200, 400, 400],
  "secondFactor.begin": [401, 400, 400, 400, 400, 400],
  "secondFactor.confirm": [401, 400, 400, 400, 400, 400],
  "secondFactor.remove": [401, 400, 400, 400, 400, 400],
  "secondFactor.ofUser": [401, 403, 403, 404, 404, 404],
  "secondFactor.reset": [401, 403, 403, 404, 404, 404],
  "passkeys.list": [401, 200, 400, 200, 400, 400],
  "passkeys.begin": [401, 400, 400, 400, 400, 400],
  "passkeys.create": [401, 400, 400, 400, 400, 400],
  "passkeys.update": [401, 400, 400, 400, 400, 400],
  "passkeys.remove": [401, 404, 400, 404, 400, 400],
  "passkeys.ofUser": [401, 403, 403, 404, 404, 404],
  "passkeys.removeOfUser": [401, 403, 403, 404, 404, 404],
  "passwords.createLink": [401, 403, 403, 400, 400, 400],
  "passwords.forgotten": [400, 400, 400, 400, 400, 400],
  "passwords.useLink": [400, 400, 400, 400, 400, 400],
  "passwords.change": [401, 400, 400, 400, 400, 400],
  "signIn.options": [200, 200, 200, 200, 200, 200],
  "signIn.begin": [400, 400, 400, 400, 400, 400],
  "signIn.finish": [400, 400, 400, 400, 400, 400],
  "signIn.beginPasskey": [403, 403, 403, 403, 403, 403],
  "signIn.finishPasskey": [400, 400, 400, 400, 400, 400],
  "signInMethods.list": [401, 403, 403, 200, 200, 200],
  "signInMethods.create": [401, 403, 403, 400, 400, 400],
  "signInMethods.get": [401, 403, 403, 404, 404, 404],
  "signInMethods.update": [401, 403, 403, 400, 400, 400],
  "signInMethods.remove": [401, 403, 403, 404, 404, 404],
  "signInMethods.test": [401, 403, 403, 404, 404, 404],
  "scim.listTokens": [401, 403, 403, 200, 200, 200],
  "scim.createToken": [401, 403, 403, 400, 400, 400],
  "scim.removeToken": [401, 403, 403, 404, 404, 404],
  "scim.roles": [401, 403, 403, 200, 200, 200],
  "scim.updateRoles": [401, 403, 403, 400, 400, 400],
  "users.list": [401, 403, 403, 200, 200, 200],
  "users.create": [401, 403, 403, 400, 400, 400],
  "users.get": [401, 403, 403, 404, 404, 404],
  "users.update": [401, 403, 403, 400, 400, 400],
  "users.remove": [401, 403, 403, 404, 404, 404],
  "personalData.export": [401, 404, 404, 404, 404, 404],
  "personalData.erase": [401, 403, 403, 404, 404, 404],
  "personalData.erasures": [401, 403, 403, 200, 200, 200],
  "personalData.erasure": [401, 403, 403, 404, 404, 404],
  "organisations.list": [401, 403, 403, 200, 200, 200],
  "organisations.create": [401, 403, 403, 400, 400, 400],
  "organisations.get": [401, 403, 403, 404, 404, 404],
  "organisations.update": [401, 403, 403, 400, 400, 400],
  "organisations.remove": [401, 403, 403, 404, 404, 404],
  "teams.list": [401, 200, 200, 200, 200, 200],
  "teams.create": [401, 403, 403, 400, 400, 400],
  "teams.get": [401, 404, 404, 404, 404, 404],
  "teams.update": [401, 403, 403, 400, 400, 400],
  "teams.remove": [401, 403, 403, 404, 404, 404],
  "teams.members": [401, 404, 404, 404, 404, 404],
  "teams.addMember": [401, 403, 403, 400, 400, 400],
  "teams.updateMember": [401, 403, 403, 400, 400, 400],
  "teams.removeMember": [401, 403, 403, 404, 404, 404],
  "roles.list": [401, 403, 403, 200, 200, 200],
  "roles.create": [401, 403, 403, 400, 400, 400],
  "roles.get": [401, 403, 403, 404, 404, 404],
  "roles.update": [401, 403, 403, 400, 400, 400],
  "roles.remove": [401, 403, 403, 404, 404, 404],
  "serviceAccounts.list": [401, 403, 403, 200, 200, 200],
  "serviceAccounts.create": [401, 403, 403, 400, 400, 400],
  "serviceAccounts.get": [401, 403, 403, 404, 404, 404],
  "serviceAccounts.update": [401, 403, 403, 400, 400, 400],
  "serviceAccounts.remove": [401, 403, 403, 404, 404, 404],
  "ownKeys.create": [401, 400, 400, 400, 400, 400],
  "ownKeys.update": [401, 400, 400, 400, 400, 400],
  "ownKeys.revoke": [401, 404, 404, 404, 404, 400],
  "apiKeys.list": [401, 200, 200, 200, 200, 200],
  "apiKeys.create": [401, 403, 403, 400, 400, 400],
  "apiKeys.get": [401, 404, 404, 404, 404, 404],
  "apiKeys.update": [401, 403, 403, 400, 400, 400],
  "apiKeys.import": [401, 403, 403, 400, 400, 400],
  "apiKeys.rotate": [401, 403, 403, 400, 400, 400],
  "apiKeys.revoke": [401, 403, 403, 404, 404, 404],
  "providers.list": [401, 403, 403, 200, 200, 200],
  "targets.list": [401, 403, 403, 200, 200, 200],
  "targets.queues": [401, 200, 200, 200, 200, 200],
  "providers.create": [401, 403, 403, 400, 400, 400],
  "providers.get": [401, 403, 403, 404, 404, 404],
  "providers.update": [401, 403, 403, 400, 400, 400],
  "providers.remove": [401, 403, 403, 404, 404, 404],
  "providers.test": [401, 403, 403, 404, 404, 404],
  "providers.discoverModels": [401, 403, 403, 404, 404, 404],
  "providers.types": [401, 403, 403, 200, 200, 200],
  "models.list": [401, 403, 403, 200, 200, 200],
  "models.create": [401, 403, 403, 400, 400, 400],
  "models.get": [401, 403, 403, 404, 404, 404],
  "models.update": [401, 403, 403, 400, 400, 400],
  "models.remove": [401, 403, 403, 404, 404, 404],
  "prices.get": [401, 403, 403, 200, 200, 200],
  "prices.refresh": [401, 403, 403, 400, 400, 400],
  "cache.get": [401, 403, 403, 200, 200, 200],
  "cache.purge": [401, 403, 403, 200, 200, 200],
  "bulk.run": [401, 400, 400, 400, 400, 400],
  "certificates.list": [401, 403, 403, 200, 200, 200],
  "certificates.renew": [401, 403, 403, 200, 200, 200],
  "encryption.get": [401, 403, 403, 200, 200, 200],
  "encryption.rotate": [401, 403, 403, 400, 400, 400],
  "imports.spend": [401, 403, 403, 400, 400, 400],
  "imports.usage": [401, 403, 403, 400, 400, 400],
  "aliases.list": [401, 200, 200, 200, 200, 200],
  "aliases.create": [401, 403, 403, 400, 400, 400],
  "aliases.get": [401, 404, 404, 404, 404, 404],
  "aliases.update": [401, 403, 403, 400, 400, 400],
  "aliases.remove": [401, 403, 403, 404, 404, 404],
  "consents.list": [401, 200, 200, 200, 200, 200],
  "consents.get": [401, 404, 404, 404, 404, 404],
  "consents.approve": [401, 403, 403, 400, 400, 400],
  "consents.refuse": [401, 403, 403, 400, 400, 400],
  "guardrails.list": [401, 403, 403, 200, 200, 200],
  "guardrails.create": [401, 403, 403, 400, 400, 400],
  "guardrails.try": [401, 403, 403, 400, 400, 400],
  "guardrails.get": [401, 403, 403, 404, 404, 404],
  "guardrails.update": [401, 403, 403, 400, 400, 400],
  "guardrails.remove": [401, 403, 403, 404, 404, 404],
  "consentPolicies.list": [401, 403, 403, 200, 200, 200],
  "consentPolicies.create": [401, 403, 403, 400, 400, 400],
  "consentPolicies.get": [401, 403, 403, 404, 404, 404],
  "consentPolicies.update": [401, 403, 403, 400, 400, 400],
  "consentPolicies.remove": [401, 403, 403, 404, 404, 404],
  "requests.list": [401, 200, 200, 200, 200, 200],
  "requests.export": [401, 200, 200, 200, 200, 200],
  "requests.exportNdjson": [401, 200, 200, 200, 200, 200],
  "requests.refused": [401, 200, 200, 200, 200, 200],
  "requests.get": [401, 404, 404, 404, 404, 404],
  "requests.content": [401, 403, 403, 404, 404, 404],
  "budgets.list": [401, 200, 200, 200, 200, 200],
  "budgets.get": [401, 400, 400, 400, 400, 400],
  "alerts.list": [401, 403, 403, 200, 200, 200],
  "notifications.list": [401, 200, 200, 200, 200, 200],
  "chatSessions.list": [401, 200, 200, 200, 200, 400],
  "chatSessions.get": [401, 404, 404, 404, 404, 400],
  "chatSessions.export": [401, 404, 404, 404, 404, 400],
  "chatSessions.exportMarkdown": [401, 404, 404, 404, 404, 400],
  "chatSessions.update": [401, 400, 400, 400, 400, 400],
  "chatSessions.remove": [401, 404, 404, 404, 404, 400],
  "views.list": [401, 200, 200, 200, 200, 200],
  "views.create": [401, 400, 400, 400, 400, 400],
  "views.update": [401, 400, 400, 400, 400, 400],
  "views.remove": [401, 404, 404, 404, 404, 404],
  "events.list": [401, 200, 200, 200, 200, 200],
  "events.stream": [401, 200, 200, 200, 200, 200],
  "reports.list": [401, 200, 200, 200, 200, 200],
  "reports.create": [401, 400, 400, 400, 400, 400],
  "reports.get": [401, 404, 404, 404, 404, 404],
  "reports.update": [401, 400, 400, 400, 400, 400],
  "reports.remove": [401, 404, 404, 404, 404, 404],
  "reports.run": [401, 404, 404, 404, 404, 404],
  "reports.content": [401, 404, 404, 404, 404, 404],
  "reports.runs": [401, 404, 404, 404, 404, 404],
  "backups.list": [401, 403, 403, 200, 200, 200],
  "backups.create": [401, 403, 403, 409, 409, 409],
  "backups.plan": [401, 403, 403, 200, 200, 200],
  "webhooks.list": [401, 403, 403, 200, 200, 200],
  "webhooks.create": [401, 403, 403, 400, 400, 400],
  "webhooks.get": [401, 403, 403, 404, 404, 404],
  "webhooks.update": [401, 403, 403, 400, 400, 400],
  "webhooks.rotateSecret": [401, 403, 403, 404, 404, 404],
  "webhooks.remove": [401, 403, 403, 404, 404, 404],
  "webhooks.test": [401, 403, 403, 404, 404, 404],
  "webhooks.deliveries": [401, 403, 403, 404, 404, 404],
  "webhooks.resend": [401, 403, 403, 404, 404, 404],
  "audit.list": [401, 403, 403, 200, 200, 200],
  "audit.get": [401, 403, 403, 404, 404, 404],
  "audit.verify": [401, 403, 403, 200, 200, 200],
  "audit.export": [401, 403, 403, 200, 200, 200],
  "audit.exportCef": [401, 403, 403, 200, 200, 200],
  "system.read": [401, 403, 403, 200, 200, 200],
  "system.configuration": [401, 403, 403, 200, 200, 200],
  "system.file": [401, 403, 403, 200, 200, 200],
  "system.check": [401, 403, 403, 400, 400, 400],
  "system.reload": [401, 403, 403, 200, 200, 200],
  "system.declared": [401, 403, 403, 200, 200, 200],
  "system.apply": [401, 403, 403, 200, 200, 200],
  "usage.list": [401, 200, 200, 200, 200, 200],
  "usage.summary": [401, 200, 200, 200, 200, 200],
  "usage.series": [401, 200, 200, 200, 200, 200],
  "usage.exportNdjson": [401, 200, 200, 200, 200, 200],
  "usage.export": [401, 200, 200, 200, 200, 200],
};

let plane: AdminPlane;
let credentials: readonly (string | null)[];
const password = "correct horse battery";

/** A session and a key of a new user. */
async function enroll(email: string, role: "admin" | "member"): Promise<readonly [string, string]> {
  const { id } = await plane.admin.users.create({ body: { email, password, role } });
  const { token } = await plane.as(null).sessions.create({ body: { email, password } });
  const { key } = await plane.admin.apiKeys.create({ body: { name: "test", user_id: id } });
  return [token, key];
}

beforeAll(async () => {
  plane = await startAdminPlane();
  const users = await enroll("bob@example.com", "member");
  const admins = await enroll("ada@example.com", "admin");
  credentials = [null, ...users, ...admins, adminKey];
});
afterAll(() => plane.close());

async function ask({ method, path }: AdminRoute, credential: string | null): Promise<number> {
  const headers = credential === null ? undefined : { authorization: `Bearer ${credential}` };
  const response = await fetch(plane.url + path.replace(/\{\w+\}/g, "none"), { method, ...(headers && { headers }) });
  // A stream ends when whoever follows it leaves.
  if (response.headers.get("content-type")?.startsWith("text/event-stream") === true) await response.body?.cancel();
  else await response.arrayBuffer();
  return response.status;
}

/** What ends the sessions of the callers comes last. */
const routes: readonly AdminRoute[] = Object.values(adminRoutes)
  .flatMap((group): AdminRoute[] => Object.values(group))
  .toSorted((a, b) => Number(a.id === "sessions.end") - Number(b.id === "sessions.end"));

describe(`what a route answers to ${callers.join(", ")}`, () => {
  it.each(routes.map((route) => [route.id, route] as const))("%s", async (id, route) => {
    const given = await Promise.all(credentials.map((credential) => ask(route, credential)));
    expect(given).toEqual(Object.entries(answers).find(([known]) => known === id)?.[1]);
  });

  it("is decided for no route that does not exist", () => {
    expect(Object.keys(answers).toSorted()).toEqual(routes.map(({ id }) => id).toSorted());
  });
});
