// What a route has changed, for those who look at it: it follows from the route's name and from what it answers.

import type { AdminRoute } from "@ghostllm/contract/routes";
import type { ObjectChange } from "#link/signals.ts";

/** By the group of the route. */
const objects: Readonly<Record<string, string>> = {
  sessions: "sessions",
  users: "users",
  apiKeys: "keys",
  providers: "providers",
  models: "models",
  aliases: "aliases",
  prices: "prices",
};

/** Tests and discoveries change models, if anything. */
const others: Readonly<Record<string, string | null>> = {
  "providers.test": null,
  "providers.discoverModels": "models",
  "sessions.create": null,
};

/** Null where nothing was changed that anybody looks at. */
export function changeOf(route: AdminRoute, params: unknown, answer: unknown): ObjectChange | null {
  if (route.method === "GET") return null;
  const [group = ""] = route.id.split(".");
  const known = others[route.id];
  const what = known === undefined ? objects[group] : known;
  if (what === undefined || what === null) return null;
  const id = textOf(params, "id") ?? textOf(answer, "id");
  return { what, id, userId: textOf(answer, "user_id") ?? (what === "users" ? id : null) };
}

function textOf(value: unknown, name: string): string | null {
  const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
  return typeof found === "string" ? found : null;
}
