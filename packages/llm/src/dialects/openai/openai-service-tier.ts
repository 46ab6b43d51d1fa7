import type { FieldReader } from "#dialects/fields/field-reader.ts";

const tiers: ReadonlySet<string> = new Set(["auto", "default", "flex", "scale", "priority", "fast"]);

/** The tier in the dialect's words; undefined for what vendors made up for themselves. */
export function encodeServiceTier(tier: string | undefined): string | undefined {
  if (tier === "standard" || tier === "standard_only") return "default";
  return tier !== undefined && tiers.has(tier) ? tier : undefined;
}

/** A word that only its vendor knows is kept as it is, for a vendor of this dialect. */
export function decodeServiceTier(reader: FieldReader): { readonly serviceTier?: string } {
  const serviceTier = reader.text("service_tier");
  if (serviceTier === undefined) return {};
  if (encodeServiceTier(serviceTier) !== serviceTier) reader.spell("service_tier", serviceTier);
  return { serviceTier };
}
