// The store as the rest of the control plane sees it: one implementation over Kysely, for SQLite and for PostgreSQL.
// Rows use the domain's names; times are epoch ms, money is nano-USD, ids are UUIDv7 text.

import type { ModelFacts } from "#domain/model-facts.ts";
import type { FurtherPrices } from "#domain/price-overrides.ts";
import type { Reach } from "#domain/access/may.ts";
import type { Role } from "#domain/access/roles.ts";
import type { Scope } from "#domain/access/scope.ts";
import type { Permissions, RateLimits } from "#domain/principal.ts";
import type { AliasStrategy } from "#domain/snapshot.ts";
import type { OwnedObject } from "#link/owners.ts";
import type { Page } from "./page.ts";
import type { UsageStore } from "./usage-store.ts";

export interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly username: string;
  readonly hasPassword: boolean;
  readonly role: Role;
  readonly limits: RateLimits;
  readonly budgetNanos: number | null;
  readonly spentNanos: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface Credentials {
  readonly user: UserRow;
  /** Null for a user who cannot sign in. */
  readonly passwordHash: string | null;
}

export interface ApiKeyRow {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  /** `gk-` and 12 characters. */
  readonly publicId: string;
  /** SHA-256 of the whole key, lower-case hex. */
  readonly keyHash: string;
  readonly permissions: Permissions;
  readonly limits: RateLimits;
  readonly budgetNanos: number | null;
  readonly spentNanos: number;
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
  readonly isActive: boolean;
  readonly createdAt: number;
}

