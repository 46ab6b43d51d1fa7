// `/metrics` on a port of its own, for a network that clients do not reach. Called by compose/metrics-door.ts.
// Invariant: nothing else is served there, and no key that can do more is taken there.

import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Secret } from "#domain/secret.ts";
import { SecretSet } from "#domain/secret-set.ts";
import { describeFault } from "./fault.ts";
import type { Log } from "./log.ts";
import type { MetricsText } from "./metrics-text.ts";

export interface MetricsServerDeps {
  readonly read: () => Promise<MetricsText>;
  /** Null: whoever reaches the port may read. */
  readonly token: Secret | null;
  readonly log: Log;
}

const maxConnections = 64;

export function createMetricsServer(deps: MetricsServerDeps): Server {
  const isToken = opener(deps.token);
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 2_000, maxHeaderSize: 16 * 1024 },
    (request, response) => {
      request.resume();
      const refusal = refusalOf(request, isToken);
      if (refusal === null) void tell(deps, response);
      else answer(response, refusal);
    },
  );
  server.maxConnections = maxConnections;
  return server;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text: string | Buffer;
}

function opener(token: Secret | null): (authorization: string) => boolean {
  if (token === null) return () => true;
  const tokens = new SecretSet([token]);
  return (authorization) => tokens.has(authorization.replace(/^bearer +/i, ""));
}

function refusalOf({ method, url = "", headers }: IncomingMessage, isToken: ReturnType<typeof opener>): Answer | null {
  if (!isToken(headers.authorization ?? "")) {
    const text = "Send the token of `metrics.token` (GHOSTLLM_METRICS_TOKEN) as `Authorization: Bearer`.\n";
    return { status: 401, headers: { "www-authenticate": "Bearer" }, text };
  }
  if (url.split("?", 1)[0] !== "/metrics") return { status: 404, text: "Only /metrics is here.\n" };
  if (method === "GET" || method === "HEAD") return null;
  return { status: 405, headers: { allow: "GET, HEAD" }, text: "Use GET.\n" };
}

async function tell({ read, log }: MetricsServerDeps, response: ServerResponse): Promise<void> {
  try {
    const { text, contentType } = await read();
    answer(response, { status: 200, headers: { "content-type": contentType }, text });
  } catch (error) {
    log.error({ fault: describeFault(error) }, "metrics cannot be read");
    answer(response, { status: 500, text: "Metrics cannot be read now.\n" });
  }
}

function answer(response: ServerResponse, { status, headers = {}, text }: Answer): void {
  const length = Buffer.byteLength(text);
  const usual = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" };
  response.writeHead(status, { ...usual, ...headers, "content-length": length }).end(text);
}
