// Providers of the environment become rows; those of the configuration file are declared (control/declared). A row is touched again only when the configuration has changed since:
// what an operator changed or removed meanwhile stays as the operator wants it.

import { createHash } from "node:crypto";
import { z } from "zod";
import type { ConfiguredProvider } from "#config/config.ts";
import { addCatalogModels, catalogModelNames, unknownModel } from "#control/catalog/discover.ts";
import type { VendorModel } from "#control/catalog/read-model-list.ts";
import type { ControlLog } from "#control/control-log.ts";
import { toModelChange } from "#control/resources/models.ts";
import {
  credentialBinding,
  definitionOf,
  effectiveBaseUrl,
  openAdditions,
  sealAdditions,
} from "#control/snapshot/providers.ts";
import type { ProviderSources } from "#control/snapshot/providers.ts";
import type { NewProvider, ProviderRow, Store } from "#control/store/store.ts";
import type { NewModel } from "#control/store/model-store.ts";
import { isEmpty, toText } from "#domain/additions.ts";
import { noFacts } from "#domain/model-facts.ts";

export interface ProviderAdoption extends ProviderSources {
  readonly store: Store;
  readonly log: ControlLog;
}

export interface AdoptedProvider {
  readonly name: string;
  readonly type: string;
  /** What named it: `OPENAI_API_KEY`, `ghostllm.yaml`, `detected`, `built in`. */
  readonly origin: string;
  readonly outcome: "added" | "updated" | "unchanged" | "left to the operator" | "declared";
}

export interface DetectedServer {
  readonly baseUrl: string;
  readonly models: readonly VendorModel[];
}

const fingerprintsSetting = "configured_providers";
const ollamaSetting = "detected_ollama";
const fingerprintsByName = z.record(z.string(), z.string());

export async function adoptProviders(
  configured: readonly ConfiguredProvider[],
  adoption: ProviderAdoption,
): Promise<readonly AdoptedProvider[]> {
  const { store } = adoption;
  const known = await readFingerprints(store);
  const rows = new Map((await store.providers.list()).map((row) => [row.name, row]));
  const adopted: AdoptedProvider[] = [];
  for (const provider of configured) {
    const fingerprint = fingerprintOf(provider);
    const outcome = await adoptProvider(provider, rows.get(provider.name), known[provider.name], adoption);
    if (outcome !== "left to the operator") known[provider.name] = fingerprint;
    if (outcome === "added" || outcome === "updated") await setModels(provider, store);
    adopted.push({ name: provider.name, type: provider.type, origin: provider.origin, outcome });
  }
  await store.settings.set(fingerprintsSetting, JSON.stringify(known));
  return adopted;
}

async function adoptProvider(
  provider: ConfiguredProvider,
  row: ProviderRow | undefined,
  knownFingerprint: string | undefined,
  adoption: ProviderAdoption,
): Promise<AdoptedProvider["outcome"]> {
  const { store, log } = adoption;
  if (knownFingerprint === fingerprintOf(provider) && (row === undefined || (await isReadable(row, adoption)))) {
    return row === undefined ? "left to the operator" : "unchanged";
  }
  if (row === undefined) {
    await addProvider(await toNewProvider(provider, adoption), [], adoption);
    return "added";
  }
  if (knownFingerprint === undefined || row.providerType !== provider.type) {
    log.warn(
      { provider: row.name, origin: provider.origin },
      "A provider of this name was added by hand, so it stays as it is",
    );
    return "left to the operator";
  }
  const { baseUrl, apiKeyEncrypted, settings, additionsEncrypted } = await toNewProvider(provider, adoption);
  await store.providers.update(row.id, { baseUrl, apiKeyEncrypted, settings, additionsEncrypted });
  return "updated";
}

/** Prices and the like that the configuration sets; other models are left as they are. */
async function setModels({ name, models = {} }: ConfiguredProvider, store: Store): Promise<void> {
  const provider = (await store.providers.list()).find((row) => row.name === name);
  const names = Object.keys(models);
  if (provider === undefined || names.length === 0) return;
  await store.models.add(
    names.map((model) => ({ ...unknownModel, providerId: provider.id, name: model, origin: "operator" })),
  );
  for (const row of await store.models.list()) {
    const fields = row.providerId === provider.id && Object.hasOwn(models, row.name) ? models[row.name] : undefined;
    if (fields !== undefined) await store.models.update(row.id, toModelChange(fields, row.furtherPrices));
  }
}

