import { formatUsd, GhostError } from "@ghostllm/contract";
import { priceAt } from "@ghostllm/llm";
import type { Rate } from "@ghostllm/llm";
import type { Principal } from "#domain/principal.ts";
import type { Snapshot, Target } from "#domain/snapshot.ts";
import { answerError } from "#gateway/answer-error.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Exchange } from "#gateway/exchange.ts";
import { identify } from "#gateway/flow/identify.ts";
import { checkPermission, findModel, isModelAllowed, resolveModel } from "#gateway/flow/resolve.ts";
import type { Candidates } from "#gateway/flow/resolve.ts";

type EncodeError = (error: GhostError) => string;

/** `GET /v1/models`: what this key may use. */
export function serveModelList(deps: GatewayDeps, exchange: Exchange, encodeError: EncodeError): void {
  try {
    const snapshot = deps.snapshots.current();
    const principal = identify(exchange, snapshot);
    exchange.answerJson(200, { object: "list", data: listModels(snapshot, principal, deps.clock.now()) });
  } catch (error) {
    answerError(deps, exchange, error, encodeError);
  }
}

/** `GET /v1/models/{id}`, where the id may hold slashes, encoded or not. */
export function serveModel(deps: GatewayDeps, exchange: Exchange, id: string, encodeError: EncodeError): void {
  try {
    const snapshot = deps.snapshots.current();
    const principal = identify(exchange, snapshot);
    const name = decodeModel(id);
    if (name === null) throw new GhostError("model_not_found", "The model's name is not correctly encoded.");
    const candidates = resolveModel(snapshot, name);
    checkPermission(principal, candidates);
    exchange.answerJson(200, describe(candidates, deps.clock.now()));
  } catch (error) {
    answerError(deps, exchange, error, encodeError);
  }
}

/** A model's name as it stands in a path; null where that is not correctly encoded, or empty. */
export function decodeModel(encoded: string): string | null {
  try {
    return decodeURIComponent(encoded) || null;
  } catch {
    return null;
  }
}

/** Aliases, then models by their bare names; one that several providers have is listed for each of them, too. */
function listModels(snapshot: Snapshot, principal: Principal, now: number) {
  const models = [...snapshot.models].flatMap(([name, targets]) => namesOf(name, targets));
  // An alias may have the name of a model, which it then stands in front of.
  return [...new Set([...snapshot.routes.keys(), ...models])]
    .map((name) => findModel(snapshot, name))
    .filter((candidates) => candidates.targets.length > 0 && isModelAllowed(principal.permissions, candidates))
    .map((candidates) => describe(candidates, now));
}

function namesOf(name: string, targets: readonly Target[]): readonly string[] {
  return targets.length === 1 ? [name] : [name, ...targets.map(({ provider, model }) => `${provider.name}/${model}`)];
}

function describe({ requested, targets }: Candidates, now: number) {
  const [first] = targets;
  if (first === undefined)
    throw new GhostError("model_not_found", `'${requested}' has no provider.`, { param: "model" });
  const { target } = first;
  return {
    id: requested,
    object: "model",
    created: Math.floor(target.createdAt / 1000),
    owned_by: target.provider.name,
    provider: target.provider.name,
    targets: targets.map(({ target: { provider, model } }) => `${provider.name}/${model}`),
    context_length: target.contextLength,
    capabilities: target.capabilities,
    pricing: describePrice(target, now),
  };
}

/** In USD per million tokens, as decimal text; null where the price is unknown. */
function describePrice({ prices }: Target, now: number) {
  const price = prices === null ? null : priceAt(prices, now);
  if (price === null) return null;
  const usd = (rate: Rate): string => formatUsd(rate.base);
  return {
    unit: "usd_per_million_tokens",
    input: usd(price.input),
    output: usd(price.output),
    cached_input: usd(price.cachedInput ?? price.input),
    version: price.version,
  };
}
