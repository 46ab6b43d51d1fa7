// Leads those who come without TLS to where it is spoken, and shows authorities whose its names are. Called by compose/tls, on a port
// of its own.
// Invariant: nobody is sent to a host that is not this server's, whatever the request says.

import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { errorCatalogue, GhostError, newId } from "@ghostllm/contract";

export interface RedirectDeps {
  /** By the name in lower case, as `host` or as `host:port`: the port is the one to lead to. */
  readonly publicHosts: readonly string[];
  /** Other hosts that are this server's. */
  readonly covers: (host: string) => boolean;
  /** Where TLS is spoken. */
  readonly port: number;
  /** Null where no authority looks here. */
  readonly answerChallenge: AnswerChallenge | null;
}

/** What an authority is to find at this path, which has no query; null where there is nothing. */
export type AnswerChallenge = (path: string) => Promise<string | null>;

const maxConnections = 1_000;

export function createRedirect(deps: RedirectDeps): Server {
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 2_000, maxHeaderSize: 32 * 1024 },
    (request, response) => void answer(deps, request, response),
  );
  server.maxConnections = maxConnections;
  return server;
}

async function answer(deps: RedirectDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const found = request.method === "GET" ? ((await deps.answerChallenge?.(request.url ?? "")) ?? null) : null;
  if (found === null) return redirect(deps, request, response);
  const headers = { "content-type": "application/octet-stream", "content-length": Buffer.byteLength(found) };
  response.writeHead(200, { ...headers, "x-request-id": newId(), "cache-control": "no-store" }).end(found);
}

function redirect(deps: RedirectDeps, request: IncomingMessage, response: ServerResponse): void {
  // Read and dropped: closed with a body unread, the connection would take the answer with it.
  request.resume();
  const { host, target } = placeOf(request);
  const authority = authorityOf(deps, host);
  // What the client still sends is for nobody: the next request belongs to another connection.
  const headers = { "x-request-id": newId(), connection: "close" };
  if (authority === null) return refuse(response, headers, host);
  const location = `https://${authority}${target}`;
  response.writeHead(308, { ...headers, location, "cache-control": "max-age=3600", "content-length": 0 }).end();
}

function refuse(response: ServerResponse, headers: Readonly<Record<string, string>>, host: string): void {
  const shown = /^[\w.:[\]-]{1,100}$/.test(host) ? `\`${host}\`` : "This host";
  const { code, status, message } = new GhostError(
    "invalid_request_error",
    `${shown} is no name of this server. Ask for one that its certificate has, or name it in server.public_hosts.`,
  );
  const body = JSON.stringify({ error: { message, type: errorCatalogue[code].type, param: null, code } });
  const length = Buffer.byteLength(body);
  response.writeHead(status, { ...headers, "content-type": "application/json", "content-length": length }).end(body);
}

/** A URL in place of the path goes before the `Host` (RFC 9112, 3.2.2). */
function placeOf({ url = "/", headers }: IncomingMessage): { readonly host: string; readonly target: string } {
  const { host = "" } = headers;
  if (url.startsWith("/")) return { host: host.toLowerCase(), target: url };
  const parsed = URL.parse(url);
  return {
    host: (parsed?.host ?? host).toLowerCase(),
    target: parsed === null ? "/" : parsed.pathname + parsed.search,
  };
}

/** Host and port to lead to; null for a host that is not known. */
function authorityOf({ publicHosts, covers, port }: RedirectDeps, host: string): string | null {
  const [, named = ""] = /^(\[[a-f\d:.]+\]|[a-z\d._-]+)(?::\d*)?$/.exec(host) ?? [];
  if (named === "") return null;
  const known = publicHosts.find((one) => one === named || one.startsWith(`${named}:`));
  if (known !== undefined && known !== named) return known.replace(/:443$/, "");
  if (known === undefined && !covers(named.replace(/^\[|\]$/g, ""))) return null;
  return port === 443 ? named : `${named}:${port}`;
}
