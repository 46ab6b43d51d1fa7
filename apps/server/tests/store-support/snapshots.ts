// Snapshot sources over a store, as each instance that shares a database has one.

import { providers as definitions } from "@ghostllm/llm";
import { createEncryption } from "#control/encryption/encryption.ts";
import { localKey } from "#control/encryption/local-key.ts";
import { createSnapshotSource } from "#control/snapshot/snapshot-source.ts";
import type { SnapshotSource, SnapshotSourceOptions } from "#control/snapshot/snapshot-source.ts";
import { credentialBinding } from "#control/snapshot/providers.ts";
import type { OpenStore } from "#control/store/open-store.ts";
import type { NewProvider } from "#control/store/store.ts";
import type { NewModel } from "#control/store/model-store.ts";
import { Secret } from "#domain/secret.ts";
import type { Snapshot } from "#domain/snapshot.ts";
import { silentLog } from "./open.ts";

const encryption = createEncryption([localKey(new Secret("ab".repeat(32)), "configured")]);

export function snapshotsOf(store: OpenStore, options: Partial<SnapshotSourceOptions> = {}): SnapshotSource {
  return createSnapshotSource({ store, encryption, definitions, baseUrlOf: () => null, log: silentLog, ...options });
}

export async function newProvider(name: string, changed: Partial<NewProvider> = {}): Promise<NewProvider> {
  return {
    ...{ name, providerType: "openai", baseUrl: null, additionsEncrypted: null, enabled: true, settings: {} },
    apiKeyEncrypted: await encryption.seal(new Secret(`sk-${name}`), credentialBinding(name)),
    ...changed,
  };
}

export function newModel(providerId: string, name: string, changed: Partial<NewModel> = {}): NewModel {
  return {
    ...{ providerId, name, contextLength: null, furtherPrices: {}, origin: "operator", listed: null },
    ...{ inputPrice: null, outputPrice: null, cachedInputPrice: null },
    ...{ supportsVision: null, supportsFunctions: null, supportsStreaming: null },
    ...changed,
  };
}

/** All that it shows, with its secrets, whatever its version and however its keys are kept. */
export function told({ keys, providers, models, aliases, teamAliases, ...others }: Snapshot) {
  const { prices, unusableModels, unusableProviders } = others;
  const open = [...providers.values()].map(({ credential, ...rest }) => ({
    ...rest,
    credential: credential?.reveal(),
  }));
  const sorted = [...keys].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return {
    ...{
      keys: sorted,
      providers: open,
      models: [...models],
      aliases: [...aliases],
      teamAliases,
      prices: prices.version,
    },
    ...{ unusableModels: [...unusableModels].toSorted(), unusableProviders: [...unusableProviders] },
  };
}
