// The typed client for a program that comes from the same build as its server, as the console does: it holds no answer against the schemas,
// and knows nothing of the routes but where they are. So it weighs little, however many there are.

import { bindRoutes, notOurs } from "./calls.ts";
import type { Client, ClientOptions, RouteAddress } from "./calls.ts";
import type { AdminRoutes } from "./routes/admin-routes.ts";

export { ClientError, etagOf } from "./calls.ts";
export type { CallOptions, Client, RouteAddress } from "./calls.ts";

export type RouteAddresses = {
  readonly [Group in keyof AdminRoutes]: { readonly [Name in keyof AdminRoutes[Group]]: RouteAddress };
};

export function createTrustingClient(addresses: RouteAddresses, options: ClientOptions): Client {
  return bindRoutes<RouteAddress>(addresses, options, ({ mediaType }, answer) => {
    const isWhole = mediaType === undefined ? isObject(answer.body) : typeof answer.body === "string";
    if (!isWhole) throw notOurs(answer, "it is no JSON");
    return answer.body;
  });
}

function isObject(body: unknown): boolean {
  return typeof body === "object" && body !== null;
}
