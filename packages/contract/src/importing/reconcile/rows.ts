// What there is at the server, as its routes answer it.

import type { AdminRoutes, RouteAnswer, RouteInput } from "#routes/index.ts";

export type User = RouteAnswer<AdminRoutes["users"]["get"]>;
export type ApiKey = RouteAnswer<AdminRoutes["apiKeys"]["get"]>;
export type Organisation = RouteAnswer<AdminRoutes["organisations"]["get"]>;
export type Team = RouteAnswer<AdminRoutes["teams"]["get"]>;
export type TeamMember = RouteAnswer<AdminRoutes["teams"]["addMember"]>;
export type Alias = RouteAnswer<AdminRoutes["aliases"]["get"]>;
export type Provider = RouteAnswer<AdminRoutes["providers"]["get"]>;
export type Model = RouteAnswer<AdminRoutes["models"]["get"]>;

type Update = NonNullable<RouteInput<AdminRoutes["users"]["update"]>["body"]>;
export type Held = User["budgets"][number];
export type Limits = User["limits"];
export type GivenBudget = NonNullable<Update["budgets"]>[number];
