// The vendors whose variables are set.

import type { ProviderDefinition } from "@ghostllm/llm";

import { Secret } from "#domain/secret.ts";
import type { ConfiguredProvider } from "./config.ts";
import { baseUrl as baseUrlKind } from "./kinds.ts";
import type { ConfigProblem } from "./problems.ts";
import { type ConfigSources, readVariable } from "./sources.ts";

export interface ProvidersFound {
  readonly providers: readonly ConfiguredProvider[];
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly string[];
}

interface Named {
  readonly variable: string;
  readonly value: string;
}

/** The first of the variables that is set. */
export function findSet(sources: ConfigSources, variables: readonly string[]): Named | null {
  for (const variable of variables) {
    const value = readVariable(sources, variable);
    if (value !== null) return { variable, value };
  }
  return null;
}

export function settingsFromEnvironment(
  sources: ConfigSources,
  definition: ProviderDefinition,
): Record<string, string> {
  const known = Object.entries(definition.settings ?? {});
  return Object.fromEntries(known.map(([name, one]) => [name, readVariable(sources, one.variable) ?? one.default]));
}

/** Why a vendor with some of its variables set is not configured; null when it is. */
function findGap(definition: ProviderDefinition, credential: Named | null, url: Named | null): string | null {
  if (definition.needsCredential && credential === null) {
    return `${url?.variable} is set, but ${definition.credentialVariables.join(" or ")} is not: ${definition.label} is not configured`;
  }
  if (definition.baseUrl === null && url === null) {
    return `${credential?.variable} is set, but ${definition.baseUrlVariables.join(" or ")} is not: ${definition.label} is not configured`;
  }
  return null;
}

export function detectProvider(definition: ProviderDefinition, sources: ConfigSources): ProvidersFound {
  const credential = findSet(sources, definition.credentialVariables);
  const url = findSet(sources, definition.baseUrlVariables);
  if (credential === null && url === null) return { providers: [], problems: [], warnings: [] };
  const gap = findGap(definition, credential, url);
  if (gap !== null) return { providers: [], problems: [], warnings: [gap] };
  const parsed = url === null ? null : baseUrlKind.parse(url.value);
  if (url !== null && parsed?.ok === false) {
    return {
      providers: [],
      problems: [{ path: url.variable, message: parsed.message, hint: parsed.hint }],
      warnings: [],
    };
  }
  const provider: ConfiguredProvider = {
    name: definition.type,
    type: definition.type,
    baseUrl: parsed?.ok === true ? parsed.value : definition.baseUrl,
    credential: credential === null ? null : new Secret(credential.value),
    settings: settingsFromEnvironment(sources, definition),
    origin: (credential ?? url)?.variable ?? "",
  };
  return { providers: [provider], problems: [], warnings: [] };
}
