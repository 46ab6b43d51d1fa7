// The one typed client of the admin API: its methods, inputs and answers come from the table of routes.
// Used by the CLI and by every other program that operates GhostLLM. Invariant: an answer is what the route says, or none.

import { z } from "zod";
import { bindRoutes, notOurs } from "./calls.ts";
import type { Client, ClientOptions } from "./calls.ts";
import { adminRoutes } from "./routes/admin-routes.ts";
import type { AdminRoute } from "./routes/route.ts";

export { ClientError, etagOf } from "./calls.ts";
export type { CallOptions, Client, ClientErrorCode, ClientOptions } from "./calls.ts";

export function createClient(options: ClientOptions): Client {
  return bindRoutes<AdminRoute>(adminRoutes, options, (route, answer) => {
    const parsed = route.response.safeParse(answer.body);
    if (parsed.success) return parsed.data;
    const filled = route.response.safeParse(withNulls(answer.body, parsed.error.issues));
    if (!filled.success) throw notOurs(answer, z.prettifyError(parsed.error));
    return filled.data;
  });
}

/** An earlier version's server knows nothing of newer fields: where they may be null, that is what they are there. */
function withNulls(body: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  const filled: unknown = structuredClone(body);
  for (const { path } of issues) {
    const [field, ...above] = path.toReversed();
    const holder = above.toReversed().reduce(within, filled);
    if (typeof field === "string" && isRecord(holder)) holder[field] ??= null;
  }
  return filled;
}

function within(value: unknown, field: PropertyKey): unknown {
  return isRecord(value) ? value[String(field)] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
