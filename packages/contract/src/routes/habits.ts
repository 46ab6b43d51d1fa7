// What every route keeps to, as it follows from the table: which take an Idempotency-Key, and which are about an object that has versions.
// The server, the client and the document go by this, so that no route can be left out.

import type { AdminRoute } from "./route.ts";

export const idempotencyKeyHeader = "Idempotency-Key";

/** Whatever somebody changes who is known can be sent again. */
export function takesIdempotencyKey({ method, permission }: Pick<AdminRoute, "method" | "permission">): boolean {
  return method !== "GET" && permission !== "public";
}

/** An object that has versions is one that a route changes by PATCH: that route. Whatever lies below its path is about it. */
export function changingRoute(routes: readonly AdminRoute[], { path }: AdminRoute): AdminRoute | null {
  const changing = routes.filter((one) => one.method === "PATCH");
  const found = changing.filter((one) => path === one.path || path.startsWith(`${one.path}/`));
  // Of a member's path, that of his team is the beginning.
  return found.toSorted((left, right) => right.path.length - left.path.length)[0] ?? null;
}

/** The route that changes what this one makes. */
export function changingWhatIsMade(routes: readonly AdminRoute[], { method, path }: AdminRoute): AdminRoute | null {
  if (method !== "POST") return null;
  return routes.find((one) => one.method === "PATCH" && one.path.replace(/\/\{\w+\}$/, "") === path) ?? null;
}
