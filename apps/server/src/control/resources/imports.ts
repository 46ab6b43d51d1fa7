// What was spent and used at another gateway, of what was taken over from there.

import { formatUsd, GhostError, parseUsd } from "@ghostllm/contract";
import type { CarriedSpend, CarriedUsage } from "#control/store/imports/import-store.ts";
import type { ApiKeyRow } from "#control/store/key-store.ts";
import { reachBy } from "#domain/access/may.ts";
import type { Reach } from "#domain/access/may.ts";
import { ScopeMap } from "#domain/access/scope.ts";
import type { Counted } from "#domain/access/scope.ts";
import type { Budget } from "#domain/budgets/budget.ts";
import { Calendar } from "#domain/budgets/calendar.ts";
import { budgetPeriodAt } from "#domain/budgets/periods.ts";
import { invalid } from "./fields.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type SpendBody = Parameters<Resource<"imports">["spend"]>[0]["body"];
type SpendEntry = SpendBody["entries"][number];
type UsageBody = Parameters<Resource<"imports">["usage"]>[0]["body"];
type UsageRow = UsageBody["rows"][number];
type ImportDeps = Pick<ResourceDependencies, "store" | "addSpent" | "steadyTime">;

/** Of usage by keys that were not taken over. */
const unknownKey = { userId: "imported", apiKeyId: "imported", teamId: null, organisationId: null };

export function createImportsResource({ store, addSpent, steadyTime }: ImportDeps): Resource<"imports"> {
  return {
    async spend({ body: { source, entries }, reach }) {
      const carried = await spendOf(store, entries, { at: steadyTime.now(), reach });
      const charges = await store.imports.carrySpend(source, carried);
      await addSpent(charges.filter(({ nanos }) => nanos !== 0));
      return {
        results: entries.map((entry, place) => ({ ...entry, added_usd: formatUsd(charges[place]?.nanos ?? 0) })),
      };
    },

    async usage({ body: { source, rows }, reach }) {
      const keys = await keysOf(store, rows, reach);
      const organisations = await organisationsOf(store, keys, reach);
      const carried = rows.flatMap((row) => toCarried(row, keys, organisations));
      const seen = new Set(carried.map((row) => JSON.stringify({ ...row, sums: null })));
      if (seen.size < carried.length) throw invalid("rows", "One of them is there twice: add them up");
      const { changed, addedNanos } = await store.imports.carryUsage(source, carried);
      return { changed, added_usd: formatUsd(addedNanos) };
    },
  };
}

interface Asked {
  readonly at: number;
  readonly reach: Reach;
}

async function spendOf(
  store: ImportDeps["store"],
  entries: readonly SpendEntry[],
  { at, reach }: Asked,
): Promise<readonly CarriedSpend[]> {
  const calendar = new Calendar();
  const seen = new ScopeMap<true>();
  const carried: CarriedSpend[] = [];
  for (const [place, entry] of entries.entries()) {
    const { name, budgets } = await holderOf(store, entry, { place, reach });
    const scope = countedOf(entry, budgets, (budget) => budgetPeriodAt(calendar, budget, at).name);
    if (seen.get(scope) === true) throw invalid(`entries[${place}]`, "It is there twice");
    seen.set(scope, true);
    carried.push({ scope, name, nanos: parseUsd(entry.spent_usd) });
  }
  return carried;
}

interface Holder {
  readonly name: string;
  readonly budgets: readonly Budget[];
}

async function holderOf(
  { apiKeys, users, teams, organisations, serviceAccounts }: ImportDeps["store"],
  { kind, id }: SpendEntry,
  { place, reach }: { readonly place: number; readonly reach: Reach },
): Promise<Holder> {
  const own = reachBy(reach, kind);
  const find = async (): Promise<Holder | undefined> => {
    if (kind === "key") return apiKeys.find(id, own);
    if (kind === "team") return teams.find(id, own);
    if (kind === "organisation") return organisations.find(id, own);
    const user = await users.find(id, own);
    if (user !== undefined) return { name: user.email, budgets: user.budgets };
    const account = await serviceAccounts.find(id, reachBy(reach, "team"));
    return account && { name: account.name, budgets: [] };
  };
  const holder = await find();
  if (holder === undefined) throw invalid(`entries[${place}].id`, `There is no ${kind} ${id}`);
  return holder;
}

function countedOf(
  { kind, id, budget_id: budgetId }: SpendEntry,
  budgets: readonly Budget[],
  periodOf: (budget: Budget) => string,
): Counted {
  if (budgetId === null) return { kind, id };
  const budget = budgets.find((one) => one.id === budgetId);
  if (budget === undefined)
    throw new GhostError("invalid_request_error", `The ${kind} ${id} has no budget ${budgetId}`);
  return { kind, id, period: periodOf(budget) };
}

async function keysOf(
  { apiKeys }: ImportDeps["store"],
  rows: readonly UsageRow[],
  reach: Reach,
): Promise<ReadonlyMap<string, ApiKeyRow>> {
  const keys = new Map<string, ApiKeyRow>();
  for (const id of new Set(rows.flatMap(({ api_key_id: one }) => one ?? []))) {
    const key = await apiKeys.find(id, reachBy(reach, "key"));
    if (key === undefined) throw invalid("rows", `There is no API key ${id}`);
    keys.set(id, key);
  }
  return keys;
}

async function organisationsOf(
  { teams }: ImportDeps["store"],
  keys: ReadonlyMap<string, ApiKeyRow>,
  reach: Reach,
): Promise<ReadonlyMap<string, string | null>> {
  const found = new Map<string, string | null>();
  for (const { teamId } of keys.values()) {
    if (teamId === null || found.has(teamId)) continue;
    found.set(teamId, (await teams.find(teamId, reachBy(reach, "team")))?.organisationId ?? null);
  }
  return found;
}

/** What has failed used nothing that is known of. */
function toCarried(
  row: UsageRow,
  keys: ReadonlyMap<string, ApiKeyRow>,
  organisations: ReadonlyMap<string, string | null>,
): readonly CarriedUsage[] {
  const key = row.api_key_id === null ? undefined : keys.get(row.api_key_id);
  const { teamId = null } = key ?? {};
  const whose =
    key === undefined
      ? unknownKey
      : { userId: key.userId, apiKeyId: key.id, teamId, organisationId: organisations.get(teamId ?? "") ?? null };
  const { provider, model, requested_model: requestedModel, requests, errors } = row;
  const place = { hour: Date.parse(row.hour), ...whose, provider, model, requestedModel };
  const sums = {
    requests: requests - errors,
    ...{ promptTokens: row.prompt_tokens, completionTokens: row.completion_tokens },
    ...{ cachedTokens: row.cached_tokens, cacheWriteTokens: row.cache_write_tokens },
    costNanos: parseUsd(row.cost_usd),
  };
  const failed = { ...place, status: "error" as const, sums: { requests: errors, errors } };
  return [{ ...place, status: "ok" as const, sums }, ...(errors > 0 ? [failed] : [])];
}
