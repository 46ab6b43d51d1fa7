// Which models a provider offers: what the vendor's own list has, else what the built-in catalogue knows. Called by the
// resource `providers`, at the first start and again from time to time.
// Invariant: what an operator has added or set is neither overwritten nor removed.

import { builtInPrices, isForeign } from "@ghostllm/llm";
import { GhostError } from "@ghostllm/contract";
import type { Store } from "#control/store/store.ts";
import type { ModelRow, NewModel } from "#control/store/model-store.ts";
import type { ProviderEntry } from "#domain/snapshot.ts";
import { askFurther, probeProvider } from "./probe.ts";
import type { ProbeOptions } from "./probe.ts";
import type { VendorModel, VendorModels } from "./read-model-list.ts";

export interface Discovery {
  readonly source: "vendor" | "catalog";
  readonly found: number;
  readonly added: number;
  readonly removed: number;
  readonly note: string | null;
}

type DiscoverOptions = ProbeOptions & { readonly store: Pick<Store, "models"> };

/** Rejects with `provider_error` where neither the vendor nor the catalogue knows any model. */
export async function discoverModels(options: DiscoverOptions): Promise<Discovery> {
  const { provider, store } = options;
  const probe = await probeProvider(options);
  if (probe.list !== null) return takeOver(options, probe.list);
  const names = catalogModelNames(provider);
  if (names.length === 0) throw new GhostError("provider_error", probe.message);
  const added = await addCatalogModels(store, provider.id, names);
  return { source: "catalog", found: names.length, added, removed: 0, note: probe.message };
}

/** The vendor's list takes the place of what was known without asking, and of what an earlier list had. */
export async function takeOver(options: DiscoverOptions, list: VendorModels): Promise<Discovery> {
  const { provider, store } = options;
  const models = await askFurther(list.models, options);
  const rows = (await store.models.list()).filter(({ providerId }) => providerId === provider.id);
  const rowsByName = new Map(rows.map((row) => [row.name, row]));
  const added = await store.models.add(
    models
      .filter(({ name }) => !rowsByName.has(name))
      .map(({ name, facts }) => ({ ...unknownModel, providerId: provider.id, name, origin: "vendor", listed: facts })),
  );
  for (const model of models) await refresh(store, rowsByName.get(model.name), model);
  // A list that is cut off, or empty, is no word on what is not in it.
  const isComplete = !list.isPartial && models.length > 0;
  const removed = isComplete ? await removeOthers(store, provider, rows, models) : 0;
  return { source: "vendor", found: models.length, added, removed, note: null };
}

async function refresh(store: Pick<Store, "models">, row: ModelRow | undefined, { facts }: VendorModel): Promise<void> {
  if (row === undefined) return;
  const origin = row.origin === "operator" ? "operator" : "vendor";
  const isSame = row.origin === origin && JSON.stringify(row.listed) === JSON.stringify(facts);
  if (!isSame) await store.models.update(row.id, { origin, listed: facts });
}

async function removeOthers(
  store: Pick<Store, "models">,
  provider: ProviderEntry,
  rows: readonly ModelRow[],
  models: readonly VendorModel[],
): Promise<number> {
  const listed = new Set(models.map(({ name }) => name));
  const known = new Set(catalogNames(provider));
  const gone = rows.filter(
    (row) =>
      !listed.has(row.name) &&
      isUntouched(row) &&
      (row.origin === null ? known.has(row.name) : row.origin !== "operator"),
  );
  for (const { id } of gone) await store.models.remove(id);
  return gone.length;
}

function isUntouched({ contextLength, inputPrice, outputPrice, cachedInputPrice, ...row }: ModelRow): boolean {
  const { supportsVision, supportsFunctions, supportsStreaming, furtherPrices } = row;
  const set = [contextLength, inputPrice, outputPrice, cachedInputPrice, ...Object.values(furtherPrices)];
  return [...set, supportsVision, supportsFunctions, supportsStreaming].every((value) => (value ?? null) === null);
}

/**
 * Models of a vendor that are known without asking it; none for servers that hold whatever their owner put there, as
 * every server does that is not the vendor's own.
 */
export function catalogModelNames(provider: Pick<ProviderEntry, "definition" | "baseUrl">): readonly string[] {
  return isForeign(provider.definition, provider.baseUrl) ? [] : catalogNames(provider);
}

function catalogNames({ definition }: Pick<ProviderEntry, "definition">): readonly string[] {
  const { catalogId, catalogModels } = definition;
  const names = catalogId === undefined ? [] : builtInPrices().idsOf(catalogId);
  return catalogModels === undefined ? names : names.filter((name) => catalogModels.test(name));
}

export function addCatalogModels(
  store: Pick<Store, "models">,
  providerId: string,
  names: readonly string[],
): Promise<number> {
  return store.models.add(names.map((name) => ({ ...unknownModel, providerId, name, origin: "catalog" })));
}

/** All that the row leaves to the catalogue. */
export const unknownModel: Omit<NewModel, "providerId" | "name" | "origin"> = {
  contextLength: null,
  inputPrice: null,
  outputPrice: null,
  cachedInputPrice: null,
  furtherPrices: {},
  supportsVision: null,
  limits: null,
  supportsFunctions: null,
  supportsStreaming: null,
  listed: null,
  quality: null,
  inAuto: null,
};
