// Which of the routes a request is for. Called by listener.ts.
// Invariant: a path that is known here is answered here, also where its method is not.

import { GhostError } from "@ghostllm/contract";
import type { RequestHead } from "#edge/request-head.ts";
import { answerError } from "./answer-error.ts";
import type { ErrorEvents } from "./answer-error.ts";
import type { Exchange } from "./exchange.ts";
import { pathOf } from "./exchange.ts";
import type { Route, RouteTable, Serve } from "./route.ts";

export type Router = (request: RequestHead) => Serve | null;

export function buildRouter(events: ErrorEvents, { routes, rest }: RouteTable): Router {
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
    if (first === undefined) return rest.find(({ prefix }) => path.startsWith(prefix))?.serve ?? null;
    if (request.method === "OPTIONS") return (exchange) => tellMethods(exchange, fitting);
    return (exchange) => refuseMethod(events, exchange, fitting, first);
  };
}

/** What can be read can be asked for its headers alone, too. */
function isRead({ method }: Route): boolean {
  return method === "GET";
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

function methodsOf(routes: readonly Route[]): readonly string[] {
  const methods = routes.map(({ method }) => method);
  return [...new Set(methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : method)))];
}

/** `OPTIONS`, which needs no key: it tells no more than the documentation. */
function tellMethods(exchange: Exchange, routes: readonly Route[]): void {
  exchange.outlet.answerNothing({ allow: [...methodsOf(routes), "OPTIONS"].join(", ") });
}

function refuseMethod(events: ErrorEvents, exchange: Exchange, routes: readonly Route[], { encodeError }: Route): void {
  const allowed = methodsOf(routes);
  exchange.outlet.addHeaders({ allow: allowed.join(", ") });
  const error = new GhostError("method_not_allowed", `${exchange.path} takes ${allowed.join(" or ")}.`);
  answerError(events, exchange, error, encodeError);
}
