import { formatUsd, GhostError } from "@ghostllm/contract";
import { priceAt } from "@ghostllm/llm";
import type { ClientDialect, ClientModels, Dialect, ListedModel, Rate } from "@ghostllm/llm";
import { checkEndpoint } from "#domain/access/key-use.ts";
import type { Principal } from "#domain/principal.ts";
import type { Snapshot, Target } from "#domain/snapshot.ts";
import { answerError } from "#gateway/http/answer-error.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import { identify } from "#gateway/http/identify.ts";
import { readBody } from "#gateway/http/read-body.ts";
import { routeOf } from "#gateway/http/route.ts";
import type { Route } from "#gateway/http/route.ts";
import type { Caller } from "./serve-request.ts";
import { modelsFor, usableBy } from "#gateway/flow/auto-candidates.ts";
import { autoName, checkPermission, findModel, isAuto, isModelAllowed, resolveModel } from "#gateway/flow/resolve.ts";
import type { Candidates } from "#gateway/flow/resolve.ts";

type ModelDeps = Pick<GatewayDeps, "snapshots" | "steadyTime" | "clock" | "events" | "limits" | "timeouts">;

interface ModelsOfDialect extends Pick<ClientDialect, "encodeError"> {
  readonly models: ClientModels;
}

export function modelRoutes(deps: ModelDeps, { client }: Dialect): readonly Route[] {
  const { encodeError, models } = client;
  if (models === undefined) return [];
  const { places, readModelName } = models;
  const way = { encodeError, models };
  return places.flatMap(({ headers, listPath, modelPath }) => {
    const reading = { method: "GET", encodeError, headers } as const;
    const asking = { method: "POST", encodeError, headers } as const;
    return [
      routeOf(reading, listPath, (exchange) => serveModelList(deps, exchange, way)),
      readModelName === undefined
        ? routeOf(reading, modelPath, (exchange, name) => serveModel(deps, exchange, way, name))
        : routeOf(asking, modelPath, (exchange) => serveModelOfBody(deps, exchange, way, readModelName)),
    ];
  });
}

/** The list of models that this key may use, in the client's dialect. */
function serveModelList(deps: ModelDeps, exchange: Exchange, { encodeError, models }: ModelsOfDialect): void {
  try {
    const { snapshot, principal } = callerOf(deps, exchange);
    const list = models.encodeList(listModels(snapshot, principal, deps.clock.now()), exchange.query);
    exchange.held.require(list.length);
    exchange.outlet.answer(200, json, list);
  } catch (error) {
    answerError(deps.events, exchange, error, encodeError);
  }
}

/** One model, by any name under which it can be asked for. `name` is null where its encoding was at fault. */
function serveModel(
  deps: ModelDeps,
  exchange: Exchange,
  { encodeError, models }: ModelsOfDialect,
  name: string | null,
): void {
  try {
    const caller = callerOf(deps, exchange);
    if (name === null) throw new GhostError("model_not_found", "The model's name is not correctly encoded.");
    exchange.outlet.answer(200, json, models.encodeModel(findOwn(caller, name, deps.clock.now())));
  } catch (error) {
    answerError(deps.events, exchange, error, encodeError);
  }
}

function callerOf({ snapshots, steadyTime }: Pick<ModelDeps, "snapshots" | "steadyTime">, exchange: Exchange): Caller {
  const snapshot = snapshots.current();
  const principal = identify(exchange, snapshot, steadyTime);
  checkEndpoint(principal, "models");
  return { snapshot, principal };
}

function findOwn({ snapshot, principal }: Caller, name: string, now: number): ListedModel {
  const auto = isAuto(snapshot, name, principal) ? autoModel(snapshot, principal) : null;
  if (auto !== null) return { ...auto, name };
  const candidates = resolveModel(snapshot, name, principal);
  checkPermission(principal, candidates);
  return describe(candidates, now);
}

