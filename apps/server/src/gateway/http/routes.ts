// Which of the gateway's endpoints a request is for: the paths of all dialects, and those of the gateway itself.
// Called by listener.ts. Invariant: a path that is known here is answered here, also where its method is not.

import type { IncomingMessage } from "node:http";
import { GhostError } from "@ghostllm/contract";
import { dialects } from "@ghostllm/llm";
import type { ClientDialect, ClientModels, Dialect } from "@ghostllm/llm";
import { answerError } from "./answer-error.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import { serveHealth, serveLiveness, serveReadiness, serveStatus } from "#gateway/endpoints/health.ts";
import { serveInference } from "#gateway/endpoints/inference.ts";
import { serveStored } from "#gateway/endpoints/stored-objects.ts";
import type { StoredEndpoint } from "#gateway/endpoints/stored-objects.ts";
import { serveModel, serveModelList, serveModelOfBody } from "#gateway/endpoints/models.ts";
import type { Exchange } from "./exchange.ts";
import type { Observers } from "./observers.ts";
import { pathOf } from "./exchange.ts";

export type Serve = (exchange: Exchange) => void | Promise<void>;
export type Router = (request: IncomingMessage) => Serve | null;

/** `name` is what the path has in place of `{model}` or `{id}`, decoded; null where it is not correctly encoded. */
type ServeNamed = (exchange: Exchange, name: string | null) => void | Promise<void>;

interface Route {
  readonly method: string;
  /** What stands before and behind the name; an exact path has all before it, and nothing behind. */
  readonly before: string;
  readonly behind: string | null;
  /** The name is an id, which has no slashes. */
  readonly isId: boolean;
  /** Only for requests that have one of these headers. */
  readonly headers?: readonly string[] | undefined;
  readonly encodeError: (error: GhostError) => string;
  readonly serve: ServeNamed;
}

export interface RouterDeps extends GatewayDeps {
  readonly observers: Observers;
  /** The text of `/metrics` with its content type. */
  readonly readMetrics: () => Promise<{ readonly text: Buffer; readonly contentType: string }>;
}

export function buildRouter(deps: RouterDeps): Router {
  const routes = [...Object.values(dialects).flatMap((dialect) => routesOf(deps, dialect)), ...ownRoutes(deps)];
  // Where two dialects have the same path, the one that knows its clients by a header is asked first.
  const ordered = routes.toSorted((a, b) => Number(b.headers !== undefined) - Number(a.headers !== undefined));
  const exact = Map.groupBy(
    ordered.filter(({ behind }) => behind === null),
    ({ before }) => before,
  );
  const patterns = ordered.filter(({ behind }) => behind !== null);
  return (request) => {
    const path = pathOf(request);
    const known = exact.get(path) ?? patterns.filter((route) => matches(route, path));
    const fitting = known.filter(({ headers }) => headers?.some((name) => request.headers[name] !== undefined) ?? true);
    const route =
      fitting.find(({ method }) => method === request.method) ??
      (request.method === "HEAD" ? fitting.find(isRead) : undefined);
    if (route !== undefined) return (exchange) => route.serve(exchange, nameIn(route, path));
    const [first] = fitting;
    if (first === undefined) return unservedBy(deps, path);
    if (request.method === "OPTIONS") return (exchange) => tellMethods(exchange, fitting);
    return (exchange) => refuseMethod(deps, exchange, fitting, first);
  };
}

/** What can be read can be asked for its headers alone, too. */
function isRead({ method }: Route): boolean {
  return method === "GET";
}

/** A path of a dialect that has no others of ours beside its own is answered in that dialect. */
function unservedBy(deps: GatewayDeps, path: string): Serve | null {
  const owner = Object.values(dialects).find(({ client }: Dialect) => path.startsWith(client.unserved?.prefix ?? "\n"));
  if (owner === undefined) return null;
  const { encodeError, unserved }: ClientDialect = owner.client;
  const [named = ""] = path.slice(unserved?.prefix.length).split("/");
  const reason = unserved?.reasons[named] ?? `There is no ${path} here.`;
  return (exchange) => answerError(deps, exchange, new GhostError("not_found", reason), encodeError);
}

function matches({ before, behind, isId }: Route, path: string): boolean {
  const nameEnd = path.length - (behind?.length ?? 0);
  if (nameEnd < before.length || !path.startsWith(before) || !path.endsWith(behind ?? "")) return false;
  return !isId || (nameEnd > before.length && !path.slice(before.length, nameEnd).includes("/"));
}

function nameIn({ before, behind }: Route, path: string): string | null {
  if (behind === null) return null;
  try {
    return decodeURIComponent(path.slice(before.length, path.length - behind.length));
  } catch {
    return null;
  }
}

type RouteHead = Pick<Route, "method" | "encodeError" | "headers">;

function routeOf(head: RouteHead, path: string, serve: ServeNamed): Route {
  const [before = path, behind] = path.split(/\{(?:model|id)\}/);
  const isId = path.includes("{id}");
  return { ...head, before, behind: behind ?? null, isId, serve };
}

