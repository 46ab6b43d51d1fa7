import type { AdminRoutes } from "@ghostllm/contract/routes";
import { createApiKeysResource } from "./api-keys.ts";
import { createNotificationsResource } from "./notifications.ts";
import { createBudgetsResource } from "./budgets.ts";
import { createModelsResource } from "./models.ts";
import { createPricesResource } from "./prices.ts";
import { createProvidersResource } from "./providers.ts";
import { createRequestsResource } from "./requests.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";
import { createAliasesResource } from "./aliases.ts";
import { createSessionsResource } from "./sessions.ts";
import { createSystemResource } from "./system.ts";
import { createUsageResource } from "./usage.ts";
import { createUsersResource } from "./users.ts";

export type Resources = { readonly [Group in keyof AdminRoutes]: Resource<Group> };

export function createResources(deps: ResourceDependencies): Resources {
  return {
    sessions: createSessionsResource(deps),
    users: createUsersResource(deps),
    apiKeys: createApiKeysResource(deps),
    providers: createProvidersResource(deps),
    models: createModelsResource(deps),
    prices: createPricesResource(deps),
    aliases: createAliasesResource(deps),
    requests: createRequestsResource(deps),
    usage: createUsageResource(deps),
    budgets: createBudgetsResource(deps),
    notifications: createNotificationsResource(deps),
    system: createSystemResource(deps),
  };
}
