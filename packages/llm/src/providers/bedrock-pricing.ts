// What models cost on Amazon Bedrock. https://aws.amazon.com/bedrock/pricing/

import type { Place, PricedName, Pricing } from "#catalog/pricing.ts";
import { claudeAt } from "./claude-pricing.ts";

/** Whole ids, and the profiles that lead a request to one region of several. */
const profile = /^(us-gov|us|eu|apac|jp|au|ca|sa|mx|in|me|af|global)\.(.+)$/;

const govern = { times: 6, per: 5 };
const regional = { times: 11, per: 10 };

export const bedrockPricing: Pricing = {
  nameOf: nameOnBedrock,
  classes: [
    { name: "priority", models: /nova-(?:2-lite|2-pro|pro|premier)/, times: 7, per: 4 },
    { name: "flex", models: /nova-(?:2-lite|2-pro|pro|premier)/, times: 1, per: 2 },
  ],
};

function nameOnBedrock(model: string, { settings: { region = "" } }: Place): PricedName | null {
  const id = idOf(model);
  if (id === null) return null;
  const [, area = "", inner = id] = profile.exec(id) ?? [];
  const claude = /^anthropic\.(claude.*)$/.exec(inner)?.[1];
  const isGoverned = area === "us-gov" || (area === "" && region.startsWith("us-gov"));
  if (claude !== undefined) return claudeAt(claude, isGoverned ? govern : area === "global" ? null : regional);
  return isGoverned ? null : nameOfOthers(id, inner, { area, region });
}

/** A profile that an account made for itself, and throughput that it bought, say nothing of their model. */
function idOf(model: string): string | null {
  if (!model.startsWith("arn:")) return model.replace(/^(?:converse|invoke)\//, "");
  const [kind = "", id] = (model.split(":").slice(5).join(":") || "").split("/", 2);
  return id !== undefined && (kind === "inference-profile" || kind === "foundation-model") ? id : null;
}

/** The list has the prices of the United States, and of the profiles that it names. Elsewhere they are others. */
function nameOfOthers(
  id: string,
  inner: string,
  { area, region }: { readonly area: string; readonly region: string },
): PricedName | null {
  if (/^(?:\w+\.)?(?:amazon\.nova-2|openai\.gpt-[5-9])/.test(id)) return { model: id };
  const isAmerican = area === "us" || area === "global" || (area === "" && (region === "" || region.startsWith("us-")));
  return isAmerican ? { model: inner } : null;
}
