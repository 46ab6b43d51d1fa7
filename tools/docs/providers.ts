// docs/providers.md, from the list of providers.

import type { ProviderDefinition } from "@ghostllm/llm";

import { code, page, table } from "./markdown.ts";
import { describeNeeds } from "./needs.ts";

const introduction = `Models of a provider are asked for by name, or as \`provider/model\`. The variables that configure each of them are in
[configuration.md](configuration.md).`;

function describeDocumentation(documentation: string): string {
  return /^https?:/.test(documentation) ? `[documentation](${documentation})` : "";
}

function describeProvider(provider: ProviderDefinition): readonly string[] {
  return [
    provider.label,
    code(provider.type),
    Object.keys(provider.speaks).map(code).join(", "),
    provider.baseUrl === null ? "" : code(provider.baseUrl),
    [...new Set(Object.values(provider.speaks).flatMap((operations) => Object.keys(operations)))].map(code).join(", "),
    describePrices(provider),
    describeDocumentation(provider.documentation),
  ];
}

function describePrices({ free, catalogId }: ProviderDefinition): string {
  if (free === true) return "free";
  return catalogId === undefined ? "unknown" : "catalogue";
}

export function describeProviders(providers: readonly ProviderDefinition[]): string {
  const headings = ["Vendor", "Type", "Dialects", "Base URL", "Operations", "Prices", "Documentation"];
  const vendors = table(headings, providers.map(describeProvider));
  return page("Providers", introduction, `${vendors}\n\n${describeNeeds(providers)}`);
}
