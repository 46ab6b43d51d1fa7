// The vendors whose variables are set.

import { resolve } from "node:path";
import type { CredentialParts, ProviderDefinition } from "@ghostllm/llm";

import { noAdditions } from "#domain/additions.ts";
import type { Egress } from "#domain/egress/egress.ts";
import { faultOfSetting, readProviderUrl } from "#domain/egress/provider-url.ts";
import { Secret } from "#domain/secret.ts";
import type { ConfiguredProvider } from "./config.ts";
import type { ConfigProblem } from "./problems.ts";
import { type ConfigSources, readConfigFile, readVariable } from "./sources.ts";

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

/** The credential that the environment holds, as it is, in parts or in a file. The first that is set counts. */
export function findCredential(sources: ConfigSources, definition: ProviderDefinition): Named | null {
  const { credentialVariables, credentialParts, credentialFiles = [] } = definition;
  const whole = findSet(sources, credentialVariables);
  if (whole !== null) return whole;
  const joined = credentialParts === undefined ? null : joinParts(sources, credentialParts);
  return joined ?? readFileOf(sources, credentialFiles);
}

function joinParts(sources: ConfigSources, { needed, optional }: CredentialParts): Named | null {
  const values = needed.map((variable) => readVariable(sources, variable));
  const [variable] = needed;
  if (variable === undefined || values.includes(null)) return null;
  const more = optional.map((name) => readVariable(sources, name)).filter((value) => value !== null);
  return { variable, value: [...values, ...more].join(":") };
}

/** A file that cannot be read is no credential: the variable may be meant for something else. */
function readFileOf(sources: ConfigSources, variables: readonly string[]): Named | null {
  const path = findSet(sources, variables);
  if (path === null) return null;
  try {
    const file = (sources.readFile ?? readConfigFile)(resolve(sources.cwd, path.value));
    return file === null ? null : { variable: path.variable, value: file.text.trim() };
  } catch {
    return null;
  }
}

export function settingsFromEnvironment(
  sources: ConfigSources,
  definition: ProviderDefinition,
): Record<string, string> {
  const known = Object.entries(definition.settings ?? {});
  return Object.fromEntries(known.map(([name, one]) => [name, readVariable(sources, one.variable) ?? one.default]));
}

/** Why a vendor with some of its variables set is not configured; null when it is. */
function findGap(
  definition: ProviderDefinition,
  sources: ConfigSources,
  credential: Named | null,
  url: Named | null,
): string | null {
  if (definition.needsCredential && credential === null) {
    return `${url?.variable} is set, but ${definition.credentialVariables.join(" or ")} is not: ${definition.label} is not configured`;
  }
  const missing = Object.values(definition.settings ?? {}).find(
    ({ variable, needed }) => needed === true && readVariable(sources, variable) === null,
  );
  if (missing !== undefined) {
    return `${(credential ?? url)?.variable} is set, but ${missing.variable} is not: ${definition.label} is not configured`;
  }
  if (definition.baseUrl === null && url === null) {
    return `${credential?.variable} is set, but ${definition.baseUrlVariables.join(" or ")} is not: ${definition.label} is not configured`;
  }
  return null;
}

function faultsOfSettings(definition: ProviderDefinition, settings: Readonly<Record<string, string>>) {
  return Object.entries(definition.settings ?? {}).flatMap(([name, { variable }]): readonly ConfigProblem[] => {
    const fault = faultOfSetting(definition, name, settings[name] ?? "");
    return fault === null ? [] : [{ path: variable, message: fault, hint: "Write it as the vendor does." }];
  });
}

export function detectProvider(definition: ProviderDefinition, sources: ConfigSources, egress: Egress): ProvidersFound {
  const credential = findCredential(sources, definition);
  const url = findSet(sources, definition.baseUrlVariables);
  if (credential === null && url === null) return { providers: [], problems: [], warnings: [] };
  const gap = findGap(definition, sources, credential, url);
  // A file of credentials is for many things, and says nothing of a wish to use this one.
  const isMeant = url !== null || !definition.credentialFiles?.includes(credential?.variable ?? "");
  if (gap !== null) return { providers: [], problems: [], warnings: isMeant ? [gap] : [] };
  const reading = url === null ? null : readProviderUrl(definition, url.value, egress);
  if (url !== null && reading !== null && reading.fault !== null) {
    const problem = { path: url.variable, message: reading.fault, hint: reading.hint };
    return { providers: [], problems: [problem], warnings: [] };
  }
  const settings = settingsFromEnvironment(sources, definition);
  const problems = faultsOfSettings(definition, settings);
  if (problems.length > 0) return { providers: [], problems, warnings: [] };
  const provider: ConfiguredProvider = {
    name: definition.type,
    type: definition.type,
    baseUrl: reading?.fault === null ? reading.url : definition.baseUrl,
    credential: credential === null ? null : new Secret(credential.value),
    settings,
    additions: noAdditions,
    origin: (credential ?? url)?.variable ?? "",
    isDeclared: false,
  };
  return { providers: [provider], problems: [], warnings: [] };
}
