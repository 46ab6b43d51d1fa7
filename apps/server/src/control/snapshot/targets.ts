import type { ModelRow } from "#control/store/store.ts";
import type { ProviderEntry, Target } from "#domain/snapshot.ts";
import { knowModel } from "./prices.ts";

export function toTarget(provider: ProviderEntry, row: ModelRow): Target {
  const known = knowModel(provider.definition, row.name, row);
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

/** A model that is named in a route but has no row. */
export function toUnlistedTarget(provider: ProviderEntry, model: string, createdAt: number): Target {
  return {
    provider,
    model,
    modelId: null,
    ...knowModel(provider.definition, model, null),
    capabilities: null,
    createdAt,
  };
}