/** A credential that was sealed with another ENCRYPTION_KEY is of no use: the configuration has it and can seal it anew. */
async function isReadable(row: ProviderRow, { encryption }: ProviderAdoption): Promise<boolean> {
  try {
    if (row.apiKeyEncrypted !== null) await encryption.open(row.apiKeyEncrypted, credentialBinding(row.name));
    await openAdditions(row, { encryption });
    return true;
  } catch {
    return false;
  }
}

/** Adds the row and the models that the caller has seen, or else those that are known without asking anybody. */
async function addProvider(
  provider: NewProvider,
  seenModels: readonly VendorModel[],
  { store, ...sources }: ProviderAdoption,
): Promise<void> {
  const row = await store.providers.create(provider);
  const models = seenModels.map(({ name, facts }): NewModel => ({
    ...unknownModel,
    providerId: row.id,
    name,
    origin: "vendor",
    listed: facts,
  }));
  await store.models.add(models);
  const definition = definitionOf(provider.providerType, sources);
  const baseUrl = effectiveBaseUrl(row, sources);
  if (models.length > 0 || definition === undefined || baseUrl === null) return;
  await addCatalogModels(store, row.id, catalogModelNames({ definition, baseUrl }));
}

async function toNewProvider(
  { name, type, baseUrl, credential, settings, additions }: ConfiguredProvider,
  { encryption }: ProviderAdoption,
): Promise<NewProvider> {
  const apiKeyEncrypted = credential === null ? null : await encryption.seal(credential, credentialBinding(name));
  const additionsEncrypted = await sealAdditions(additions, name, { encryption });
  return { name, providerType: type, baseUrl, apiKeyEncrypted, enabled: true, settings, additionsEncrypted };
}

interface BuiltInOptions extends ProviderAdoption {
  readonly config: { readonly detectOllama: boolean };
  readonly detectOllama: () => Promise<DetectedServer | null>;
  readonly demoModels: readonly string[];
  readonly isFirstStart: boolean;
  /** The configuration file names some, which are not there yet. */
  readonly hasDeclared: boolean;
}

/** An Ollama that runs here; and at the first start, where nobody could be asked otherwise, the demo. */
export async function addBuiltInProviders(options: BuiltInOptions): Promise<readonly AdoptedProvider[]> {
  const ollama = await addDetectedOllama(options);
  const hasProviders = options.hasDeclared || (await options.store.providers.list()).length > 0;
  if (!options.isFirstStart || hasProviders) return ollama;
  const models = options.demoModels.map((name) => ({ name, facts: noFacts }));
  await addProvider(newBuiltIn("demo", null), models, options);
  return [...ollama, { name: "demo", type: "demo", origin: "built in", outcome: "added" }];
}

/** Once in the life of an installation: an operator who removes it does not want it back. */
async function addDetectedOllama(options: BuiltInOptions): Promise<readonly AdoptedProvider[]> {
  const { store, config } = options;
  if (!config.detectOllama || (await store.settings.get(ollamaSetting)) !== undefined) return [];
  if ((await store.providers.list()).some(({ name, providerType }) => [name, providerType].includes("ollama")))
    return [];
  const ollama = await options.detectOllama();
  if (ollama === null) return [];
  await addProvider(newBuiltIn("ollama", ollama.baseUrl), ollama.models, options);
  await store.settings.set(ollamaSetting, "added");
  return [{ name: "ollama", type: "ollama", origin: "detected", outcome: "added" }];
}

function newBuiltIn(type: string, baseUrl: string | null): NewProvider {
  const blank = { apiKeyEncrypted: null, settings: {}, additionsEncrypted: null };
  return { name: type, providerType: type, baseUrl, enabled: true, ...blank };
}

async function readFingerprints(store: Store): Promise<Record<string, string>> {
  const stored = await store.settings.get(fingerprintsSetting);
  return stored === undefined ? {} : fingerprintsByName.parse(JSON.parse(stored));
}

/** Of everything that the configuration says about a provider. A vendor's key is long and random, so its hash tells nothing. */
function fingerprintOf({ type, baseUrl, credential, settings, additions, models = {} }: ConfiguredProvider): string {
  const sortedSettings = Object.entries(settings).toSorted(([left], [right]) => (left < right ? -1 : 1));
  const added = isEmpty(additions) ? [] : [toText(additions).reveal()];
  const set = Object.keys(models).length === 0 ? [] : [models];
  const text = JSON.stringify([type, baseUrl, credential?.reveal() ?? null, sortedSettings, ...added, ...set]);
  return createHash("sha256").update(text).digest("hex");
}
