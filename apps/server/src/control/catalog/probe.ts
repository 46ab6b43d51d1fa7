// One look at a vendor's list of models. Called by discover.ts and by the resource `providers`.
// Invariant: it never rejects; what went wrong is the message.

import type { OperationPath } from "@ghostllm/llm";
import { mergeFacts, noFacts } from "#domain/model-facts.ts";
import type { ModelFacts } from "#domain/model-facts.ts";
import type { ProviderEntry } from "#domain/snapshot.ts";
import { readFacts } from "./read-facts.ts";
import { readModelList } from "./read-model-list.ts";
import type { VendorModel, VendorModels } from "./read-model-list.ts";
import type { FetchJson } from "./vendor.ts";

export interface ProviderProbe {
  readonly ok: boolean;
  readonly message: string;
  readonly httpStatus: number | null;
  readonly latencyMs: number | null;
  /** Null where the vendor gave no list. */
  readonly list: VendorModels | null;
}

export interface ProbeOptions {
  readonly provider: ProviderEntry;
  readonly fetchJson: FetchJson;
  /** Ms that never go backwards. */
  readonly monotonic: () => number;
}

/** Asks the vendor for its models. */
export async function probeProvider(options: ProbeOptions): Promise<ProviderProbe> {
  const { provider, monotonic } = options;
  const { label, modelList, richModelList, needsCredential } = provider.definition;
  const failed = { ok: false, httpStatus: null, latencyMs: null, list: null };
  if (needsCredential && provider.credential === null)
    return { ...failed, message: `${label} needs an API key, and none is set` };
  if (modelList === undefined) return { ...failed, message: `${label} has no list of models that could be asked for` };
  const startedAt = monotonic();
  try {
    const rich = richModelList === undefined ? null : await ask(options, richModelList);
    const { status, list } = rich?.list ? rich : await ask(options, modelList);
    return judgeAnswer(status, list, Math.round(monotonic() - startedAt));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ...failed, message: `${provider.baseUrl} cannot be reached: ${message}` };
  }
}

async function ask({ provider, fetchJson }: ProbeOptions, path: OperationPath) {
  const { status, body } = await fetchJson(provider, pathOf(path, provider));
  return { status, list: status === 200 ? readModelList(body) : null };
}

function pathOf(path: OperationPath, { baseUrl, settings }: ProviderEntry): string {
  return typeof path === "string" ? path : path({ baseUrl, settings, model: "", stream: false });
}

function judgeAnswer(httpStatus: number, list: VendorModels | null, latencyMs: number): ProviderProbe {
  const answered = { httpStatus, latencyMs, list, ok: list !== null };
  if (httpStatus === 401 || httpStatus === 403)
    return { ...answered, message: `The vendor refuses the API key (HTTP ${httpStatus})` };
  if (httpStatus !== 200)
    return { ...answered, message: `The vendor answered HTTP ${httpStatus} to the list of models` };
  if (list === null) return { ...answered, message: "The vendor answered something that is not a list of models" };
  return { ...answered, message: `The vendor answered with ${list.models.length} models` };
}

/** So many models are asked about one by one. */
const mostAsked = 100;

/** The models with what the server tells of them beside its list, where its list does not tell enough. */
export async function askFurther(
  models: readonly VendorModel[],
  { provider, fetchJson }: ProbeOptions,
): Promise<readonly VendorModel[]> {
  const { serverFacts, modelFacts } = provider.definition;
  const told: VendorModel[] = [];
  const [only, ...others] = models;
  if (serverFacts !== undefined && only !== undefined && others.length === 0) {
    return [{ ...only, facts: mergeFacts(only.facts, await factsOf(() => fetchJson(provider, serverFacts))) }];
  }
  for (const [index, model] of models.entries()) {
    const isAsked = modelFacts !== undefined && index < mostAsked && !isTold(model.facts);
    const more = isAsked
      ? await factsOf(() => fetchJson(provider, modelFacts.path, modelFacts.body(model.name)))
      : noFacts;
    told.push({ ...model, facts: mergeFacts(model.facts, more) });
  }
  return told;
}

function isTold({ contextLength, functions, vision }: ModelFacts): boolean {
  return contextLength !== null && functions !== null && vision !== null;
}

/** Nothing where the server does not say: the list itself is what counts. */
async function factsOf(look: () => ReturnType<FetchJson>): Promise<ModelFacts> {
  try {
    const { status, body } = await look();
    return status === 200 ? readFacts(settingsOf(body)) : noFacts;
  } catch {
    return noFacts;
  }
}

/** llama.cpp has what a request may hold among the settings for its generation. */
function settingsOf(body: unknown): unknown {
  if (typeof body !== "object" || body === null || !("default_generation_settings" in body)) return body;
  return { ...body, meta: body.default_generation_settings };
}