export interface ProviderRow {
  readonly id: string;
  readonly name: string;
  readonly providerType: string;
  /** Null: the definition's own. */
  readonly baseUrl: string | null;
  /** Envelope-encrypted credential. */
  readonly apiKeyEncrypted: string | null;
  readonly enabled: boolean;
  readonly settings: Readonly<Record<string, string>>;
  /** Envelope-encrypted headers and parameters that go with every request. */
  readonly additionsEncrypted: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type ModelOrigin = "catalog" | "vendor" | "operator";

export interface ModelRow {
  readonly id: string;
  readonly providerId: string;
  readonly name: string;
  readonly contextLength: number | null;
  /** Overrides of the catalogue's prices, nano-USD per million tokens; null: as in the catalogue. */
  readonly inputPrice: number | null;
  readonly outputPrice: number | null;
  readonly cachedInputPrice: number | null;
  readonly furtherPrices: FurtherPrices;
  readonly supportsVision: boolean | null;
  readonly supportsFunctions: boolean | null;
  readonly supportsStreaming: boolean | null;
  /** Who named it; null for rows that are older than the question. */
  readonly origin: ModelOrigin | null;
  /** What the vendor's list tells, behind what the operator says. */
  readonly listed: ModelFacts | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface AliasTargetRow {
  /** Names, not ids: an alias outlives a provider that is removed and added again. */
  readonly provider: string;
  readonly model: string;
  readonly weight: number;
}

export interface AliasRow {
  readonly id: string;
  readonly name: string;
  readonly strategy: AliasStrategy;
  readonly targets: readonly AliasTargetRow[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface KeyName {
  readonly name: string;
  readonly publicId: string;
  readonly userId: string;
}

/** What people call what records name by id; what is not here has been deleted. */
export interface Names {
  readonly users: ReadonlyMap<string, string>;
  readonly keys: ReadonlyMap<string, KeyName>;
}

/** What a scope has spent, in nano-USD. */
export interface ScopeSpend {
  readonly scope: Scope;
  readonly nanos: number;
}

/** A budget and how far it is used up. */
export interface UsedBudget {
  readonly scope: Scope;
  /** What people call it. */
  readonly name: string;
  readonly userId: string;
  readonly budgetNanos: number;
  readonly spentNanos: number;
}

export interface BudgetQuery {
  /** Of the budget, in hundredths: those that have spent as much. */
  readonly percent: number;
  readonly limit: number;
  /** Of users and keys; absent: all. */
  readonly ids?: readonly string[];
}

type New<Row, Given extends keyof Row> = Pick<Row, Given>;

export type NewUser = New<UserRow, "email" | "username" | "role" | "limits" | "budgetNanos"> &
  Pick<Credentials, "passwordHash">;
export type UserChange = Partial<NewUser>;
export type NewApiKey = New<
  ApiKeyRow,
  "userId" | "name" | "publicId" | "keyHash" | "permissions" | "limits" | "budgetNanos" | "expiresAt"
>;
export type ApiKeyChange = Partial<
  Pick<ApiKeyRow, "name" | "permissions" | "limits" | "budgetNanos" | "expiresAt" | "isActive">
>;
export type NewProvider = New<
  ProviderRow,
  "name" | "providerType" | "baseUrl" | "apiKeyEncrypted" | "enabled" | "settings" | "additionsEncrypted"
>;
export type ProviderChange = Partial<NewProvider>;
export type NewModel = Omit<ModelRow, "id" | "createdAt" | "updatedAt">;
export type ModelChange = Partial<Omit<NewModel, "providerId" | "name">>;
export type NewAlias = New<AliasRow, "name" | "strategy" | "targets">;
export type AliasChange = Partial<NewAlias>;

/**
 * Methods that name one object answer undefined (or false) where there is none. What belongs to somebody is found only
 * within the reach of whoever asks; beyond it there is nothing. A broken unique constraint rejects
 * with GhostError `conflict`. Every other rejection means that the database is unavailable or faulty.
 */
export interface Store {
  readonly engine: "sqlite" | "postgres";
  readonly users: {
    create(user: NewUser): Promise<UserRow>;
    list(page: Page, reach: Reach): Promise<readonly UserRow[]>;
    find(id: string, reach: Reach): Promise<UserRow | undefined>;
    update(id: string, change: UserChange): Promise<UserRow | undefined>;
    /** Removes the user's keys too; usage_logs keeps what they used. */
    remove(id: string): Promise<boolean>;
  };
  /** Apart from the users, so that whoever reads those comes by no hash. */
  readonly credentials: {
    find(by: { readonly id: string } | { readonly email: string }): Promise<Credentials | undefined>;
  };
  /** Those that were signed out; each is forgotten when it would have ended by itself. */
  readonly endedSessions: {
    /** `expiresAt`: epoch ms. */
    add(id: string, expiresAt: number): Promise<void>;
    has(id: string): Promise<boolean>;
  };
  readonly apiKeys: {
    create(key: NewApiKey): Promise<ApiKeyRow>;
    list(page: Page & { readonly userId?: string }, reach: Reach): Promise<readonly ApiKeyRow[]>;
    find(id: string, reach: Reach): Promise<ApiKeyRow | undefined>;
    /** Those that work still, and end before this (epoch ms); the first to end come first. */
    expiring(before: number, limit: number, reach: Reach): Promise<readonly ApiKeyRow[]>;
    update(id: string, change: ApiKeyChange, reach: Reach): Promise<ApiKeyRow | undefined>;
  };
  readonly providers: {
    create(provider: NewProvider): Promise<ProviderRow>;
    list(): Promise<readonly ProviderRow[]>;
    find(id: string): Promise<ProviderRow | undefined>;
    update(id: string, change: ProviderChange): Promise<ProviderRow | undefined>;
    /** Removes the provider's models too. */
    remove(id: string): Promise<boolean>;
  };
  readonly models: {
    /** Adds those whose (provider, name) is new and leaves the others as they are. Answers how many were added. */
    add(models: readonly NewModel[]): Promise<number>;
    list(): Promise<readonly ModelRow[]>;
    find(id: string): Promise<ModelRow | undefined>;
    update(id: string, change: ModelChange): Promise<ModelRow | undefined>;
    remove(id: string): Promise<boolean>;
  };
  readonly aliases: {
    create(alias: NewAlias): Promise<AliasRow>;
    list(): Promise<readonly AliasRow[]>;
    find(id: string): Promise<AliasRow | undefined>;
    update(id: string, change: AliasChange): Promise<AliasRow | undefined>;
    remove(id: string): Promise<boolean>;
  };
  readonly usage: UsageStore;
  readonly names: {
    find(ids: { readonly users: readonly string[]; readonly keys: readonly string[] }): Promise<Names>;
  };
  readonly budgets: {
    /** Those that are used up the furthest come first. */
    used(query: BudgetQuery, reach: Reach): Promise<readonly UsedBudget[]>;
  };
  readonly spend: {
    /** In the order of scopes; `after` is the last one of the page before. */
    list(page: { readonly limit: number; readonly after?: Scope }): Promise<readonly ScopeSpend[]>;
  };
  /** Whose the objects are that vendors keep. */
  readonly storedObjects: {
    /** Idempotent; of several words about one id the latest holds. */
    keep(objects: readonly OwnedObject[]): Promise<void>;
    /** The latest ones, oldest first. */
    latest(limit: number): Promise<readonly OwnedObject[]>;
    /** Forgets what is older than this (epoch ms), and the oldest where there are more than `most`. */
    prune(before: number, most: number): Promise<void>;
  };
  readonly settings: {
    get(name: string): Promise<string | undefined>;
    set(name: string, value: string): Promise<void>;
    /** Sets the value only where it still is `expected` (undefined: there is none). False: somebody else was faster. */
    replace(name: string, expected: string | undefined, value: string): Promise<boolean>;
  };
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  /** Rejects also when somebody else keeps its tables locked. */
  probe(): Promise<void>;
  /** In bytes. */
  size(): Promise<number>;
  /** Runs something that may wait for the database no longer than this in all: then it rejects with `service_unavailable`. */
  within<Result>(ms: number, run: () => Promise<Result>): Promise<Result>;
  /** Waits for what others do with the database, within the bounds of whoever is running. */
  wait<Result>(work: Promise<Result>): Promise<Result>;
  /** Is this rejection the database's fault, which passes? */
  isUnavailable(error: unknown): boolean;
  /** Does it show that the database serves nobody at all? */
  isDown(error: unknown): boolean;
  close(): Promise<void>;
}
