// All that the gateway serves: each source lists its routes, and what is new here is another source.

import { dialects } from "@ghostllm/llm";
import type { Dialect } from "@ghostllm/llm";
import type { GatewayDeps } from "./deps.ts";
import { estimateRoutes } from "./endpoints/estimate.ts";
import { factRoutes } from "./endpoints/facts.ts";
import { inferenceRoutes } from "./endpoints/inference.ts";
import { modelRoutes } from "./endpoints/models.ts";
import { ownKeyRoutes } from "./endpoints/own-key.ts";
import { ownRequestsRoutes } from "./endpoints/own-requests.ts";
import { ownSessionsRoutes } from "./endpoints/own-sessions.ts";
import { operationRoutes } from "./endpoints/operation.ts";
import type { OperationDeps } from "./endpoints/operation.ts";
import { storedRoutes } from "./endpoints/stored-objects.ts";
import { streamRoutes } from "./endpoints/streams.ts";
import { restOf } from "./endpoints/unserved.ts";
import type { RouteTable } from "./http/route.ts";

/** Without the proxy there are those that tell how the server is. */
export function gatewayRoutes(deps: GatewayDeps & OperationDeps, hasProxy: boolean): RouteTable {
  const spoken: readonly Dialect[] = Object.values(dialects);
  const sources = [
    (dialect: Dialect) => inferenceRoutes(deps, dialect),
    (dialect: Dialect) => storedRoutes(deps, dialect),
    (dialect: Dialect) => modelRoutes(deps, dialect),
    factRoutes,
  ];
  if (!hasProxy) return { routes: operationRoutes(deps), rest: [] };
  return {
    routes: [
      ...spoken.flatMap((dialect) => sources.flatMap((list) => list(dialect))),
      ...ownKeyRoutes(deps),
      ...ownRequestsRoutes(deps),
      ...ownSessionsRoutes(deps),
      ...estimateRoutes(deps),
      ...streamRoutes(deps),
      ...operationRoutes(deps),
    ],
    rest: spoken.flatMap((dialect) => restOf(deps.events, dialect)),
  };
}
