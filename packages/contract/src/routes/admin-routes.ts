// The admin API as data. The server binds its handlers to this table and the client takes its methods from it,
// so neither can have a route that the other lacks.

import { aliasRoutes } from "./aliases.ts";
import { apiKeyRoutes } from "./api-keys.ts";
import { budgetRoutes } from "./budgets.ts";
import { modelRoutes } from "./models.ts";
import { notificationRoutes } from "./notifications.ts";
import { priceRoutes } from "./prices.ts";
import { providerRoutes } from "./providers.ts";
import { requestRoutes } from "./requests.ts";
import type { AdminRoute } from "./route.ts";
import { sessionRoutes } from "./sessions.ts";
import { systemRoutes } from "./system.ts";
import { usageRoutes } from "./usage.ts";
import { userRoutes } from "./users.ts";

export const adminRoutes = {
  sessions: sessionRoutes,
  users: userRoutes,
  apiKeys: apiKeyRoutes,
  providers: providerRoutes,
  models: modelRoutes,
  prices: priceRoutes,
  aliases: aliasRoutes,
  requests: requestRoutes,
  usage: usageRoutes,
  budgets: budgetRoutes,
  notifications: notificationRoutes,
  system: systemRoutes,
} as const;

export type AdminRoutes = typeof adminRoutes;

export const adminRouteList: readonly AdminRoute[] = Object.values(adminRoutes).flatMap((group): AdminRoute[] =>
  Object.values(group),
);
