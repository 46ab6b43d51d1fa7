// The one HTTP server. Plain requests of hot routes are read and answered over bare sockets (`plain/`), all others by node:http;
// what is no route of the gateway is handed to the control plane.
// Called by compose/gateway.ts. Invariant: whatever arrives is answered or its connection is closed; nothing is left hanging.

import { createServer, ServerResponse, STATUS_CODES } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { SecureContextOptions } from "node:tls";
import { GhostError, newId } from "@ghostllm/contract";
import type { ClientAddresses } from "#edge/client-addresses.ts";
import { isPreflight } from "#edge/cors.ts";
import type { Cors } from "#edge/cors.ts";
import type { Events } from "#telemetry/events.ts";
import { answerError, encodeForAnybody } from "./answer-error.ts";
import { Connections } from "#gateway/connections/connections.ts";
import type { ConnectionsDeps } from "#gateway/connections/connections.ts";
import { Turns } from "#gateway/connections/turns.ts";
import { Exchange, pathOf } from "./exchange.ts";
import type { ExchangeDeps, ExchangeParts } from "./exchange.ts";
import { nodeParts } from "./node-parts.ts";
import { PlainServer } from "./plain/plain-server.ts";
import { buildRouter } from "./router.ts";
import type { RouteTable, Serve } from "./route.ts";

/** Connections of one path that are upgraded. */
export interface Upgrades {
  readonly path: string;
  /** Takes the connection over, or throws GhostError for what is to be answered in its place. */
  take(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export interface ListenerDeps extends ExchangeDeps, ConnectionsDeps {
  readonly routes: RouteTable;
  readonly addresses: ClientAddresses;
  readonly events: Events;
  /** Null where no page of another origin may call. */
  readonly cors: Cors | null;
  /** Null: plain HTTP is spoken. */
  readonly tls: SecureContextOptions | null;
  /** `Strict-Transport-Security`, for who came by TLS; null where nobody is told so. */
  readonly hsts: string | null;
  /** Told once how to ask for the number of open connections. */
  readonly watchConnections?: (read: () => number) => void;
  /** Answers what is no route of the gateway. */
  readonly control: (request: IncomingMessage, response: ServerResponse) => void;
  /** Where alone connections may be upgraded. */
  readonly upgrades?: readonly Upgrades[];
}

/** A client has this long to send its headers; its whole request is bounded by the silence allowed within a body. */
const serverOptions = {
  noDelay: true,
  headersTimeout: 20_000,
  requestTimeout: 300_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 32 * 1024,
  // Said aloud: a lenient parser is what request smuggling lives on.
  insecureHTTPParser: false,
  requireHostHeader: true,
};
const maxHeaderCount = 200;
const hstsHeader = "strict-transport-security";

export function createListener(deps: ListenerDeps): Server {
  const route = buildRouter(deps.events, deps.routes);
  const connections = new Connections(deps);
  deps.watchConnections?.(() => connections.count);
  deps.neighbours?.watchConnections(() => connections.count);
  const turns = new Turns((request, response) => {
    const parts = nodeParts(request, response);
    if (deps.cors !== null && isPreflight(request)) return answerPreflight(deps, deps.cors, request, response);
    prepare(deps, parts);
    const serve = route(request);
    if (serve === null) serveControl(deps, new Exchange(parts, deps), request, response);
    else void run(deps.events, serve, new Exchange(parts, deps));
  });
  const take = (request: IncomingMessage, response: ServerResponse): void => turns.take(request, response);
  // Whoever asks for an upgrade elsewhere is answered as if he had not.
  const shouldUpgradeCallback = (request: IncomingMessage): boolean => upgradesAt(deps, request) !== undefined;
  const options = { ...serverOptions, shouldUpgradeCallback };
  const server =
    deps.tls === null
      ? createServer(options, take)
      : createTlsServer({ ...options, ...deps.tls, handshakeTimeout: serverOptions.headersTimeout }, take);
  server.maxHeadersCount = maxHeaderCount;
  const plain = new PlainServer(server, {
    route,
    serve: (serve, parts) => {
      prepare(deps, parts);
      void run(deps.events, serve, new Exchange(parts, deps));
    },
    refuse: (socket, code) => answerUnreadable(connections, { name: code, message: code, code }, socket),
  });
  plain.takeFirst(deps.tls === null ? "connection" : "secureConnection");
  connections.guard(server);
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => answerUnreadable(connections, error, socket));
  offerUpgrades(server, connections, deps);
  // Tunnels are not offered; without a listener their sockets would stay open.
  server.on("connect", (_request, socket) => refuse(connections, socket, "405 Method Not Allowed"));
  server.on("checkExpectation", (request, response) => {
    if (deps.cors !== null) deps.cors.addHeaders(request, response, pathOf(request));
    const exchange = new Exchange(nodeParts(request, response), deps);
    const error = { message: "This expectation cannot be met.", type: "invalid_request_error" };
    // Who waits for a go-ahead may or may not send the body: what comes next cannot be told apart.
    exchange.outlet.answerJson(417, { error }, { connection: "close" });
  });
  return server;
}

function upgradesAt({ upgrades = [] }: ListenerDeps, request: IncomingMessage): Upgrades | undefined {
  const path = pathOf(request);
  return upgrades.find((one) => one.path === path);
}

function offerUpgrades(server: Server, connections: Connections, deps: ListenerDeps): void {
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    try {
      const upgrades = upgradesAt(deps, request);
      if (upgrades === undefined) throw new GhostError("invalid_request_error", "There is no upgrade of this path.");
      if (deps.readiness.isLeaving) throw new GhostError("service_unavailable", "GhostLLM is stopping.");
      upgrades.take(request, socket, head);
    } catch (error) {
      const told = error instanceof GhostError ? error : new GhostError("internal_error", "A fault in GhostLLM.");
      connections.dismiss(socket, `${told.status} ${STATUS_CODES[told.status] ?? ""}`, told);
    }
  });
}