/** Longer endings come first, since a model's name may hold anything. */
function routesOf(deps: GatewayDeps, dialect: Dialect): readonly Route[] {
  const { client } = dialect;
  const { encodeError } = client;
  const inference = client.endpoints.map((endpoint) =>
    routeOf({ method: "POST", encodeError }, endpoint.path, (exchange, model) => {
      const isNamed = endpoint.path.includes("{model}");
      if (isNamed && !model) return answerError(deps, exchange, misspelled(), encodeError);
      return serveInference(deps, exchange, dialect, endpoint, model ?? undefined);
    }),
  );
  const facts = Object.entries(client.facts ?? {}).map(([path, text]) =>
    routeOf({ method: "GET", encodeError }, path, (exchange) => exchange.outlet.answer(200, json, text)),
  );
  const models = client.models === undefined ? [] : modelRoutes(deps, client, client.models);
  const stored = (client.stored ?? []).flatMap((objects) =>
    objects.routes.map((route) => storedRoute(deps, { dialect, objects, route })),
  );
  return [...inference, ...stored, ...models, ...facts];
}

/** What vendors may call an object; no dots alone, which would lead to another path. */
const idPattern = /^[\w-][\w.:~=-]{0,255}$/;

function storedRoute(deps: GatewayDeps, endpoint: StoredEndpoint): Route {
  const { dialect, objects, route } = endpoint;
  const { encodeError } = dialect.client;
  const path = objects.path + route.behind;
  return routeOf({ method: route.method, encodeError }, path, (exchange, id) => {
    if (!path.includes("{id}")) return serveStored(deps, exchange, endpoint, null);
    if (id !== null && idPattern.test(id)) return serveStored(deps, exchange, endpoint, id);
    return answerError(deps, exchange, new GhostError("not_found", "There is no object of this name."), encodeError);
  });
}

function misspelled(): GhostError {
  return new GhostError("model_not_found", "The model's name is not correctly encoded.", { param: "model" });
}

function modelRoutes(deps: GatewayDeps, { encodeError }: ClientDialect, models: ClientModels): readonly Route[] {
  const { places, readModelName } = models;
  const way = { encodeError, models };
  return places.flatMap(({ headers, listPath, modelPath }) => {
    const head = { encodeError, headers };
    return [
      routeOf({ ...head, method: "GET" }, listPath, (exchange) => serveModelList(deps, exchange, way)),
      readModelName === undefined
        ? routeOf({ ...head, method: "GET" }, modelPath, (exchange, name) => serveModel(deps, exchange, way, name))
        : routeOf({ ...head, method: "POST" }, modelPath, (exchange) =>
            serveModelOfBody(deps, exchange, way, readModelName),
          ),
    ];
  });
}

const json = { "content-type": "application/json" };

function ownRoutes(deps: RouterDeps): readonly Route[] {
  const [first] = Object.values(dialects);
  if (first === undefined) throw new TypeError("there is a dialect");
  const { encodeError } = first.client;
  const table: readonly (readonly [path: string, serve: Serve])[] = [
    ["/health", (exchange) => serveHealth(deps, exchange)],
    ["/health/live", serveLiveness],
    ["/health/ready", (exchange) => serveReadiness(deps, exchange)],
    ["/status", observed(deps, encodeError, (exchange) => serveStatus(deps, exchange))],
    ["/metrics", observed(deps, encodeError, (exchange) => serveMetrics(deps, exchange, encodeError))],
  ];
  return table.map(([path, serve]) => routeOf({ method: "GET", encodeError }, path, (exchange) => serve(exchange)));
}

/** For those alone who may look. */
function observed(deps: RouterDeps, encodeError: Route["encodeError"], serve: Serve): Serve {
  return (exchange) => {
    try {
      deps.observers.check(exchange, deps);
    } catch (error) {
      exchange.outlet.addHeaders({ "www-authenticate": "Bearer" });
      return answerError(deps, exchange, error, encodeError);
    }
    return serve(exchange);
  };
}

async function serveMetrics(deps: RouterDeps, exchange: Exchange, encodeError: Route["encodeError"]): Promise<void> {
  try {
    const { text, contentType } = await deps.readMetrics();
    exchange.held.require(text.length);
    exchange.outlet.answer(200, { "content-type": contentType }, text);
  } catch (error) {
    answerError(deps, exchange, error, encodeError);
  }
}

function methodsOf(routes: readonly Route[]): readonly string[] {
  const methods = routes.map(({ method }) => method);
  return [...new Set(methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : method)))];
}

/** `OPTIONS`, which needs no key: it tells no more than the documentation. */
function tellMethods(exchange: Exchange, routes: readonly Route[]): void {
  exchange.outlet.answerNothing({ allow: [...methodsOf(routes), "OPTIONS"].join(", ") });
}

function refuseMethod(deps: GatewayDeps, exchange: Exchange, routes: readonly Route[], { encodeError }: Route): void {
  const allowed = methodsOf(routes);
  exchange.outlet.addHeaders({ allow: allowed.join(", ") });
  const error = new GhostError("method_not_allowed", `${exchange.path} takes ${allowed.join(" or ")}.`);
  answerError(deps, exchange, error, encodeError);
}
