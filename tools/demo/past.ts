// The demo's past, written into the database of a server that does not run: usage by way of the store, and budgets that it has used up
// as far as the cast says.

import { builtInPrices, priceAt, providers } from "@ghostllm/llm";
import { migrateStore, openStore } from "../../apps/server/src/control/store/open-store.ts";
import type { OpenStore } from "../../apps/server/src/control/store/open-store.ts";
import type { UsageRecord } from "../../apps/server/src/domain/usage-record.ts";
import { demoAliases, demoUsers, demoViews } from "./cast.ts";
import type { Furnished, FurnishedModel } from "./furnish.ts";
import { writeHistory, type HistoryTarget } from "./history.ts";
import type { Chance } from "./random.ts";

export interface PastOptions {
  readonly dataDir: string;
  readonly furnished: Furnished;
  readonly chance: Chance;
  readonly weeks: number;
  /** How many requests there were. */
  readonly requests: number;
  readonly now: number;
}

const weekMs = 7 * 24 * 3_600_000;
const batchRecords = 2_000;

export async function writePast({ dataDir, furnished, chance, weeks, requests, now }: PastOptions): Promise<void> {
  const store = await openStore({ databaseUrl: null, dataDir, log: { warn: () => {} } });
  try {
    await migrateStore(store);
    const targets = targetsOf(furnished, now);
    const { keys } = furnished;
    if (requests > 0)
      await insertAll(store, writeHistory({ chance, keys, targets, from: now - weeks * weekMs, to: now, requests }));
    await setBudgets(store, furnished);
    await saveViews(store);
    if (requests > 0) await setBeginning(store, now - weeks * weekMs);
  } finally {
    await store.close();
  }
}

async function insertAll(store: OpenStore, records: Iterable<UsageRecord>): Promise<void> {
  let batch: UsageRecord[] = [];
  for (const record of records) {
    batch.push(record);
    if (batch.length < batchRecords) continue;
    await store.usage.insert(batch);
    batch = [];
  }
  await store.usage.insert(batch);
}

/** By bare name, by `provider/model`, and by alias. */
function targetsOf({ models }: Furnished, now: number): ReadonlyMap<string, readonly HistoryTarget[]> {
  const known = models.map((model) => withPrice(model, now));
  const find = (provider: string, name: string): readonly HistoryTarget[] =>
    known.filter((target) => target.provider === provider && target.model.name === name);
  const named: (readonly [string, readonly HistoryTarget[]])[] = [
    ...known.map((target) => [target.model.name, [target]] as const),
    ...known.map((target) => [`${target.provider}/${target.model.name}`, [target]] as const),
    ...demoAliases.map(
      ({ name, targets }) => [name, targets.flatMap(({ provider, model }) => find(provider, model))] as const,
    ),
  ];
  return new Map(named);
}

/** As the list that comes with GhostLLM has it; a server of one's own costs nothing. */
function withPrice({ providerType, ...model }: FurnishedModel, now: number): HistoryTarget {
  const definition = providers.find(({ type }) => type === providerType);
  if (definition === undefined) throw new Error(`there is no provider of type ${providerType}`);
  if (definition.free === true)
    return { ...model, price: { input: { base: 0 }, output: { base: 0 }, isFree: true, version: "free" } };
  const known = builtInPrices().find({ definition, baseUrl: definition.baseUrl ?? "", settings: {} }, model.model.name);
  return { ...model, price: known?.prices ? priceAt(known.prices, now) : null };
}

/** Of the first of the users. */
async function saveViews(store: OpenStore): Promise<void> {
  const user = (await store.credentials.find({ email: demoUsers[0]?.email ?? "" }))?.user;
  if (user === undefined) return;
  for (const view of demoViews) await store.views.create({ ...view, userId: user.id });
}

/** All were there when the past began. */
async function setBeginning({ database: { kysely } }: OpenStore, createdAt: number): Promise<void> {
  await kysely.updateTable("users").set({ created_at: createdAt }).execute();
  await kysely.updateTable("api_keys").set({ created_at: createdAt }).execute();
}

const usualBudgetNanos = 20_000_000_000;

/** To two digits, as people set them; one that is to be used up is no more than what was spent. */
function rounded(nanos: number, isUsedUp: boolean): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(nanos)) - 1);
  return (isUsedUp ? Math.floor(nanos / unit) : Math.ceil(nanos / unit)) * unit;
}

/** Such that what was spent is about the share of them that the cast says. */
async function setBudgets(store: OpenStore, { keys }: Furnished): Promise<void> {
  const budgetOf = (spentNanos: number, share: number): number =>
    spentNanos === 0 ? usualBudgetNanos : rounded(Math.ceil(spentNanos / share), share === 1);
  for (const key of keys) {
    const row = await store.apiKeys.find(key.keyId, "all");
    if (row !== undefined && key.spentShare !== null)
      await store.apiKeys.update(row.id, { budgetNanos: budgetOf(row.spentNanos, key.spentShare) }, "all");
  }
  for (const { email, spentShare } of demoUsers) {
    const user = (await store.credentials.find({ email }))?.user;
    if (user !== undefined && spentShare !== null)
      await store.users.update(user.id, { budgetNanos: budgetOf(user.spentNanos, spentShare) });
  }
}
