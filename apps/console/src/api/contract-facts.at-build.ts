// What pages need of the contract's tables, without the schemas in them. The build runs this file, and pages get what it exports, as JSON.

import { adminRoutes, viewSearches } from "@ghostllm/contract/routes";
import type { AdminRoute, ViewPage } from "@ghostllm/contract/routes";
import type { RouteAddress, RouteAddresses } from "@ghostllm/contract/trusting-client";

export { livePath, scimPath } from "@ghostllm/contract/routes";

function addressOf({ method, path, mediaType }: AdminRoute): RouteAddress {
  return { method, path, ...(mediaType !== undefined && { mediaType }) };
}

const groups: readonly (readonly [string, Readonly<Record<string, AdminRoute>>])[] = Object.entries(adminRoutes);
const addresses = groups.map(([group, routes]) => [
  group,
  Object.fromEntries(Object.entries(routes).map(([name, route]) => [name, addressOf(route)])),
]);

// The table is walked by name, which the compiler cannot follow.
export const routeAddresses = Object.fromEntries(addresses) as RouteAddresses;

const parameters = Object.entries(viewSearches).map(([page, { shape }]) => [page, Object.keys(shape)]);

/** By page: the parameters of its URL that a view may hold. */
export const viewParameters = Object.fromEntries(parameters) as Readonly<Record<ViewPage, readonly string[]>>;
