import type { PriceBook } from "@ghostllm/llm";
import type { ModelRow } from "#control/store/store.ts";
import { unlistedTarget } from "#domain/snapshot.ts";
import type { ProviderEntry, Target } from "#domain/snapshot.ts";
import { knowModel } from "./prices.ts";

export function toTarget(provider: ProviderEntry, row: ModelRow, prices: PriceBook): Target {
  const known = knowModel(provider, row.name, row, prices);
  return {
    provider,
    model: row.name,
    modelId: row.id,
    prices: known.prices,
    contextLength: row.contextLength ?? row.listed?.contextLength ?? known.contextLength,
    capabilities: {
      vision: row.supportsVision ?? row.listed?.vision ?? null,
      functions: row.supportsFunctions ?? row.listed?.functions ?? null,
      streaming: row.supportsStreaming,
      thinking: row.listed?.thinking ?? null,
    },
    displayName: row.listed?.displayName ?? null,
    createdAt: row.createdAt,
  };
}

interface UnlistedModel {
  readonly provider: ProviderEntry;
  readonly model: string;
  readonly createdAt: number;
}

/** A model that is named in an alias but has no row. */
export function toUnlistedTarget({ provider, model, createdAt }: UnlistedModel, prices: PriceBook): Target {
  return unlistedTarget(provider, model, { ...knowModel(provider, model, null, prices), createdAt });
}
