// Which models a provider offers: from the vendor itself, else from the built-in catalogue. Called by the resource
// `providers` and at the first start. Invariant: it only adds rows; what an operator has set is never overwritten.

import { builtInPrices } from "@ghostllm/llm";
import type { OperationPath, ProviderDefinition } from "@ghostllm/llm";
import { GhostError } from "@ghostllm/contract";
import type { NewModel, Store } from "#control/store/store.ts";
import type { ProviderEntry } from "#domain/snapshot.ts";
import { readModelList } from "./read-model-list.ts";
import type { FetchJson } from "./vendor.ts";

export interface ProviderProbe {
  readonly ok: boolean;
  readonly message: string;
  readonly httpStatus: number | null;
  readonly latencyMs: number | null;
  /** Null where the vendor gave no list. */
  readonly models: readonly string[] | null;
}

interface ProbeOptions {
  readonly provider: ProviderEntry;
  readonly fetchJson: FetchJson;
  /** Ms that never go backwards. */
  readonly monotonic: () => number;
}

/** Asks the vendor for its models. Never rejects: what went wrong is the message. */
export async function probeProvider({ provider, fetchJson, monotonic }: ProbeOptions): Promise<ProviderProbe> {
  const { label, modelList, needsCredential } = provider.definition;
  const failed = { ok: false, httpStatus: null, latencyMs: null, models: null };
  if (needsCredential && provider.credential === null)
    return { ...failed, message: `${label} needs an API key, and none is set` };
  if (modelList === undefined) return { ...failed, message: `${label} has no list of models that could be asked for` };
  const startedAt = monotonic();
  try {
    const { status, body } = await fetchJson(provider, pathOf(modelList, provider));
    return judgeAnswer(status, readModelList(body), Math.round(monotonic() - startedAt));
  } catch (error) {
    return { ...failed, message: `${provider.baseUrl} cannot be reached: ${messageOf(error)}` };
  }
}

function pathOf(path: OperationPath, { baseUrl, settings }: ProviderEntry): string {
  return typeof path === "string" ? path : path({ baseUrl, settings, model: "", stream: false });
}

function judgeAnswer(httpStatus: number, models: readonly string[] | null, latencyMs: number): ProviderProbe {
  const answered = { httpStatus, latencyMs };
  if (httpStatus === 401 || httpStatus === 403) {
    return { ...answered, ok: false, models: null, message: `The vendor refuses the API key (HTTP ${httpStatus})` };
  }
  if (httpStatus !== 200) {
    return {
      ...answered,
      ok: false,
      models: null,
      message: `The vendor answered HTTP ${httpStatus} to the list of models`,
    };
  }
  if (models === null) {
    return { ...answered, ok: false, models, message: "The vendor answered something that is not a list of models" };
  }
  return { ...answered, ok: true, models, message: `The vendor answered with ${models.length} models` };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export interface Discovery {
  readonly source: "vendor" | "catalog";
  readonly found: number;
  readonly added: number;
  readonly note: string | null;
}

/** Rejects with `provider_error` where neither the vendor nor the catalogue knows any model. */
export async function discoverModels(options: ProbeOptions & { readonly store: Store }): Promise<Discovery> {
  const { provider, store } = options;
  const probe = await probeProvider(options);
  if (probe.models !== null) {
    const added = await addModels(store, provider.id, probe.models);
    return { source: "vendor", found: probe.models.length, added, note: null };
  }
  const names = catalogModelNames(provider.definition);
  if (names.length === 0) throw new GhostError("provider_error", probe.message);
  return {
    source: "catalog",
    found: names.length,
    added: await addModels(store, provider.id, names),
    note: probe.message,
  };
}

/** Models of a vendor that are known without asking it; none for servers that hold whatever their owner put there. */
export function catalogModelNames({ catalogId, catalogModels }: ProviderDefinition): readonly string[] {
  const names = catalogId === undefined ? [] : builtInPrices().list(catalogId);
  return catalogModels === undefined ? names : names.filter((name) => catalogModels.test(name));
}

export function addModels(store: Store, providerId: string, names: readonly string[]): Promise<number> {
  return store.models.add(names.map((name) => ({ ...unknownModel, providerId, name })));
}

/** All that the row leaves to the catalogue. */
export const unknownModel: Omit<NewModel, "providerId" | "name"> = {
  contextLength: null,
  inputPrice: null,
  outputPrice: null,
  cachedInputPrice: null,
  furtherPrices: {},
  supportsVision: null,
  supportsFunctions: null,
  supportsStreaming: null,
};
