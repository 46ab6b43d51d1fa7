import { fillBaseUrl, readBaseUrl } from "@ghostllm/llm";
import type { PricedProvider, ProviderDefinition } from "@ghostllm/llm";
import type { Encryption } from "#control/encryption/encryption.ts";
import type { ProviderRow } from "#control/store/store.ts";
import { fromText, isEmpty, toText } from "#domain/additions.ts";
import type { Additions } from "#domain/additions.ts";
import { openSecretOf } from "#domain/secret.ts";
import type { ProviderEntry } from "#domain/snapshot.ts";
import type { ProviderPart } from "#domain/snapshot/parts.ts";

export interface ProviderSources {
  readonly encryption: Encryption;
  readonly definitions: readonly ProviderDefinition[];
  /** Base URL of a type whose definition has none, such as the demo that this process runs; null where there is none. */
  readonly baseUrlOf: (providerType: string) => string | null;
}

/** What the sealed credential of a provider is bound to. */
export function credentialBinding(providerName: string): string {
  return `provider ${providerName}`;
}

/** What its sealed additions are bound to. */
export function additionsBinding(providerName: string): string {
  return `additions of provider ${providerName}`;
}

export async function openAdditions(
  { name, additionsEncrypted }: Pick<ProviderRow, "name" | "additionsEncrypted">,
  { encryption }: Pick<ProviderSources, "encryption">,
): Promise<Additions | null> {
  return additionsEncrypted === null
    ? null
    : fromText(await encryption.open(additionsEncrypted, additionsBinding(name)));
}

/** Null where there is nothing to add. */
export async function sealAdditions(
  additions: Additions,
  providerName: string,
  { encryption }: Pick<ProviderSources, "encryption">,
): Promise<string | null> {
  return isEmpty(additions) ? null : encryption.seal(toText(additions), additionsBinding(providerName));
}

export function definitionOf(type: string, { definitions }: Pick<ProviderSources, "definitions">) {
  return definitions.find((definition) => definition.type === type);
}

export function effectiveBaseUrl(
  row: Pick<ProviderRow, "providerType" | "baseUrl" | "settings">,
  sources: Omit<ProviderSources, "encryption">,
): string | null {
  const definition = definitionOf(row.providerType, sources);
  const filled =
    definition && fillBaseUrl(definition, readGiven(row.baseUrl, definition), effectiveSettings(row, definition));
  const given = filled ?? row.baseUrl ?? sources.baseUrlOf(row.providerType);
  return given === null ? null : given.replace(/\/+$/, "");
}

/** As it would be read today: rows may be older than the rules. The definition's own is its form, which has settings in it. */
function readGiven(baseUrl: string | null, definition: ProviderDefinition): string | null {
  if (baseUrl === null || baseUrl === definition.baseUrl) return baseUrl;
  const reading = readBaseUrl(definition, baseUrl);
  return reading.fault === null ? reading.url : baseUrl;
}

/** Rejects, with a message for the log, where the row cannot be used. */
export async function toProviderEntry(row: ProviderRow, sources: ProviderSources): Promise<ProviderEntry> {
  const definition = definitionOf(row.providerType, sources);
  if (definition === undefined) throw new Error(`Provider ${row.name} is of the unknown type ${row.providerType}`);
  const baseUrl = effectiveBaseUrl(row, sources);
  if (baseUrl === null) throw new Error(`Provider ${row.name} has no base URL`);
  const settings = effectiveSettings(row, definition);
  const missing = missingSetting(definition, settings);
  if (missing !== null) throw new Error(`Provider ${row.name} has no setting ${missing}`);
  return {
    id: row.id,
    name: row.name,
    definition,
    baseUrl,
    credential:
      row.apiKeyEncrypted === null
        ? null
        : await sources.encryption.open(row.apiKeyEncrypted, credentialBinding(row.name)),
    settings,
    additions: await openAdditions(row, sources),
  };
}

export async function toProviderPart(row: ProviderRow, sources: ProviderSources): Promise<ProviderPart> {
  const { id, name, limits, budgets } = row;
  try {
    const { definition, baseUrl, credential, settings, additions } = await toProviderEntry(row, sources);
    const secrets = {
      credential: credential && openSecretOf(credential),
      additions: additions && openSecretOf(toText(additions)),
    };
    return { id, name, limits, budgets, use: { type: definition.type, baseUrl, settings, ...secrets } };
  } catch (error) {
    return { id, name, use: { fault: error instanceof Error ? error.message : String(error) } };
  }
}

/** As far as its prices depend on it. */
export function pricedProvider(
  row: ProviderRow,
  definition: ProviderDefinition,
  sources: ProviderSources,
): PricedProvider {
  return {
    definition,
    baseUrl: effectiveBaseUrl(row, sources) ?? "",
    settings: effectiveSettings(row, definition),
  };
}

function effectiveSettings(
  row: Pick<ProviderRow, "settings">,
  { settings = {} }: ProviderDefinition,
): Record<string, string> {
  const defaults = Object.entries(settings).map(([name, { default: value }]) => [name, value]);
  return { ...Object.fromEntries(defaults), ...row.settings };
}

/** A setting without which the provider cannot be asked; null where none is missing. */
export function missingSetting(
  { settings = {} }: ProviderDefinition,
  given: Readonly<Record<string, string>>,
): string | null {
  const missing = Object.entries(settings).find(([name, { needed }]) => needed === true && !given[name]);
  return missing === undefined ? null : missing[0];
}
