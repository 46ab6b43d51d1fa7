// All that the gateway serves: each source lists its routes, and what is new here is another source.

import { dialects } from "@ghostllm/llm";
import type { Dialect } from "@ghostllm/llm";
import type { GatewayDeps } from "./deps.ts";
import { factRoutes } from "./endpoints/facts.ts";
import { inferenceRoutes } from "./endpoints/inference.ts";
import { modelRoutes } from "./endpoints/models.ts";
import { operationRoutes } from "./endpoints/operation.ts";
import type { OperationDeps } from "./endpoints/operation.ts";
import { storedRoutes } from "./endpoints/stored-objects.ts";
import { restOf } from "./endpoints/unserved.ts";
import type { RouteTable } from "./http/route.ts";

export function gatewayRoutes(deps: GatewayDeps & OperationDeps): RouteTable {
  const spoken: readonly Dialect[] = Object.values(dialects);
  const sources = [
    (dialect: Dialect) => inferenceRoutes(deps, dialect),
    (dialect: Dialect) => storedRoutes(deps, dialect),
    (dialect: Dialect) => modelRoutes(deps, dialect),
    factRoutes,
  ];
  return {
    routes: [...spoken.flatMap((dialect) => sources.flatMap((list) => list(dialect))), ...operationRoutes(deps)],
    rest: spoken.flatMap((dialect) => restOf(deps.events, dialect)),
  };
}
