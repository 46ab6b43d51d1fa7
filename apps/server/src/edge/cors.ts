// Which pages of other origins may call, and what they may see of the answers. Called for every request where an origin is
// allowed at all. Invariant: what is for operators alone opens to `admin_origins` alone, however its path is spelled.

import type { ServerResponse } from "node:http";
import type { CorsSettings } from "#config/config.ts";
import type { AddedHeaders, RequestHead } from "./request-head.ts";

/** Pages see nothing else of an answer's headers but a few that browsers always show. */
const exposedHeaders = [
  "x-request-id",
  ...[
    "provider",
    "model",
    "attempts",
    "cache",
    "cost-usd",
    "overhead-ms",
    "notes",
    "guardrails",
    "consent-id",
    "stream",
  ].map((name) => `x-ghostllm-${name}`),
  ...["limit", "remaining", "reset"].flatMap((name) => [`x-ratelimit-${name}-requests`, `x-ratelimit-${name}-tokens`]),
  "retry-after",
  "retry-after-ms",
  "x-should-retry",
  "content-disposition",
  "allow",
  "etag",
  "www-authenticate",
  "traceresponse",
].join(", ");

const methods = "GET, HEAD, POST, PUT, PATCH, DELETE";

/** What else an answer to a preflight depends on. */
const preflightVary = [
  "Origin",
  "Access-Control-Request-Method",
  "Access-Control-Request-Headers",
  "Access-Control-Request-Private-Network",
].join(", ");

/** What a proxy tells of its client is not for pages to write. */
const keptHeaders = /^(?:forwarded|x-forwarded-.*|x-real-ip|via)$/i;
const headerName = /^[!#$%&'*+.^`|~\w-]{1,128}$/;
const mostHeaders = 100;

/** Preflights and other requests of pages; null where no page may call. */
export function createCors(settings: CorsSettings): Cors | null {
  return settings.origins.length + settings.adminOrigins.length === 0 ? null : new Cors(settings);
}

export class Cors {
  readonly #everyone: AllowedOrigins;
  readonly #operators: AllowedOrigins;
  readonly #areCredentialsAllowed: boolean;
  readonly #maxAgeSeconds: string;

  constructor({ origins, adminOrigins, credentials, maxAgeSeconds }: CorsSettings) {
    this.#everyone = new AllowedOrigins(origins);
    this.#operators = new AllowedOrigins(adminOrigins);
    this.#areCredentialsAllowed = credentials;
    this.#maxAgeSeconds = String(maxAgeSeconds);
  }

  /** May pages of this origin ask for the path? */
  allows(origin: string, path: string): boolean {
    return (isForOperators(path) ? this.#operators : this.#everyone).has(origin);
  }

  /** Adds what the page of another origin needs to read the answer. */
  addHeaders(request: RequestHead, response: AddedHeaders, path: string): void {
    response.setHeader("vary", "Origin");
    if (!this.#allow(request, response, path)) return;
    response.setHeader("access-control-expose-headers", exposedHeaders);
  }

  /** Answers a preflight. No key comes with it, and what is asked for need not exist: the request itself shows that. */
  answerPreflight(request: RequestHead, response: ServerResponse, path: string): void {
    const { headers } = request;
    response.setHeader("vary", preflightVary);
    if (this.#allow(request, response, path)) {
      response.setHeader("access-control-allow-methods", methods);
      const asked = allowedHeaders(headers["access-control-request-headers"] ?? "");
      if (asked !== "") response.setHeader("access-control-allow-headers", asked);
      response.setHeader("access-control-max-age", this.#maxAgeSeconds);
      if (headers["access-control-request-private-network"] === "true")
        response.setHeader("access-control-allow-private-network", "true");
    }
    response.writeHead(204).end();
  }

  #allow({ headers: { origin } }: RequestHead, response: AddedHeaders, path: string): boolean {
    if (origin === undefined) return false;
    const allowed = isForOperators(path) ? this.#operators : this.#everyone;
    if (!allowed.has(origin)) return false;
    response.setHeader("access-control-allow-origin", allowed.isOpen ? "*" : origin);
    if (this.#areCredentialsAllowed) response.setHeader("access-control-allow-credentials", "true");
    return true;
  }
}

/** `Access-Control-Request-Method` is what sets a preflight apart from any other `OPTIONS`. */
export function isPreflight({ method, headers }: RequestHead): boolean {
  return method === "OPTIONS" && headers.origin !== undefined && headers["access-control-request-method"] !== undefined;
}

/**
 * All that are asked for, since SDKs send many and ever new ones: what opens is the key, and the origin is one that an
 * operator has allowed.
 */
function allowedHeaders(asked: string): string {
  const names = asked.split(",").map((name) => name.trim());
  return names
    .filter((name) => headerName.test(name) && !keptHeaders.test(name))
    .slice(0, mostHeaders)
    .join(", ");
}

const operatorsPath = /^\/+(?:admin|metrics|status)(?:\/|$)/;

/** A path that cannot be decoded may be any. */
function isForOperators(path: string): boolean {
  if (!path.includes("%")) return operatorsPath.test(path);
  try {
    return operatorsPath.test(decodeURIComponent(path));
  } catch {
    return true;
  }
}

class AllowedOrigins {
  /** Every origin. */
  readonly isOpen: boolean;
  readonly #names: ReadonlySet<string>;
  readonly #patterns: readonly RegExp[];

  constructor(origins: readonly string[]) {
    this.isOpen = origins.includes("*");
    this.#names = new Set(origins.filter((origin) => !origin.includes("*")));
    this.#patterns = origins.filter((origin) => origin.includes("*") && origin !== "*").map(patternOf);
  }

  has(origin: string): boolean {
    return this.isOpen || this.#names.has(origin) || this.#patterns.some((pattern) => pattern.test(origin));
  }
}

/** `https://*.example.com` is every host below it, `http://localhost:*` every port. */
function patternOf(origin: string): RegExp {
  const escaped = origin.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  const source = escaped.replace(/:\*$/, "(?::\\d{1,5})?").replace("://*\\.", "://(?:[a-z\\d_-]+\\.)+");
  return new RegExp(`^${source}$`);
}
