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
    if (!parsed.success) throw notOurs(answer, z.prettifyError(parsed.error));
    return parsed.data;
  });
}