/** Of a body that names a model and says hardly more. */
const bytesOfName = 64 * 1024;

/** One model that the body of the request names, as `readModelName` finds it. */
async function serveModelOfBody(
  deps: ModelDeps,
  exchange: Exchange,
  client: ModelsOfDialect,
  readModelName: (body: string) => string | null,
): Promise<void> {
  try {
    const caller = callerOf(deps, exchange);
    const { limits: most, timeouts } = deps;
    const { held } = exchange;
    const limits = { maxBytes: bytesOfName, values: most.bodyValues, idleMs: timeouts.requestBodyIdleMs, held };
    const name = readModelName((await readBody(exchange, limits)).toString("utf8"));
    if (name === null) throw new GhostError("invalid_request_error", "The request names no model.", { param: "model" });
    exchange.outlet.answer(200, json, client.models.encodeModel(findOwn(caller, name, deps.clock.now())));
  } catch (error) {
    answerError(deps.events, exchange, error, client.encodeError);
  }
}

const json = { "content-type": "application/json" };

/** Aliases, those of the team behind everybody's, then models by their bare names; one that several providers have is listed for each of them, too. */
function listModels(snapshot: Snapshot, principal: Principal, now: number) {
  const models = [...snapshot.models].flatMap(([name, targets]) => namesOf(name, targets));
  const auto = autoModel(snapshot, principal);
  // An alias may have the name of a model, which it then stands in front of.
  const ofTeam = snapshot.teamAliases.get(principal.teamId ?? "")?.keys() ?? [];
  const named = [...new Set([...snapshot.aliases.keys(), ...ofTeam, ...models])]
    .map((name) => findModel(snapshot, name, principal))
    .filter((candidates) => candidates.targets.length > 0 && isModelAllowed(principal, candidates))
    .map((candidates) => describe(candidates, now));
  return auto === null || named.some(({ name }) => name === auto.name) ? named : [...named, auto];
}

/** Behind all others, so that nobody gets it who takes the first one. Null where there is nothing to choose between. */
function autoModel(snapshot: Snapshot, principal: Principal): ListedModel | null {
  if (!isAuto(snapshot, autoName, principal)) return null;
  const models = usableBy(principal, modelsFor(snapshot, "chat"));
  return models.length < 2 ? null : describeAuto(models);
}

/** It has the price, the length and the abilities of whichever is chosen. */
function describeAuto(models: readonly Target[]): ListedModel {
  return {
    ...{ name: autoName, createdAt: 0, provider: "ghostllm", contextLength: null, capabilities: null },
    targets: models.map(({ provider, model }) => `${provider.name}/${model}`),
    ...{ displayName: "Whichever model is best for the request", price: null },
  };
}

function namesOf(name: string, targets: readonly Target[]): readonly string[] {
  return targets.length === 1 ? [name] : [name, ...targets.map(({ provider, model }) => `${provider.name}/${model}`)];
}

function describe({ requested, targets }: Candidates, now: number): ListedModel {
  const [first] = targets;
  if (first === undefined)
    throw new GhostError("model_not_found", `'${requested}' has no provider.`, { param: "model" });
  const { target } = first;
  return {
    name: requested,
    createdAt: target.createdAt,
    provider: target.provider.name,
    targets: targets.map(({ target: { provider, model } }) => `${provider.name}/${model}`),
    contextLength: target.contextLength,
    capabilities: target.capabilities,
    // Under another name it is something else for people, too.
    displayName: requested === target.model ? target.displayName : null,
    price: describePrice(target, now),
  };
}

function describePrice({ prices }: Target, now: number): ListedModel["price"] {
  const price = prices === null ? null : priceAt(prices, now);
  if (price === null) return null;
  const usd = (rate: Rate): string => formatUsd(rate.base);
  return {
    input: usd(price.input),
    output: usd(price.output),
    cachedInput: usd(price.cachedInput ?? price.input),
    version: price.version,
  };
}
