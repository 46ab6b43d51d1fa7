// The most that a request may cost, which is held against the budgets of whoever asks: docs/limits-and-budgets.md.
// Called by admit.ts. Invariant: what cannot be bounded is refused with what to do about it, never admitted.

import { GhostError } from "@ghostllm/contract";
import { demandOf, mostOf, priceAt, vendorDialects, wayTo } from "@ghostllm/llm";
import type { ClientDialectName, ParsedRequest, RequestDemand } from "@ghostllm/llm";
import type { Target } from "#domain/snapshot.ts";
import type { Candidates } from "./resolve.ts";

export interface ReservedFor {
  readonly request: ParsedRequest;
  readonly candidates: Candidates;
  /** The client's; null where its request goes to its own dialect as it is. */
  readonly dialect: ClientDialectName | null;
  /** For a request that names no maximum of its own, at a vendor that is told none. */
  readonly assumedOutputTokens: number;
  readonly now: number;
}

/** In nano-USD, at the dearest target. Throws GhostError `permission_denied` where that cannot be known. */
export function mostItMayCost(input: ReservedFor): number {
  const demand = demandOf(input.request.body);
  return Math.max(...input.candidates.targets.map(({ target }) => mostAt(target, demand, input)));
}

function mostAt(target: Target, demand: RequestDemand, input: ReservedFor): number {
  const price = target.prices === null ? null : priceAt(target.prices, input.now);
  if (price === null) throw unpriced(target);
  if (price.isFree) return 0;
  if (demand.boundless !== null) throw boundless(target, demand.boundless);
  const promptTokens = mostPromptTokens(target, demand, input.request);
  const completionTokens = mostOutputTokens(target, demand, input) * input.request.answers;
  const most = mostOf({ ...demand, promptTokens, completionTokens }, price);
  if (most !== null) return most;
  throw boundless(target, `${describe(demand)}, for which no price is known`);
}

/** What is fetched, kept or found by the vendor is as long as the model can read, where nobody can say how long it is. */
function mostPromptTokens(target: Target, demand: RequestDemand, { promptTokensEstimate }: ParsedRequest): number {
  const { contextLength } = target;
  if (demand.unseen !== null && contextLength === null) throw unseen(target, demand.unseen);
  const pictures = demand.pictures * picturesBeyond(target);
  const found = demand.readSearches * foundTokens;
  const known = promptTokensEstimate + pictures + found;
  return (demand.unseen === null ? known : Math.max(known, contextLength ?? 0)) * demand.readings;
}

/** What is counted of a picture without a look at the model. */
const assumedPictureTokens = 1_500;
/** Of a search of the web, its results. */
const foundTokens = 25_000;

function picturesBeyond({ provider, model }: Target): number {
  const rule = provider.definition.pricing?.pictureTokens?.find(({ models }) => models.test(model));
  return Math.max(0, (rule?.most ?? 0) - assumedPictureTokens);
}

function mostOutputTokens(target: Target, demand: RequestDemand, input: ReservedFor): number {
  const { request, dialect, assumedOutputTokens } = input;
  if (request.maxOutputTokens !== null) return request.maxOutputTokens;
  const way = dialect === null ? null : wayTo(target.provider.definition, dialect, request.operation, target.model);
  // Within one dialect the vendor is told what the client said, and nothing else.
  if (way === null || way.dialect === dialect) return assumedOutputTokens;
  const told = vendorDialects[way.dialect].upstream.usualOutputTokens?.(target.model) ?? 0;
  return Math.max(assumedOutputTokens, told, demand.thoughtTokens);
}

function describe({
  serviceClass,
  hearsSound,
  makesSound,
  webSearches,
  fileSearches,
  containers,
}: RequestDemand): string {
  if (serviceClass !== undefined) return `the class of service '${serviceClass.slice(0, 40)}'`;
  if (hearsSound || makesSound) return "sound";
  if (webSearches > 0) return "searches of the web";
  if (fileSearches > 0) return "searches of files";
  return containers > 0 ? "code that the vendor runs" : "prompts that are kept for an hour";
}

/** A budget cannot be kept for a model whose price nobody knows. */
function unpriced({ provider, model }: Target): GhostError {
  const message = `The price of '${provider.name}/${model}' is unknown, so a key with a budget may not use it. An operator can set a price.`;
  return new GhostError("permission_denied", message, { param: "model" });
}

function boundless({ provider, model }: Target, what: string): GhostError {
  const message = `What '${provider.name}/${model}' may cost here cannot be bounded, so a key with a budget may not ask for it: ${what}. Ask without it, or with a key that has no budget; an operator can set prices.`;
  return new GhostError("permission_denied", message);
}

function unseen({ provider, model }: Target, what: string): GhostError {
  const message = `The request names ${what}, whose size nobody can tell before, and the context length of '${provider.name}/${model}' is unknown, so a key with a budget may not ask for it. An operator can set the model's context length.`;
  return new GhostError("permission_denied", message);
}
