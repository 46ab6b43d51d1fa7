// The one HTTP server. Hot routes are answered here on raw node:http; everything else is handed to the control plane.
// Called by compose.ts. Invariant: whatever arrives is answered or its connection is closed; nothing is left hanging.

import { createServer, ServerResponse } from "node:http";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { GhostError } from "@ghostllm/contract";
import { dialects } from "@ghostllm/llm";
import type { ClientEndpoint, Dialect } from "@ghostllm/llm";
import type { GatewayDeps } from "./deps.ts";
import { serveHealth, serveLiveness, serveReadiness, serveStatus } from "./endpoints/health.ts";
import { serveInference } from "./endpoints/inference.ts";
import { decodeModel, serveModel, serveModelList } from "./endpoints/models.ts";
import { answerError } from "./answer-error.ts";
import { Exchange, pathOf } from "./exchange.ts";

type Serve = (exchange: Exchange) => void | Promise<void>;

export interface ListenerDeps extends GatewayDeps {
  /** Answers what is no route of the gateway. */
  readonly control: (request: IncomingMessage, response: ServerResponse) => void;
  /** The text of `/metrics` with its content type. */
  readonly readMetrics: () => Promise<{ readonly text: string; readonly contentType: string }>;
}

/** A client has this long to send its headers; its whole request is bounded by the silence allowed within a body. */
const headersTimeoutMs = 20_000;
const requestTimeoutMs = 300_000;
const keepAliveTimeoutMs = 65_000;
const maxHeaderBytes = 32 * 1024;
const maxHeaderCount = 200;

export function createListener(deps: ListenerDeps): Server {
  const routes = buildRoutes(deps);
  const server = createServer(
    {
      noDelay: true,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: 5_000,
      keepAliveTimeout: keepAliveTimeoutMs,
      maxHeaderSize: maxHeaderBytes,
      // Said aloud: a lenient parser is what request smuggling lives on.
      insecureHTTPParser: false,
      requireHostHeader: true,
    },
    (request, response) => {
      const serve = routes(request);
      if (serve === null) deps.control(request, response);
      else void run(deps, serve, new Exchange(request, response, deps.clock));
    },
  );
  server.maxHeadersCount = maxHeaderCount;
  server.on("clientError", answerUnreadable);
  // Tunnels and upgrades are not offered; without listeners their sockets would stay open.
  server.on("connect", (_request, socket) => refuse(socket, "405 Method Not Allowed"));
  server.on("checkExpectation", (request, response) => {
    const exchange = new Exchange(request, response, deps.clock);
    exchange.answerJson(417, { error: { message: "This expectation cannot be met.", type: "invalid_request_error" } });
  });
  return server;
}

/** The last catch: what is thrown past it would end the process. */
async function run(deps: ListenerDeps, serve: Serve, exchange: Exchange): Promise<void> {
  try {
    await serve(exchange);
  } catch (error) {
    deps.events.internalError(`request ${exchange.id}`, error);
    exchange.response.destroy();
  }
}

type Router = (request: IncomingMessage) => Serve | null;

const modelPrefix = "/v1/models/";

function buildRoutes(deps: ListenerDeps): Router {
  const table = new Map<string, Serve>();
  const patterns: ModelPattern[] = [];
  for (const dialect of Object.values(dialects)) {
    for (const endpoint of dialect.client.endpoints) {
      const [before, behind] = endpoint.path.split("{model}");
      if (before !== undefined && behind !== undefined) patterns.push({ before, behind, dialect, endpoint });
      else table.set(`POST ${endpoint.path}`, (exchange) => serveInference(deps, exchange, dialect, endpoint));
    }
  }
  const encodeError = modelDialect().client.encodeError;
  table.set("GET /v1/models", (exchange) => serveModelList(deps, exchange, encodeError));
  for (const method of ["GET", "HEAD"]) {
    table.set(`${method} /health`, (exchange) => serveHealth(deps, exchange));
    table.set(`${method} /health/live`, serveLiveness);
    table.set(`${method} /health/ready`, (exchange) => serveReadiness(deps, exchange));
    table.set(`${method} /status`, (exchange) => serveStatus(deps, exchange));
  }
  table.set("GET /metrics", (exchange) => serveMetrics(deps, exchange));
  table.set("HEAD /", (exchange) => exchange.answer(200, {}, ""));
  const isKnownPath = pathsOf(table);
  return (request) => {
    const path = pathOf(request);
    const serve = table.get(`${request.method} ${path}`);
    if (serve !== undefined) return serve;
    const pattern = patterns.find(({ before, behind }) => path.startsWith(before) && path.endsWith(behind));
    if (pattern !== undefined) return (exchange) => servePattern(deps, exchange, pattern, path);
    if (request.method === "GET" && path.startsWith(modelPrefix)) {
      return (exchange) => serveModel(deps, exchange, path.slice(modelPrefix.length), encodeError);
    }
    return isKnownPath(path) ? (exchange) => refuseMethod(deps, exchange, table, path, encodeError) : null;
  };
}

