import type { ModelRow } from "#control/store/store.ts";
import type { ProviderEntry, Target } from "#domain/snapshot.ts";
import { knowModel } from "./prices.ts";
import type { CatalogLookup } from "./prices.ts";

export function toTarget(provider: ProviderEntry, row: ModelRow, lookUp: CatalogLookup): Target {
  const known = knowModel(provider.definition, row.name, row, lookUp);
  return {
    provider,
    model: row.name,
    modelId: row.id,
    prices: known.prices,
    contextLength: row.contextLength ?? known.contextLength,
    capabilities: {
      vision: row.supportsVision ?? false,
      functions: row.supportsFunctions ?? false,
      streaming: row.supportsStreaming ?? true,
    },
    createdAt: row.createdAt,
  };
}

interface UnlistedModel {
  readonly provider: ProviderEntry;
  readonly model: string;
  readonly createdAt: number;
}

/** A model that is named in a route but has no row. */
export function toUnlistedTarget({ provider, model, createdAt }: UnlistedModel, lookUp: CatalogLookup): Target {
  const known = knowModel(provider.definition, model, null, lookUp);
  return { provider, model, modelId: null, ...known, capabilities: null, createdAt };
}
