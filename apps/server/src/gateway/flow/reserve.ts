// The most that a request may cost, which is held against the budgets of whoever asks: docs/limits-and-budgets.md.
// Called by admit.ts. Invariant: what cannot be bounded is refused with what to do about it, never admitted.

import { GhostError } from "@ghostllm/contract";
import { crossesAs, demandOf, mostOf, priceAt, vendorDialects, wayTo } from "@ghostllm/llm";
import type { ClientDialectName, ParsedRequest, Price, RequestDemand } from "@ghostllm/llm";
import type { Target } from "#domain/snapshot.ts";
import type { Candidates } from "./resolve.ts";

export interface ReservedFor {
  readonly request: ParsedRequest;
  /** Where it is known already. */
  readonly demand?: RequestDemand | null;
  readonly candidates: Candidates;
  /** The client's. */
  readonly dialect: ClientDialectName;
  /** What a header lets a model read, where that is more than usual. */
  readonly longerContext: number;
  /** For a request that names no maximum of its own, at a vendor that is told none. */
  readonly assumedOutputTokens: number;
  /** Epoch ms, for prices that depend on the time of day. */
  readonly now: number;
  /** Whose budget makes it be known; absent: one of the caller's. */
  readonly provider?: string;
}

/** For messages. */
export function whoHasBudget({ provider }: Pick<ReservedFor, "provider">): string {
  return provider === undefined ? "a key with a budget" : `a request to ${provider}, which has a budget,`;
}

export interface MostCost {
  /** Nano-USD, at the dearest target. */
  readonly costNanos: number;
  /** The vendor reads what nobody here has seen: no estimate can be made of it. */
  readonly readsUnseen: boolean;
}

/** Throws GhostError `permission_denied` where it cannot be known. */
export function mostItMayCost(input: ReservedFor): MostCost {
  const demand = input.demand ?? demandOf(input.request);
  const costNanos = Math.max(...input.candidates.targets.map(({ target }) => mostAt(target, demand, input)));
  return { costNanos, readsUnseen: demand.unseen !== null };
}

/** Where nobody has a budget. */
export const noCost: MostCost = { costNanos: 0, readsUnseen: false };

function mostAt(target: Target, demand: RequestDemand, input: ReservedFor): number {
  const price = target.prices === null ? null : priceAt(target.prices, input.now);
  if (price === null) throw unpriced(target, input);
  if (price.isFree) return 0;
  const { boundless: endless } = target.provider.definition.pricing ?? {};
  if (endless?.test(target.model)) throw boundless(target, input, "it searches as long as it likes");
  if (demand.boundless !== null) throw boundless(target, input, demand.boundless);
  const prompt = mostPromptTokens(target, demand, input);
  const answers = Math.max(input.request.answers, input.request.answers === 0 ? 0 : demand.answers);
  const completionTokens = mostOutputTokens(target, demand, input) * answers * demand.writings;
  const most = mostInClasses({ ...demand, ...prompt, completionTokens }, price);
  if (most !== null) return most;
  throw boundless(target, input, `${describe(demand)}, for which no price is known`);
}

interface PromptBound {
  readonly promptTokens: number;
  /** Of one reading of it, by which its rate is chosen. */
  readonly rateTokens: number;
}

type Sized = RequestDemand & PromptBound & { readonly completionTokens: number };

/** The dearest of the classes of service that are asked for; null where one has no price. */
function mostInClasses(demand: Sized, price: Price): number | null {
  const { serviceClasses } = demand;
  if (serviceClasses.length === 0) return mostOf(demand, price);
  const sums = serviceClasses.map((serviceClass) => mostOf({ ...demand, serviceClass }, price));
  return sums.some((sum) => sum === null) ? null : Math.max(...sums.map((sum) => sum ?? 0));
}

/** What a vendor puts before every prompt: who it is, and where a message begins. */
const usualHiddenTokens = 50;

/**
 * What is fetched, kept or found by the vendor is as long as the model can read, where nobody can say how long it is. Text has
 * at most a token a byte.
 */
function mostPromptTokens(target: Target, demand: RequestDemand, input: ReservedFor): PromptBound {
  const { request, longerContext } = input;
  const { contextLength } = target;
  if (demand.unseen !== null && contextLength === null) throw unseen(target, input, demand.unseen);
  const context = Math.max(contextLength ?? 0, demand.contextTokens, longerContext);
  if (demand.unseen !== null) return { promptTokens: context * demand.readings, rateTokens: Infinity };
  const hidden = Math.max(usualHiddenTokens, target.provider.definition.pricing?.hiddenTokens ?? 0);
  const text = request.textBytes ?? request.body.length;
  const known = text + hidden + demand.hiddenTokens + demand.pictures * mostPictureTokens(target);
  // Of several prompts each may be as long as the model can read.
  const isOne = contextLength !== null && crossesAs(request.operation) === "chat.completions";
  return { promptTokens: (isOne ? Math.min(known, context) : known) * demand.readings, rateTokens: known };
}