/** An endpoint whose path has the model between two texts. */
interface ModelPattern {
  readonly before: string;
  readonly behind: string;
  readonly dialect: Dialect;
  readonly endpoint: ClientEndpoint;
}

function servePattern(
  deps: GatewayDeps,
  exchange: Exchange,
  { before, behind, dialect, endpoint }: ModelPattern,
  path: string,
): void | Promise<void> {
  const { encodeError } = dialect.client;
  if (exchange.request.method !== "POST") {
    exchange.response.setHeader("allow", "POST");
    const error = new GhostError("method_not_allowed", `${path} takes POST.`);
    return answerError(deps, exchange, error, encodeError);
  }
  const model = decodeModel(path.slice(before.length, path.length - behind.length));
  if (model !== null) return serveInference(deps, exchange, dialect, endpoint, model);
  const error = new GhostError("model_not_found", "The model's name is not correctly encoded.", { param: "model" });
  return answerError(deps, exchange, error, encodeError);
}

/** The dialect in which the list of models, and errors about it, are written. */
function modelDialect() {
  const [first] = Object.values(dialects);
  if (first === undefined) throw new TypeError("there is a dialect");
  return first;
}

function pathsOf(table: ReadonlyMap<string, Serve>): (path: string) => boolean {
  const paths = new Set([...table.keys()].map((route) => route.slice(route.indexOf(" ") + 1)));
  // The landing page is the control plane's.
  paths.delete("/");
  return (path) => paths.has(path);
}

function refuseMethod(
  deps: GatewayDeps,
  exchange: Exchange,
  table: ReadonlyMap<string, Serve>,
  path: string,
  encodeError: (error: GhostError) => string,
): void {
  const allowed = [...table.keys()].filter((route) => route.endsWith(` ${path}`)).map((route) => route.split(" ")[0]);
  exchange.response.setHeader("allow", allowed.join(", "));
  const error = new GhostError("method_not_allowed", `${path} takes ${allowed.join(" or ")}.`);
  answerError(deps, exchange, error, encodeError);
}

async function serveMetrics(deps: ListenerDeps, exchange: Exchange): Promise<void> {
  const { text, contentType } = await deps.readMetrics();
  exchange.answer(200, { "content-type": contentType }, text);
}

const statusOfParserError: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/** What the parser refused: smuggling shapes, floods of headers, garbage, requests that came too slowly. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable || isAnswerUnderWay(socket)) {
    socket.destroy();
    return;
  }
  refuse(socket, statusOfParserError[error.code ?? ""] ?? "400 Bad Request");
}

/** Bytes of ours in the middle of an answer would be read as part of it. Node itself looks here for the same reason. */
function isAnswerUnderWay(socket: Duplex): boolean {
  const message: unknown = Reflect.get(socket, "_httpMessage");
  return message instanceof ServerResponse && message.headersSent;
}

function refuse(socket: Duplex, status: string): void {
  const body = JSON.stringify({
    error: {
      message: `The request cannot be read as HTTP (${status}).`,
      type: "invalid_request_error",
      param: null,
      code: "invalid_request_error",
    },
  });
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
