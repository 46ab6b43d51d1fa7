// Which of the gateway's endpoints a request is for: the paths of all dialects, and those of the gateway itself.
// Called by listener.ts. Invariant: a path that is known here is answered here, also where its method is not.

import type { IncomingMessage } from "node:http";
import { GhostError } from "@ghostllm/contract";
import { dialects } from "@ghostllm/llm";
import type { ClientDialect, ClientModels, Dialect } from "@ghostllm/llm";
import { answerError } from "./answer-error.ts";
import type { GatewayDeps } from "./deps.ts";
import { serveHealth, serveLiveness, serveReadiness, serveStatus } from "./endpoints/health.ts";
import { serveInference } from "./endpoints/inference.ts";
import { serveModel, serveModelList, serveModelOfBody } from "./endpoints/models.ts";
import type { Exchange } from "./exchange.ts";
import { pathOf } from "./exchange.ts";

export type Serve = (exchange: Exchange) => void | Promise<void>;
export type Router = (request: IncomingMessage) => Serve | null;

/** `model` is what the path has in place of `{model}`, decoded; null where it is not correctly encoded. */
type ServeModel = (exchange: Exchange, model: string | null) => void | Promise<void>;

interface Route {
  readonly method: string;
  /** What stands before and behind the model's name; an exact path has all before it, and nothing behind. */
  readonly before: string;
  readonly behind: string | null;
  /** Only for requests that have this header. */
  readonly header?: string;
  readonly encodeError: (error: GhostError) => string;
  readonly serve: ServeModel;
}

export interface RouterDeps extends GatewayDeps {
  /** The text of `/metrics` with its content type. */
  readonly readMetrics: () => Promise<{ readonly text: string; readonly contentType: string }>;
}

export function buildRouter(deps: RouterDeps): Router {
  const routes = [...Object.values(dialects).flatMap((dialect) => routesOf(deps, dialect)), ...ownRoutes(deps)];
  // Where two dialects have the same path, the one that knows its clients by a header is asked first.
  const ordered = routes.toSorted((a, b) => Number(b.header !== undefined) - Number(a.header !== undefined));
  const exact = Map.groupBy(
    ordered.filter(({ behind }) => behind === null),
    ({ before }) => before,
  );
  const patterns = ordered.filter(({ behind }) => behind !== null);
  return (request) => {
    const path = pathOf(request);
    const known = exact.get(path) ?? patterns.filter((route) => matches(route, path));
    const fitting = known.filter(({ header }) => header === undefined || request.headers[header] !== undefined);
    const route = fitting.find(({ method }) => method === request.method);
    if (route !== undefined) return (exchange) => route.serve(exchange, modelIn(route, path));
    const [first] = fitting;
    // The landing page is the control plane's.
    return first === undefined || path === "/" ? null : (exchange) => refuseMethod(deps, exchange, fitting, first);
  };
}

function matches({ before, behind }: Route, path: string): boolean {
  return path.length >= before.length + (behind?.length ?? 0) && path.startsWith(before) && path.endsWith(behind ?? "");
}

function modelIn({ before, behind }: Route, path: string): string | null {
  if (behind === null) return null;
  try {
    return decodeURIComponent(path.slice(before.length, path.length - behind.length));
  } catch {
    return null;
  }
}

type RouteHead = Pick<Route, "method" | "encodeError"> & { readonly header?: string | undefined };

function routeOf({ header, ...head }: RouteHead, path: string, serve: ServeModel): Route {
  const [before = path, behind] = path.split("{model}");
  return { ...head, ...(header !== undefined && { header }), before, behind: behind ?? null, serve };
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
    routeOf({ method: "GET", encodeError }, path, (exchange) => exchange.answer(200, json, text)),
  );
  const models = client.models === undefined ? [] : modelRoutes(deps, client, client.models);
  return [...inference, ...models, ...facts];
}

function misspelled(): GhostError {
  return new GhostError("model_not_found", "The model's name is not correctly encoded.", { param: "model" });
}

function modelRoutes(deps: GatewayDeps, { encodeError }: ClientDialect, models: ClientModels): readonly Route[] {
  const { header, listPath, modelPath, readModelName } = models;
  const head = { encodeError, header };
  const way = { encodeError, models };
  return [
    routeOf({ ...head, method: "GET" }, listPath, (exchange) => serveModelList(deps, exchange, way)),
    readModelName === undefined
      ? routeOf({ ...head, method: "GET" }, modelPath, (exchange, name) => serveModel(deps, exchange, way, name))
      : routeOf({ ...head, method: "POST" }, modelPath, (exchange) =>
          serveModelOfBody(deps, exchange, way, readModelName),
        ),
  ];
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
    ["/status", (exchange) => serveStatus(deps, exchange)],
  ];
  return [
    ...table.flatMap(([path, serve]) =>
      ["GET", "HEAD"].map((method) => routeOf({ method, encodeError }, path, (exchange) => serve(exchange))),
    ),
    routeOf({ method: "GET", encodeError }, "/metrics", (exchange) => serveMetrics(deps, exchange)),
    routeOf({ method: "HEAD", encodeError }, "/", (exchange) => exchange.answer(200, {}, "")),
  ];
}

async function serveMetrics(deps: RouterDeps, exchange: Exchange): Promise<void> {
  const { text, contentType } = await deps.readMetrics();
  exchange.answer(200, { "content-type": contentType }, text);
}

function refuseMethod(deps: GatewayDeps, exchange: Exchange, routes: readonly Route[], { encodeError }: Route): void {
  const allowed = [...new Set(routes.map(({ method }) => method))];
  exchange.response.setHeader("allow", allowed.join(", "));
  const error = new GhostError("method_not_allowed", `${exchange.path} takes ${allowed.join(" or ")}.`);
  answerError(deps, exchange, error, encodeError);
}