/** The most that any model is known to make of one picture. */
const anyPictureTokens = 16_384;

function mostPictureTokens({ provider, model }: Target): number {
  const rule = provider.definition.pricing?.pictureTokens?.find(({ models }) => models.test(model));
  return rule?.most ?? anyPictureTokens;
}

function mostOutputTokens(target: Target, demand: RequestDemand, input: ReservedFor): number {
  const { request } = input;
  const foretold = demand.predicts ? (request.textBytes ?? request.body.length) : 0;
  const beyond = target.provider.definition.pricing?.thoughtsBeyondLimit ?? 0;
  return mostWrittenTokens(target, demand, input) + foretold + beyond;
}

function mostWrittenTokens(target: Target, demand: RequestDemand, input: ReservedFor): number {
  const { request, dialect, assumedOutputTokens } = input;
  if (request.operation.startsWith("images.")) return Math.max(anyPictureTokens, assumedOutputTokens);
  if (request.maxOutputTokens !== null && request.answers > 0) return namedOutputTokens(target, demand, input);
  const way = wayTo(target.provider.definition, dialect, request.operation, target.model);
  // Within one dialect the vendor is told what the client said, and nothing else.
  if (way === null || way.dialect === dialect) return assumedOutputTokens;
  const told = vendorDialects[way.dialect].upstream.usualOutputTokens?.(target.model) ?? 0;
  return Math.max(assumedOutputTokens, told, demand.thoughtTokens);
}

/** Vendors differ in which of two names they read, and some take 0 for no limit: then a model writes as long as it can. */
function namedOutputTokens(target: Target, demand: RequestDemand, input: ReservedFor): number {
  const { maxOutputTokens } = input.request;
  const named = Math.max(maxOutputTokens ?? 0, demand.namedOutputTokens);
  const { contextLength } = target;
  if (named <= 0 || demand.namesNoLimit) {
    if (contextLength === null) throw unlimited(target, input);
    return contextLength;
  }
  const thoughts = demand.thinkingBudget > named ? demand.thinkingBudget : 0;
  return contextLength === null ? named + thoughts : Math.min(named + thoughts, contextLength);
}

function describe(demand: RequestDemand): string {
  const { serviceClasses, hearsSound, makesSound, webSearches, fileSearches, containers } = demand;
  if (serviceClasses.length > 0) return `the class of service '${serviceClasses.join(", ").slice(0, 40)}'`;
  if (hearsSound || makesSound) return "sound";
  if (webSearches > 0) return "searches of the web";
  if (fileSearches > 0) return "searches of files";
  return containers > 0 ? "code that the vendor runs" : "prompts that are kept for an hour";
}

type Asked = Pick<ReservedFor, "provider">;

/** A budget cannot be kept for a model whose price nobody knows. */
function unpriced({ provider, model }: Target, asked: Asked): GhostError {
  const message = `The price of '${provider.name}/${model}' is unknown, so ${whoHasBudget(asked)} may not use it. An operator can set a price.`;
  return new GhostError("permission_denied", message, { param: "model" });
}

function boundless({ provider, model }: Target, asked: Asked, what: string): GhostError {
  const message = `What '${provider.name}/${model}' may cost here cannot be bounded, so ${whoHasBudget(asked)} may not ask for it: ${what}. Ask without it, or with a key that has no budget; an operator can set prices.`;
  return new GhostError("permission_denied", message);
}

function unseen({ provider, model }: Target, asked: Asked, what: string): GhostError {
  const message = `The request names ${what}, whose size nobody can tell before, and the context length of '${provider.name}/${model}' is unknown, so ${whoHasBudget(asked)} may not ask for it. An operator can set the model's context length.`;
  return new GhostError("permission_denied", message);
}

function unlimited({ provider, model }: Target, asked: Asked): GhostError {
  const message = `The request names a maximum of output tokens that is less than 1, which some vendors take for none, and the context length of '${provider.name}/${model}' is unknown, so ${whoHasBudget(asked)} may not ask for it. Name a larger maximum, or none; an operator can set the model's context length.`;
  return new GhostError("permission_denied", message);
}
