import { adminRoutes } from "@ghostllm/contract/routes";
import type { AdminRoute, AdminRoutes } from "@ghostllm/contract/routes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adminKey, startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";

type RouteOf<Group> = Group extends Readonly<Record<string, AdminRoute>> ? Group[keyof Group] : never;
type RouteId = RouteOf<AdminRoutes[keyof AdminRoutes]>["id"];

const callers = [
  "nobody",
  "a user's session",
  "a user's key",
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
  "sessions.me": [401, 200, 200, 200, 200, 200],
  "users.list": [401, 403, 403, 200, 200, 200],
  "users.create": [401, 403, 403, 400, 400, 400],
  "users.get": [401, 403, 403, 404, 404, 404],
  "users.update": [401, 403, 403, 400, 400, 400],
  "users.remove": [401, 403, 403, 404, 404, 404],
  "apiKeys.list": [401, 200, 200, 200, 200, 200],
  "apiKeys.create": [401, 403, 403, 400, 400, 400],
  "apiKeys.get": [401, 404, 404, 404, 404, 404],
  "apiKeys.update": [401, 403, 403, 400, 400, 400],
  "apiKeys.revoke": [401, 403, 403, 404, 404, 404],
  "providers.list": [401, 403, 403, 200, 200, 200],
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
  "aliases.list": [401, 403, 403, 200, 200, 200],
  "aliases.create": [401, 403, 403, 400, 400, 400],
  "aliases.get": [401, 403, 403, 404, 404, 404],
  "aliases.update": [401, 403, 403, 400, 400, 400],
  "aliases.remove": [401, 403, 403, 404, 404, 404],
  "requests.list": [401, 200, 200, 200, 200, 200],
  "requests.refused": [401, 200, 200, 200, 200, 200],
  "requests.get": [401, 404, 404, 404, 404, 404],
  "budgets.list": [401, 200, 200, 200, 200, 200],
  "notifications.list": [401, 200, 200, 200, 200, 200],
  "system.read": [401, 403, 403, 200, 200, 200],
  "system.configuration": [401, 403, 403, 200, 200, 200],
  "usage.list": [401, 200, 200, 200, 200, 200],
  "usage.summary": [401, 200, 200, 200, 200, 200],
  "usage.series": [401, 200, 200, 200, 200, 200],
  "usage.export": [401, 200, 200, 200, 200, 200],
};

let plane: AdminPlane;
let credentials: readonly (string | null)[];
const password = "correct horse battery";

/** A session and a key of a new user. */
async function enroll(email: string, role: "admin" | "user"): Promise<readonly [string, string]> {
  const { id } = await plane.admin.users.create({ body: { email, password, role } });
  const { token } = await plane.as(null).sessions.create({ body: { email, password } });
  const { key } = await plane.admin.apiKeys.create({ body: { name: "test", user_id: id } });
  return [token, key];
}

beforeAll(async () => {
  plane = await startAdminPlane();
  const users = await enroll("bob@example.com", "user");
  const admins = await enroll("ada@example.com", "admin");
  credentials = [null, ...users, ...admins, adminKey];
});
afterAll(() => plane.close());

async function ask({ method, path }: AdminRoute, credential: string | null): Promise<number> {
  const headers = credential === null ? undefined : { authorization: `Bearer ${credential}` };
  const response = await fetch(plane.url + path.replace(/\{\w+\}/g, "none"), { method, ...(headers && { headers }) });
  await response.arrayBuffer();
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
