import { hash } from "node:crypto";
import type { PriceBook } from "@ghostllm/llm";
import { noLimits } from "#domain/principal.ts";
import type { LimitedScope } from "#domain/principal.ts";
import { unlistedTarget } from "#domain/snapshot.ts";
import type { ProviderEntry, Target } from "#domain/snapshot.ts";
import { knowModel } from "./known-prices.ts";
import type { AliasPart, AliasTargetPart, ModelPart, ProviderPart } from "./parts.ts";

export function toTarget(provider: ProviderEntry, part: ModelPart, prices: PriceBook): Target {
  const known = knowModel(provider, part.name, part, prices);
  return {
    provider,
    model: part.name,
    modelId: part.id,
    prices: known.prices,
    contextLength: part.contextLength ?? part.listed?.contextLength ?? known.contextLength,
    capabilities: {
      vision: part.supportsVision ?? part.listed?.vision ?? null,
      functions: part.supportsFunctions ?? part.listed?.functions ?? null,
      streaming: part.supportsStreaming,
      thinking: part.listed?.thinking ?? null,
    },
    displayName: part.listed?.displayName ?? null,
    scope: scopeOfModel(part),
    quality: part.quality ?? null,
    inAuto: part.inAuto ?? null,
    createdAt: part.createdAt,
  };
}

/** Counted as a provider is, by an id that no provider has. */
function scopeOfModel({ id, limits = null }: ModelPart): LimitedScope | null {
  return limits && { kind: "provider", id, limits, budgetNanos: null };
}

/** The same way. By its name, so that its place in the alias does not matter: who is named twice has room once. */
export function scopeInAlias(
  aliasId: string,
  { provider, model, limits }: Omit<AliasTargetPart, "weight">,
): LimitedScope | null {
  if (limits === undefined) return null;
  const id = hash("sha256", JSON.stringify([aliasId, provider, model])).slice(0, 32);
  return { kind: "provider", id, limits, budgetNanos: null };
}

export function heldInAlias(target: Target, scope: LimitedScope | null): Target {
  return scope === null ? target : { ...target, inAlias: scope };
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

/** Null: it is held to nothing, and then it is not counted. */
export function scopeOf(
  kind: "alias" | "provider",
  { id, limits, budgets = [] }: AliasPart | ProviderPart,
): LimitedScope | null {
  const isLimited =
    limits !== undefined && Object.values(limits).some((limit) => limit !== null && limit !== undefined);
  if (!isLimited && budgets.length === 0) return null;
  return { kind, id, limits: limits ?? noLimits, budgetNanos: null, ...(budgets.length > 0 && { budgets }) };
}
