// Claude at those who resell it: at its maker's price, and a tenth more in one region or group of regions for the models from
// 4.5 on. https://platform.claude.com/docs/en/about-claude/pricing#third-party-platform-pricing

import type { Factor } from "#catalog/price.ts";
import type { PricedName } from "#catalog/pricing.ts";

const beforeRegions =
  /^claude-(?:[123][.-]|v\d|instant|(?:opus|sonnet|haiku)-(?:3|4)(?:-[01])?(?:[-@:]\d{8}.*|[-@:]v\d.*)?$)/;

/** `place` is null for all regions together. */
export function claudeAt(model: string, place: Factor | null): PricedName {
  // Vertex writes the date behind an `@`, Bedrock a version of its own behind it.
  const name = model.replace("@", "-").replace(/(?<=\d)-v\d+(?::\d+)*(?::\d+k)?$/, "");
  const isRegional = place !== null && !beforeRegions.test(model);
  return { model: name, catalogId: "anthropic", ...(isRegional && { factor: place }) };
}
