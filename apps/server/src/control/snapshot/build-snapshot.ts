// Reads the store and builds the view the gateway works from. Called by the snapshot source only.
// Invariant: what may not be used (revoked keys, disabled providers, credentials that do not open) is not in it.

import { setImmediate as yieldToEventLoop } from "node:timers/promises";
import type { PriceBook } from "@ghostllm/llm";
import type { ControlLog } from "#control/control-log.ts";
import type { ApiKeyRow, ModelRow, ProviderRow, AliasRow, Store, UserRow } from "#control/store/store.ts";
import type { Page } from "#control/store/page.ts";
import type { LimitedScope, Principal } from "#domain/principal.ts";
import { roles } from "#domain/access/roles.ts";
import type { ScopeKind } from "#domain/access/scope.ts";
import type { ProviderEntry, Alias, Snapshot, Target } from "#domain/snapshot.ts";
import { toProviderEntry } from "./providers.ts";
import type { ProviderSources } from "./providers.ts";
import { toTarget, toUnlistedTarget } from "./targets.ts";

export interface SnapshotSources extends ProviderSources {
  readonly store: Store;
  readonly log: ControlLog;
}

export interface SnapshotBuild {
  readonly version: number;
  readonly prices: PriceBook;
}

const pageSize = 500;

export async function buildSnapshot(sources: SnapshotSources, { version, prices }: SnapshotBuild): Promise<Snapshot> {
  const { store } = sources;
  const users = await readAll((page) => store.users.list(page, "all"));
  const keys = await readAll((page) => store.apiKeys.list(page, "all"));
  const providerRows = sortById(await store.providers.list());
  const modelRows = sortById(await store.models.list());
  const aliasRows = await store.aliases.list();

  const { providers, unusableProviders } = await openProviders(providerRows, sources);
  const targets = toTargets(modelRows, providers, prices);
  const models = groupByName(targets);
  const aliases = new Map(aliasRows.map((row) => [row.name, toAlias(row, { providers, targets, prices })]));
  const unusableIds = new Set(providerRows.filter(({ name }) => unusableProviders.has(name)).map(({ id }) => id));
  const lostModels = modelRows.filter(({ providerId, name }) => unusableIds.has(providerId) && !models.has(name));
  const lostAliases = aliasRows.filter(
    (row) =>
      aliases.get(row.name)?.targets.length === 0 && row.targets.some((to) => unusableProviders.has(to.provider)),
  );
  return {
    version,
    keys: toPrincipals(keys, users),
    providers,
    models,
    aliases,
    prices,
    unusableProviders,
    unusableModels: new Set([...lostModels, ...lostAliases].map(({ name }) => name)),
  };
}

/** All pages of a list. The event loop gets a turn between them, since SQLite answers without giving it one. */
export async function readAll<Row extends { readonly id: string }>(
  list: (page: Page) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (;;) {
    const after = rows.at(-1)?.id;
    const page = await list({ limit: pageSize, ...(after !== undefined && { after }) });
    rows.push(...page);
    if (page.length < pageSize) return rows;
    await yieldToEventLoop();
  }
}

function toPrincipals(keys: readonly ApiKeyRow[], users: readonly UserRow[]): ReadonlyMap<string, Principal> {
  const usersById = new Map(users.map((user) => [user.id, { user, scope: limitedScope("user", user) }]));
  const principals = new Map<string, Principal>();
  for (const key of keys) {
    const owner = usersById.get(key.userId);
    if (key.isActive && owner !== undefined) principals.set(key.keyHash, toPrincipal(key, owner.user, owner.scope));
  }
  return principals;
}

function toPrincipal(key: ApiKeyRow, user: UserRow, userScope: LimitedScope): Principal {
  return {
    keyId: key.id,
    keyHash: key.keyHash,
    publicId: key.publicId,
    userId: user.id,
    grants: roles[user.role],
    permissions: key.permissions,
    scopes: [limitedScope("key", key), userScope],
    expiresAt: key.expiresAt,
  };
}

function limitedScope(
  kind: ScopeKind,
  { id, limits, budgetNanos }: Pick<UserRow, "id" | "limits" | "budgetNanos">,
): LimitedScope {
  return { kind, id, limits, budgetNanos };
}

async function openProviders(
  rows: readonly ProviderRow[],
  sources: SnapshotSources,
): Promise<Pick<Snapshot, "providers" | "unusableProviders">> {
  const providers = new Map<string, ProviderEntry>();
  const unusableProviders = new Map<string, string>();
  for (const row of rows) {
    if (!row.enabled) continue;
    try {
      providers.set(row.name, await toProviderEntry(row, sources));
    } catch (error) {
      unusableProviders.set(row.name, error instanceof Error ? error.message : String(error));
    }
  }
  return { providers, unusableProviders };
}

function toTargets(
  rows: readonly ModelRow[],
  providers: ReadonlyMap<string, ProviderEntry>,
  prices: PriceBook,
): readonly Target[] {
  const rowsByProvider = Map.groupBy(rows, (row) => row.providerId);
  return [...providers.values()].flatMap((provider) =>
    (rowsByProvider.get(provider.id) ?? []).map((row) => toTarget(provider, row, prices)),
  );
}

function groupByName(targets: readonly Target[]): ReadonlyMap<string, readonly Target[]> {
  return Map.groupBy(targets, (target) => target.model);
}

interface AliasParts {
  readonly providers: ReadonlyMap<string, ProviderEntry>;
  readonly targets: readonly Target[];
  readonly prices: PriceBook;
}

function toAlias(row: AliasRow, { providers, targets, prices }: AliasParts): Alias {
  return {
    id: row.id,
    name: row.name,
    strategy: row.strategy,
    createdAt: row.createdAt,
    targets: row.targets.flatMap(({ provider: providerName, model, weight }) => {
      const provider = providers.get(providerName);
      if (provider === undefined) return [];
      const listed = targets.find((target) => target.provider === provider && target.model === model);
      return [{ target: listed ?? toUnlistedTarget({ provider, model, createdAt: row.createdAt }, prices), weight }];
    }),
  };
}

function sortById<Row extends { readonly id: string }>(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((left, right) => (left.id < right.id ? -1 : 1));
}
