// Where a provider is to be asked, as the admin API is told: by its base URL, or by the settings that are a part of its own.

import type { ProviderDefinition } from "@ghostllm/llm";
import { effectiveBaseUrl, missingSetting } from "#control/snapshot/providers.ts";
import type { ProviderRow } from "#control/store/store.ts";
import { faultOfSetting, readProviderUrl } from "#domain/egress/provider-url.ts";
import { invalid } from "./fields.ts";
import type { ResourceDependencies } from "./resource.ts";

type Place = Pick<ProviderRow, "providerType" | "baseUrl" | "settings">;

/** Throws GhostError `invalid_request_error`. */
export function checkPlace(place: Place, definition: ProviderDefinition, deps: ResourceDependencies): void {
  checkSettings(definition, place.settings);
  checkBaseUrl(place.baseUrl, definition, deps);
  const url = URL.parse(effectiveBaseUrl(place, deps) ?? "");
  const fault = url === null ? null : deps.egress.faultOf(url);
  if (fault !== null) throw invalid("base_url", fault);
}

function checkSettings(definition: ProviderDefinition, settings: Readonly<Record<string, string>>): void {
  const known = Object.keys(definition.settings ?? {});
  const unknown = Object.keys(settings).find((name) => !known.includes(name));
  const missing = missingSetting(definition, settings);
  if (missing !== null) throw invalid(`settings.${missing}`, `${definition.label} needs this setting`);
  for (const [name, value] of Object.entries(settings)) {
    const fault = faultOfSetting(definition, name, value);
    if (fault !== null) throw invalid(`settings.${name}`, fault);
  }
  if (unknown === undefined) return;
  const has = known.length === 0 ? "has no settings" : `has only: ${known.join(", ")}`;
  throw invalid(`settings.${unknown}`, `${definition.label} ${has}`);
}

function checkBaseUrl(
  baseUrl: string | null,
  definition: ProviderDefinition,
  { baseUrlOf, egress }: ResourceDependencies,
): void {
  if (baseUrl !== null && baseUrl !== definition.baseUrl) {
    const reading = readProviderUrl(definition, baseUrl, egress);
    if (reading.fault !== null) throw invalid("base_url", `${reading.fault}. ${reading.hint}`);
    return;
  }
  if (definition.baseUrl !== null || baseUrlOf(definition.type) !== null) return;
  throw invalid("base_url", `${definition.label} has another address for everybody, so give yours`);
}