/** What any answer says, whoever gives it. */
function prepare({ hsts, addresses, cors, readiness, neighbours }: ListenerDeps, parts: ExchangeParts): void {
  const { request, response } = parts;
  if (hsts !== null && addresses.isSecure(request)) response.setHeader(hstsHeader, hsts);
  if (cors !== null) cors.addHeaders(request, response, pathOf(request));
  if (readiness.isLeaving || neighbours?.sendsAway() === true) response.letGo();
}

function answerPreflight(
  { hsts, addresses }: Pick<ListenerDeps, "hsts" | "addresses">,
  cors: Cors,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (hsts !== null && addresses.isSecure(request)) response.setHeader(hstsHeader, hsts);
  response.setHeader("x-request-id", newId());
  cors.answerPreflight(request, response, pathOf(request));
}

/** What an operator's page or an answer of the control plane takes, beside the body of the request. */
const controlBytes = 256 * 1024;
const longestControlBody = 2 ** 20;

function serveControl(
  { control, events }: Pick<ListenerDeps, "control" | "events">,
  exchange: Exchange,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { held } = exchange;
  const isChunked = request.headers["transfer-encoding"] !== undefined;
  const bodyBytes = isChunked ? longestControlBody : Number(request.headers["content-length"] ?? 0);
  const refusal = held.become(controlBytes + Math.min(bodyBytes, longestControlBody));
  if (refusal === null) control(request, response);
  else answerError(events, exchange, refusal, encodeForAnybody);
}

/** The last catch: what is thrown past it would end the process. */
async function run(events: Events, serve: Serve, exchange: Exchange): Promise<void> {
  try {
    await serve(exchange);
  } catch (error) {
    events.internalError(`request ${exchange.id}`, error);
    exchange.outlet.cut(null);
  }
}

const statusOfParserError: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  HPE_CHUNK_EXTENSIONS_OVERFLOW: "413 Content Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/** What the parser refused: smuggling shapes, floods of headers, garbage, requests that came too slowly. */
function answerUnreadable(connections: Connections, error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable || isAnswerUnderWay(socket)) {
    socket.destroy();
    return;
  }
  refuse(connections, socket, statusOfParserError[error.code ?? ""] ?? "400 Bad Request");
}

/** Bytes of ours in the middle of an answer would be read as part of it. Node itself looks here for the same reason. */
function isAnswerUnderWay(socket: Duplex): boolean {
  const message: unknown = Reflect.get(socket, "_httpMessage");
  return message instanceof ServerResponse && message.headersSent;
}

function refuse(connections: Connections, socket: Duplex, status: string): void {
  const message = `The request cannot be read as HTTP (${status}).`;
  const error = new GhostError("invalid_request_error", message);
  connections.dismiss(socket, status, error);
}
