// What the gateway serves, as data: the endpoints list their routes, and the router finds the one that a request is for.

import type { GhostError } from "@ghostllm/contract";
import type { Exchange } from "./exchange.ts";

export type Serve = (exchange: Exchange) => void | Promise<void>;

/** `name` is what the path has in place of `{model}` or `{id}`, decoded; null where it is not correctly encoded. */
export type ServeNamed = (exchange: Exchange, name: string | null) => void | Promise<void>;

export interface RouteHead {
  readonly method: "GET" | "POST" | "DELETE";
  /** Only for requests that have one of these headers. */
  readonly headers?: readonly string[] | undefined;
  readonly encodeError: (error: GhostError) => string;
}

export interface Route extends RouteHead {
  /** What stands before and behind the name; an exact path has all before it, and nothing behind. */
  readonly before: string;
  readonly behind: string | null;
  /** The name is an id, which has no slashes. */
  readonly isId: boolean;
  readonly serve: ServeNamed;
}

/** All other paths that begin so. */
export interface RestOfPaths {
  readonly prefix: string;
  readonly serve: Serve;
}

export interface RouteTable {
  readonly routes: readonly Route[];
  readonly rest: readonly RestOfPaths[];
}

/** `path` may have one `{model}` or `{id}` in it. */
export function routeOf(head: RouteHead, path: string, serve: ServeNamed): Route {
  const [before = path, behind] = path.split(/\{(?:model|id)\}/);
  return { ...head, before, behind: behind ?? null, isId: path.includes("{id}"), serve };
}
