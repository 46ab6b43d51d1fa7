// What is to be here when an import is done, whichever gateway it is from: things name each other by what their source calls them.

import type { AdminRoutes, RouteInput } from "#routes/index.ts";

type AliasBody = RouteInput<AdminRoutes["aliases"]["create"]>["body"];
type KeyBody = RouteInput<AdminRoutes["apiKeys"]["import"]>["body"];
type ModelBody = RouteInput<AdminRoutes["models"]["create"]>["body"];
type BudgetBody = NonNullable<KeyBody["budgets"]>[number];

export interface DesiredProvider {
  /** By which targets name it. */
  readonly ref: string;
  /** Its name where that is free, or of one that is the same. */
  readonly name: string;
  readonly type: string;
  readonly baseUrl: string | null;
  readonly credential: string | null;
  readonly settings: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

export interface DesiredModel {
  readonly provider: string;
  readonly name: string;
  /** What is said of it beside its name. */
  readonly facts: Omit<ModelBody, "provider_id" | "name">;
}

export interface TargetLimits {
  readonly requests_per_minute: number | null;
  readonly tokens_per_minute: number | null;
  readonly concurrent_requests: number | null;
}

export interface DesiredTarget {
  readonly provider: string;
  readonly model: string;
  readonly weight: number;
  /** Null is unlimited. */
  readonly limits: TargetLimits | null;
}

export interface DesiredAlias {
  readonly name: string;
  readonly targets: readonly DesiredTarget[];
  readonly terms: Omit<AliasBody, "name" | "targets">;
}

export interface DesiredBudget {
  readonly terms: Omit<BudgetBody, "id">;
  /** USD in its period of now. */
  readonly spent: string;
}

export interface Bounds {
  /** Of those that the source knows; null is unlimited. */
  readonly limits: NonNullable<KeyBody["limits"]>;
  /** Over its whole life. */
  readonly budget: string | null;
  readonly budgets: readonly DesiredBudget[];
  /** USD in its whole life. */
  readonly spent: string;
}

export interface DesiredOrganisation {
  readonly ref: string;
  readonly name: string;
  readonly bounds: Bounds;
}

export interface DesiredUser {
  readonly ref: string;
  readonly email: string;
  readonly username: string;
  readonly role: string;
  readonly isActive: boolean;
  readonly bounds: Bounds;
}

export interface DesiredTeam {
  readonly ref: string;
  readonly name: string;
  readonly organisation: string | null;
  readonly models: readonly string[] | null;
  readonly bounds: Bounds;
}

export interface DesiredMember {
  readonly team: string;
  readonly user: string;
  readonly role: "manager" | "member" | "viewer";
}

export interface DesiredKey {
  readonly sha256: string;
  readonly name: string;
  /** Null: it is of the team itself. */
  readonly user: string | null;
  readonly team: string | null;
  readonly permissions: NonNullable<KeyBody["permissions"]>;
  readonly tags: readonly string[];
  readonly expiresAt: string | null;
  /** It has ended there: it is here so that its usage has a name. */
  readonly isOver: boolean;
  readonly bounds: Bounds;
}

export interface DesiredUsage {
  readonly hour: string;
  /** Null: of a key that is not moved. */
  readonly sha256: string | null;
  readonly provider: string;
  readonly model: string;
  readonly requestedModel: string;
  readonly requests: number;
  readonly errors: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens: number;
  readonly cacheWriteTokens: number;
  readonly cost: string;
}

export interface Desired {
  /** As the server keeps apart what several sources tell. */
  readonly source: string;
  readonly providers: readonly DesiredProvider[];
  readonly models: readonly DesiredModel[];
  readonly aliases: readonly DesiredAlias[];
  readonly organisations: readonly DesiredOrganisation[];
  readonly users: readonly DesiredUser[];
  readonly teams: readonly DesiredTeam[];
  readonly members: readonly DesiredMember[];
  readonly keys: readonly DesiredKey[];
  readonly usage: readonly DesiredUsage[];
}

export const nothingDesired: Omit<Desired, "source"> = {
  ...{ providers: [], models: [], aliases: [], organisations: [], users: [] },
  ...{ teams: [], members: [], keys: [], usage: [] },
};

export const unbounded: Bounds = { limits: {}, budget: null, budgets: [], spent: "0" };
